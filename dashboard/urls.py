"""Every address of Jobdeck."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView

from dashboard.health import healthz
from jobs.api.docs import docs

handler400 = "dashboard.errors.refused"
handler500 = "dashboard.errors.failed"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("", include("accounts.urls")),
    path("", include("jobs.urls")),
    path("api/schema", login_not_required(SpectacularJSONAPIView.as_view()), name="api-schema"),
    path("api/docs", docs, name="api-docs"),
    path("api/", include("jobs.api.urls")),
    path("_api/", include("jobs.api.urls")),
]
