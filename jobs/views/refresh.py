"""`Refresh from the platform`: the one page action that asks upstream and writes what it says."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.messages.constants import SUCCESS, WARNING
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from jobs.links import group_url, job_url
from jobs.store import Written
from jobs.sync.refresh import refresh_group, refresh_job
from jobs.upstream.errors import NotFound, UpstreamError


@require_POST
def job(request: HttpRequest) -> HttpResponse:
    """Read one job from the platform now."""
    key = request.POST.get("id", "")
    return _refresh(request, lambda: refresh_job(key), job_url(key), "job")


@require_POST
def group(request: HttpRequest) -> HttpResponse:
    """Read one group from the platform now."""
    key = request.POST.get("id", "")
    return _refresh(request, lambda: refresh_group(key), group_url(key), "group")


def _refresh(request: HttpRequest, refresh: Callable[[], Written], back: str, what: str) -> HttpResponse:
    try:
        written = refresh()
    except NotFound:
        messages.warning(request, f"The platform does not have this {what}. What is here stays as it was.")
    except UpstreamError as error:
        messages.error(request, f"The {what} could not be refreshed. {error}")
    else:
        messages.add_message(request, WARNING if written.refused else SUCCESS, _said(written, what))
    return redirect(back)


def _said(written: Written, what: str) -> str:
    changed, kept = written.inserted + written.updated, written.unchanged + written.dropped
    said = f"Refreshed: {changed} changed." if changed else f"The {what} is as the platform has it."
    if written.refused:
        rest = f"{said} But" if changed + kept else "Nothing is refreshed:"
        return f"{rest} {written.refused} of what came cannot be stored and stands in the quarantine, on the sync page."
    return said if changed + kept else f"The platform sent no jobs of this {what}. What is here stays as it was."
