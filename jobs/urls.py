"""The addresses of this app's pages."""

from itertools import product

from django.urls import path
from django.views.generic import RedirectView

from jobs.export.formats import FORMATS
from jobs.export.packing import PACKINGS
from jobs.export.views import export
from jobs.hooks.views import receive_callback, receive_webhook
from jobs.views import actions, group, job, jobs, refresh, sync

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="jobs"), name="home"),
    path("jobs/", jobs.job_list, name="jobs"),
    *(
        path(
            f"jobs/export.{kind}{packed.suffix}",
            export,
            {"kind": kind, "packing": packing},
            name=f"export-{kind}{packing}",
        )
        for kind, (packing, packed) in product(FORMATS, PACKINGS.items())
    ),
    path("job/", job.job, name="job-by-id"),
    path("job/<str:key>", job.job, name="job"),
    path("group/", group.group, name="group-by-id"),
    path("group/<str:key>", group.group, name="group"),
    path("refresh/job/", refresh.job, name="refresh-job"),
    path("refresh/group/", refresh.group, name="refresh-group"),
    path("sync/", sync.sync, name="sync"),
    path("sync/quarantine/", sync.quarantine, name="quarantine"),
    path("sync/quarantine/<int:before>/", sync.quarantine, name="quarantine-before"),
    path("sync/refused/<int:pk>/", sync.refused, name="refused"),
    path("hooks/callback", receive_callback, name="hook-callback"),
    path("hooks/callback/<path:secret>", receive_callback, name="hook-callback-by-address"),
    path("hooks/webhook", receive_webhook, name="hook-webhook"),
    path("sync/now/", actions.sync_now, name="sync-now"),
    path("sync/refused/<int:pk>/again/", actions.try_again, name="try-again"),
    path("fresh/", sync.fresh, name="fresh"),
]
