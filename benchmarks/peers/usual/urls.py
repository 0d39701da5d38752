"""The addresses."""

from django.contrib import admin
from django.urls import include, path
from rest_framework.routers import DefaultRouter

from benchmarks.peers.usual.api import JobViewSet

router = DefaultRouter()
router.register("jobs", JobViewSet)

urlpatterns = [path("admin/", admin.site.urls), path("api/", include(router.urls))]
