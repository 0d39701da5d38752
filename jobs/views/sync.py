"""The sync: how fresh the mirror is, what came in, what was refused and why."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from jobs.models import CAME, TELLING, Anomaly, Cell, Pass, Quarantine
from jobs.search.counting import CAP
from jobs.watch.lanes import lanes
from jobs.watch.platform import health

PASSES, REFUSED = 30, 50


@require_safe
def sync(request: HttpRequest) -> HttpResponse:
    """Lanes, last passes, how the platform answers, what it did that it should not, and quarantine."""
    refused = Quarantine.objects.defer("text").order_by("-last_seen")
    context = {
        "area": "sync",
        "lanes": lanes(),
        "period": settings.SYNC_PERIOD,
        "reconcile_period": settings.SYNC_RECONCILE,
        "sweep_period": timedelta(seconds=settings.SYNC_SWEEP),
        "passes": Pass.objects.filter(TELLING).annotate(came=CAME).order_by("-began")[:PASSES],
        "anomalies": Anomaly.objects.order_by("-last_seen"),
        "refused": refused[:REFUSED],
        "refused_total": Quarantine.objects.all()[: CAP + 1].count(),
        "refused_cap": CAP,
        "health": health(),
        "page_size": settings.SYNC_PAGE_SIZE,
        "jobs": sum(Cell.objects.values_list("jobs", flat=True)),
    }
    return render(request, "jobs/sync.html", context)


@require_safe
def quarantine(request: HttpRequest, before: int | None = None) -> HttpResponse:
    """Every record that could not be stored, those that came first last, page by page."""
    records = Quarantine.objects.defer("text").order_by("-pk")
    found = list((records if before is None else records.filter(pk__lt=before))[: REFUSED + 1])
    context = {
        "area": "sync",
        "refused": found[:REFUSED],
        "next": found[REFUSED - 1].pk if len(found) > REFUSED else None,
    }
    return render(request, "jobs/quarantine.html", context)


@require_safe
def refused(request: HttpRequest, pk: int) -> HttpResponse:
    """One record that could not be stored."""
    return render(request, "jobs/refused_record.html", {"area": "sync", "record": get_object_or_404(Quarantine, pk=pk)})


@require_safe
def fresh(request: HttpRequest) -> HttpResponse:
    """The freshness chip alone."""
    return render(request, "_fresh.html")
