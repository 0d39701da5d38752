"""Every address of Jobdeck."""

from django.urls import path

from dashboard.health import healthz

urlpatterns = [path("healthz", healthz, name="healthz")]
