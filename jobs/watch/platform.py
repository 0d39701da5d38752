"""How the platform has answered lately, as the sync's gate has counted."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Max, Min, Sum
from django.db.models.functions import Now

from jobs.models import Lane, Upstream, UpstreamMinute

LATELY = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Health:
    """The requests of the last quarter of an hour; `mean` and `slowest` in seconds, None where there were none.

    `page_size` is how many jobs it gives at once, as far as anybody knows.
    """

    page_size: int
    requests: int
    throttled: int
    unready: int
    failed: int
    mean: float | None
    slowest: float | None


def health() -> Health:
    """Sum up the last minutes."""
    minutes = UpstreamMinute.objects.filter(begins__gt=Now() - LATELY)
    found = minutes.aggregate(
        requests=Sum("requests", default=0),
        throttled=Sum("throttled", default=0),
        unready=Sum("unready", default=0),
        failed=Sum("failed", default=0),
        seconds=Sum("seconds", default=0.0),
        slowest=Max("slowest"),
    )
    seconds, requests = found.pop("seconds"), found["requests"]
    return Health(**found, page_size=_page_size(), mean=seconds / requests if requests else None)


def _page_size() -> int:
    """How many jobs it gives at once: as many as are asked for, unless it refused that or gives fewer."""
    refused = Lane.objects.aggregate(least=Min("page_size"))["least"]
    given = Upstream.objects.aggregate(least=Min("page_cap"))["least"]
    return min(settings.SYNC_PAGE_SIZE, refused or settings.SYNC_PAGE_SIZE, given or settings.SYNC_PAGE_SIZE)
