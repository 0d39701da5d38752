"""How old what is shown may be: the age of the last complete pass, by the database's clock, not of a process."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from django.db.models import Exists, Func, OuterRef, Subquery, TextField, Value
from django.db.models.functions import Now

from jobs.models import Horizon, Lane, Lease, Pass, Upstream
from jobs.rules.tail import MISSED
from jobs.store.faults import READ_ONLY

OVERDUE = 2
"""So many times the period of sweeps after the last one the next one is late."""
STALE_AFTER = 60
"""Not before so many seconds is anything called late, however short the period."""


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """`as_of` is when the last complete pass began; None before the first.

    `silent` says that nobody has begun any lately. `problem` is why passes fail now, since `problem_since`, and
    `next_try` when the platform is asked again, None where that is at the next tick. `filling` says that older jobs are
    still on their way, `gaps` that the last sweep has left some out. `swept` is when it had read everything, `unswept`
    says that the next one is long overdue, and `sweep_problem` why it fails.
    """

    as_of: datetime | None
    state: Literal["new", "fresh", "stale", "down"]
    silent: bool = False
    problem: str = ""
    problem_since: datetime | None = None
    next_try: datetime | None = None
    filling: bool = False
    gaps: bool = False
    swept: datetime | None = None
    unswept: bool = False
    sweep_problem: str = ""

    @property
    def tone(self) -> str:
        """Its mark and colours in the style sheets."""
        fresh = "warn" if self.gaps or self.unswept else "success"
        return {"new": "working", "fresh": fresh, "stale": "warn", "down": "error"}[self.state]


def freshness() -> Freshness:
    """Read how fresh the mirror is now."""
    setting = Func(Value("transaction_read_only"), function="current_setting", output_field=TextField())
    begun = Subquery(Pass.objects.order_by("-began").values("began")[:1])
    alive = Lease.objects.filter(expires__gt=Now())
    found = Lane.objects.annotate(
        now=Now(), read_only=setting, begun=begun, held=Exists(alive), runs=Exists(alive.filter(name=OuterRef("name")))
    )
    lanes = {lane.name: lane for lane in found}
    tail, sweep = lanes.get(Lane.TAIL), lanes.get(Lane.SWEEP)
    if tail is None:
        return Freshness(as_of=None, state="new", silent=not Pass.objects.exists(), filling=True)
    rests = Upstream.objects.filter(rests_until__isnull=False).first()
    # What no pass can write down, so that whoever reads has to see it.
    problem, since = (READ_ONLY, tail.complete) if tail.read_only == "on" else _problem(tail, rests)
    if silent := _is_silent(tail, rests):
        problem, since = "", None
    return Freshness(
        as_of=tail.complete,
        state="down" if problem else _state(tail.complete, tail.now),
        silent=silent,
        problem=problem,
        problem_since=since,
        next_try=rests.rests_until if rests else None,
        **_of_sweeps(sweep, tail.now),
    )


def _of_sweeps(sweep: Lane | None, now: datetime) -> dict[str, Any]:
    """What sweeps say: a day late is nothing, as one takes its time."""
    if sweep is None:
        return {"filling": True}
    longest = timedelta(seconds=OVERDUE * settings.SYNC_SWEEP)
    return {
        "filling": sweep.finished is None,
        "gaps": bool(sweep.gaps),
        "swept": sweep.finished,
        "unswept": sweep.finished is not None and now - sweep.finished > longest,
        "sweep_problem": sweep.problem,
    }


def kept_since() -> datetime | None:
    """Jobs last updated before this are not kept; None where all are."""
    return Horizon.objects.values_list("before", flat=True).first()


def _problem(tail: Any, rests: Upstream | None) -> tuple[str, datetime | None]:
    """Why nothing comes: what all lanes know of a platform that is left alone, or what stopped the tail.

    That its last pass was cut off says nothing any more while the next one is under way.
    """
    if rests is None and tail.problem == Lane.CUT_OFF and tail.runs:
        return "", None
    return (tail.problem, tail.problem_since) if rests is None else (rests.reason, rests.failing_since)


def _is_silent(tail: Any, rests: Upstream | None) -> bool:
    """Whether nobody has tried for long, though the platform is not left alone: then it is not that which fails."""
    rested = rests.rests_until if rests else None
    if tail.read_only == "on" or tail.held or (rested and rested > tail.now):
        return False
    return all(
        date is None or is_long_ago(date, tail.now, period=settings.SYNC_PERIOD) for date in (tail.begun, rested)
    )


def _state(as_of: datetime | None, now: datetime) -> Literal["new", "fresh", "stale"]:
    if as_of is None:
        return "new"
    return "stale" if is_long_ago(as_of, now, period=settings.SYNC_PERIOD) else "fresh"


def is_long_ago(date: datetime, now: datetime, *, period: float) -> bool:
    """Whether a pass, one every so many seconds, has been missed since; what lies ahead is of a clock that was set."""
    return abs(now - date) > timedelta(seconds=max(STALE_AFTER, MISSED * period))
