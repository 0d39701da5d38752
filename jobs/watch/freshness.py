"""How old what is shown may be: the age of the last complete pass, by the database's clock, not of a process."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.db.models import Func, TextField, Value
from django.db.models.functions import Now

from jobs.models import Horizon, Lane, Upstream

READ_ONLY = "The database is read-only. Let it take writes again; the sync goes on by itself."
"""What no pass can write down, so that whoever reads has to see it."""
STALE_AFTER = 60
PERIODS_MISSED = 4


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """`as_of` is when the last complete pass began; None before the first.

    `problem` is why passes fail now, since `problem_since`, and `next_try` when the platform is asked again, None where
    that is at the next tick. `filling` says that older jobs are still on their way.
    """

    as_of: datetime | None
    state: Literal["new", "fresh", "stale", "down"]
    problem: str = ""
    problem_since: datetime | None = None
    next_try: datetime | None = None
    filling: bool = False

    @property
    def tone(self) -> str:
        """Its mark and colours in the style sheets."""
        return {"new": "working", "fresh": "success", "stale": "warn", "down": "error"}[self.state]


def freshness() -> Freshness:
    """Read how fresh the mirror is now."""
    setting = Func(Value("transaction_read_only"), function="current_setting", output_field=TextField())
    lanes = {lane.name: lane for lane in Lane.objects.annotate(now=Now(), read_only=setting)}
    tail, sweep = lanes.get(Lane.TAIL), lanes.get(Lane.SWEEP)
    as_of, now = (tail.complete, tail.now) if tail else (None, None)
    rests = Upstream.objects.filter(rests_until__isnull=False).first()
    problem, since = (READ_ONLY, as_of) if tail and tail.read_only == "on" else _problem(tail, rests)
    return Freshness(
        as_of=as_of,
        state="down" if problem else _state(as_of, now),
        problem=problem,
        problem_since=since,
        next_try=rests.rests_until if rests else None,
        filling=sweep is None or sweep.finished is None,
    )


def kept_since() -> datetime | None:
    """Jobs last updated before this are not kept; None where all are."""
    return Horizon.objects.values_list("before", flat=True).first()


def _problem(tail: Lane | None, rests: Upstream | None) -> tuple[str, datetime | None]:
    """Why nothing comes: what all lanes know of a platform that is left alone, or what stopped the tail."""
    if rests is not None:
        return rests.reason, rests.failing_since
    return (tail.problem, tail.problem_since) if tail is not None else ("", None)


def _state(as_of: datetime | None, now: datetime | None) -> Literal["new", "fresh", "stale"]:
    if as_of is None or now is None:
        return "new"
    limit = timedelta(seconds=max(STALE_AFTER, PERIODS_MISSED * settings.SYNC_PERIOD))
    return "stale" if abs(now - as_of) > limit else "fresh"  # what lies ahead dates from before a clock was set back
