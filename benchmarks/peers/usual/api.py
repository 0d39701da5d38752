"""The API: filters, and pages by cursor."""

from django_filters import rest_framework as filters
from rest_framework.pagination import CursorPagination
from rest_framework.serializers import ModelSerializer
from rest_framework.viewsets import ModelViewSet

from benchmarks.peers.usual.models import Job


class JobSerializer(ModelSerializer):
    """All of a job."""

    class Meta:
        model = Job
        fields = "__all__"


class JobFilter(filters.FilterSet):
    """What jobs are asked for by."""

    path = filters.CharFilter(field_name="source", lookup_expr="startswith")
    created = filters.IsoDateTimeFromToRangeFilter()

    class Meta:
        model = Job
        fields = ("type", "status", "issuer")


class Newest(CursorPagination):
    """Pages, the newest first."""

    ordering = ("-created", "-id")
    page_size = 100
    max_page_size = 1000
    page_size_query_param = "page_size"


class JobViewSet(ModelViewSet):
    """Jobs."""

    queryset = Job.objects.all()
    serializer_class = JobSerializer
    filterset_class = JobFilter
    pagination_class = Newest
