"""How old what is shown may be: the age of the last complete pass, not of a process."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.utils import timezone

from jobs.models import Horizon, Lane

STALE_AFTER = 60
PERIODS_MISSED = 4


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """`as_of` is when the last complete pass began; None before the first.

    `problem` is why passes fail now, since `problem_since`. `filling` says that older jobs are still on their way.
    """

    as_of: datetime | None
    state: Literal["new", "fresh", "stale", "down"]
    problem: str = ""
    problem_since: datetime | None = None
    filling: bool = False

    @property
    def tone(self) -> str:
        """Its mark and colours in the style sheets."""
        return {"new": "working", "fresh": "success", "stale": "warn", "down": "error"}[self.state]


def freshness() -> Freshness:
    """Read how fresh the mirror is now."""
    lanes = {lane.name: lane for lane in Lane.objects.all()}
    tail, sweep = lanes.get(Lane.TAIL), lanes.get(Lane.SWEEP)
    return Freshness(
        as_of=tail.complete if tail else None,
        state=_state(tail),
        problem=tail.problem if tail else "",
        problem_since=tail.problem_since if tail else None,
        filling=sweep is None or sweep.finished is None,
    )


def kept_since() -> datetime | None:
    """Jobs last updated before this are not kept; None where all are."""
    return Horizon.objects.values_list("before", flat=True).first()


def _state(tail: Lane | None) -> Literal["new", "fresh", "stale", "down"]:
    if tail is not None and tail.problem:
        return "down"
    if tail is None or tail.complete is None:
        return "new"
    limit = timedelta(seconds=max(STALE_AFTER, PERIODS_MISSED * settings.SYNC_PERIOD))
    return "stale" if timezone.now() - tail.complete > limit else "fresh"
