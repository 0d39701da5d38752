"""A job or group that is not here: the platform may have it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def absent(request: HttpRequest, what: str, key: str) -> HttpResponse:
    """Say so, and offer to ask the platform for it."""
    return render(request, "jobs/absent.html", {"area": "jobs", "what": what, "key": key}, status=404)
