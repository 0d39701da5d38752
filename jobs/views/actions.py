"""What operators do about the sync: let it run now, and ask once more for what could not be stored."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from jobs import tasks
from jobs.models import Quarantine
from jobs.sync import lanes
from jobs.sync.refresh import refresh_job
from jobs.upstream.errors import UpstreamError


@require_POST
def sync_now(request: HttpRequest) -> HttpResponse:
    """Let every lane run now, also where the platform is left alone for a while, or a sweep has left jobs out."""
    lanes.try_again()
    try:
        for task in (tasks.tail, tasks.sweep, tasks.reconcile, tasks.rechecks):
            task.apply_async(retry=False)
    except (OperationalError, OSError):
        messages.error(request, "The broker does not answer, so no worker could be told. Is Valkey running?")
    else:
        messages.success(request, "The workers were told to begin. What comes stands among the last passes.")
    return redirect("sync")


@require_POST
def try_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the platform for a job that could not be stored; where it can be now, its records leave the quarantine."""
    record = get_object_or_404(Quarantine, pk=pk)
    if not record.job_key:
        messages.warning(request, "It has no id by which it could be asked for. It is tried whenever it comes.")
        return redirect("refused", pk)
    try:
        written = refresh_job(record.job_key)
    except UpstreamError as error:
        messages.error(request, f"The job could not be read. {error}")
        return redirect("refused", pk)
    if written.refused:
        messages.warning(request, "The platform still sends what cannot be stored.")
        return redirect("quarantine")
    Quarantine.objects.filter(job_key=record.job_key).delete()
    messages.success(request, "The job is stored now.")
    return redirect("quarantine")
