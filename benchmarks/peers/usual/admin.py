"""The list with its filters, and the export of what they leave."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV
from import_export.resources import ModelResource

from benchmarks.peers.usual.models import Job


class JobResource(ModelResource):
    """What the file has of a job: the columns of the list."""

    class Meta:
        model = Job
        exclude = ("specification", "result")


@admin.register(Job)
class JobAdmin(ExportMixin, admin.ModelAdmin):
    """The list."""

    list_display = (
        *("key", "status", "type", "group", "issuer", "source", "destination", "quality"),
        *("created", "updated", "error_code", "error"),
    )
    list_filter = ("type", "status", "issuer", "created")
    list_per_page = 50
    search_fields = ("source__startswith",)
    ordering = ("-created",)
    resource_classes = (JobResource,)
    formats = (CSV,)
    skip_export_form = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        """Leave what no column shows."""
        return super().get_queryset(request).defer("specification", "result")
