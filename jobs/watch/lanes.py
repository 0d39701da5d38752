"""What the lanes have done lately, and what waits for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Min, Sum
from django.db.models.functions import Now

from jobs.models import CAME, Delivery, Lane, Pass, Recheck
from jobs.rules import lag
from jobs.watch.freshness import is_long_ago
from jobs.watch.progress import Progress, progress

NAMES = (Lane.TAIL, Lane.SWEEP, Lane.RECONCILE, Lane.RECHECKS)
LATELY = timedelta(hours=1)
PUT_OFF = 10
MANY = 100_000
"""Beyond so many nobody counts what waits."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """The passes of the last hour: how many pages, and of how many jobs a minute, `changed` of them new or other."""

    pages: int
    seen: float
    changed: float


@dataclass(frozen=True, kw_only=True)
class Reads:
    """The jobs that are to be read by id, `cap` at most, and since when one could be; the hooks of the last hour.

    `put_off` are those that were tried in vain: first what fails and waits for its turn, then what waits for longest.
    """

    waiting: int
    cap: int
    due: datetime | None
    put_off: list[Recheck]
    hooks: int


@dataclass(frozen=True, kw_only=True)
class Lanes:
    """The lanes by their names, their pace, and what is particular to each.

    `compared_late` says that the open jobs have not been compared for long.
    """

    compared_late: bool
    rows: dict[str, Lane]
    paces: dict[str, Pace]
    progress: Progress
    reads: Reads

    @property
    def seen_late(self) -> timedelta:
        """The time after which all changes but one in a thousand were seen here; 0 where nobody knows yet."""
        return lag.rare(self._lags)

    @property
    def overlap(self) -> timedelta:
        """How much further than its watermark the tail reads back because of that."""
        return lag.overlap(timedelta(seconds=settings.SYNC_OVERLAP), self._lags)

    @property
    def _lags(self) -> list[float]:
        return self.rows[Lane.TAIL].lags


def lanes() -> Lanes:
    """Read how the lanes stand."""
    found = {lane.name: lane for lane in Lane.objects.annotate(now=Now())}
    rows = {name: found.get(name) or Lane(name=name) for name in NAMES}
    late = any(name == Lane.RECONCILE and _is_late(lane) for name, lane in found.items())
    return Lanes(compared_late=late, rows=rows, paces=_paces(), progress=progress(), reads=_reads())


def _is_late(reconcile: Any) -> bool:
    """Whether a pass over the open jobs has been missed."""
    complete, period = reconcile.complete, settings.SYNC_RECONCILE
    return complete is not None and is_long_ago(complete, reconcile.now, period=period)


def _paces() -> dict[str, Pace]:
    lately = Pass.objects.filter(began__gt=Now() - LATELY).values("lane")
    sums = lately.annotate(
        length=Now() - Min("began"),
        all_pages=Sum("pages"),
        changed=Sum(F("inserted") + F("updated")),
        seen=Sum(CAME),
    )
    return {each["lane"]: _pace(each) for each in sums}


def _pace(sums: Mapping[str, Any]) -> Pace:
    minutes = max(1.0, sums["length"] / timedelta(minutes=1))
    return Pace(pages=sums["all_pages"], seen=sums["seen"] / minutes, changed=sums["changed"] / minutes)


def _reads() -> Reads:
    first = Recheck.objects.filter(due__lte=Now()).order_by("due").values_list("due", flat=True).first()
    hooks = Delivery.objects.filter(received__gt=Now() - LATELY)[:MANY].count()
    failing = Recheck.objects.filter(turn=Recheck.Turn.FAILED, due__lte=Now()).order_by("due")[:PUT_OFF]
    later = Recheck.objects.filter(due__gt=Now(), attempts__gt=0).order_by("-due")[:PUT_OFF]
    put_off = [*failing, *later][:PUT_OFF]
    return Reads(waiting=Recheck.objects.all()[:MANY].count(), cap=MANY, due=first, put_off=put_off, hooks=hooks)
