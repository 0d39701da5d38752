"""The addresses of this app's pages."""

from django.urls import path, re_path
from django.views.generic import RedirectView

from jobs.export.views import export
from jobs.views import group, job, jobs, refresh, sync

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="jobs"), name="home"),
    path("jobs/", jobs.job_list, name="jobs"),
    re_path(r"^jobs/export\.(csv|ndjson)$", export, name="export"),
    re_path(r"^jobs/export\.(csv|ndjson)\.(gz|zip)$", export, name="export-packed"),
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
    path("fresh/", sync.fresh, name="fresh"),
]
