"""One pass of a lane: its lease, its pages, its record. Whatever it writes it writes fenced by the lease."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import Error
from django.db.models import Exists, F
from django.db.models.functions import Coalesce, Now

from jobs import store
from jobs.models import Lane, Pass, Shard
from jobs.models import Lease as Held
from jobs.rules.anomalies import Anomaly, Kind, of_error
from jobs.rules.sizes import length
from jobs.store import Ready, Written
from jobs.store.clock import database_clock
from jobs.sync import anomalies, sizes
from jobs.sync.lease import Lease, LeaseLost, leased
from jobs.sync.problems import said
from jobs.sync.upstream import forget_others, require_same_platform
from jobs.upstream.errors import RequestRefused, TokenRefused, TooLong, UpstreamError

PASSES_KEPT = timedelta(days=7)
SMALLEST_PAGE = 1
REFUSES_SIZE = frozenset({400, 413, 422})

Save = Callable[[Written], None]
COUNTS = ("inserted", "updated", "unchanged", "dropped", "refused")
Watcher = Callable[[Pass], None]


def nobody(record: Pass) -> None:
    """Watch a pass as if it were not watched."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A pass under way: `lane` as it stood when it began, `record` as it stands, how many jobs to ask for.

    `remembered` is how many the next passes are to ask for, None where the platform has refused no size.
    """

    lane: Lane
    record: Pass
    lease: Lease
    watch: Watcher
    page_size: int
    remembered: int | None

    @property
    def began(self) -> datetime:
        """When the pass began."""
        return self.record.began

    def commit(self, made: Ready, *, since: datetime, save: Save, point: bool = False, cap: int | None = None) -> None:
        """Write a page of a walk that began at `since`, and what `save` makes of that, in one transaction.

        `cap` is how many jobs the platform gives at once, where it has been found to give fewer than it is asked for.
        """
        with self.lease.fenced():
            written = store.keep(made, lane=self.lane.name, since=since, point=point)
            save(written)
            self._count(written)
            sizes.remember(cap, length(made.page))
        self.record.refresh_from_db()
        self.watch(self.record)

    def _count(self, written: Written) -> None:
        Lane.objects.filter(pk=self.lane.pk).update(page_size=self.remembered)
        counts = {"pages": 1, **{name: getattr(written, name) for name in COUNTS}}
        Pass.objects.filter(pk=self.record.pk).update(**{name: F(name) + n for name, n in counts.items()})

    def note(self, anomaly: Anomaly) -> None:
        """Note what the platform should not do."""
        with self.lease.fenced():
            anomalies.note(self.lane.name, anomaly)

    def may_ask_for_less(self, error: Exception) -> bool:
        """Whether smaller pages may help: one was too long, or refused, maybe for its size, in whatever words."""
        if isinstance(error, RequestRefused):
            for_its_size = error.status in REFUSES_SIZE and not isinstance(error, TokenRefused)
        else:
            for_its_size = isinstance(error, TooLong)
        return for_its_size and self.page_size > SMALLEST_PAGE

    def with_smaller_pages(self, *, refused: bool) -> Self:
        """The same pass with pages of half the size: those after it too where a size was `refused`.

        Where a page was too long, it is some jobs that are, and the others need no smaller ones.
        """
        size = max(SMALLEST_PAGE, self.page_size // 2)
        return replace(self, page_size=size, remembered=size if refused else self.remembered)


Walk = Callable[[Run], Pass.Outcome]


def run_pass(name: str, walk: Walk, *, watch: Watcher = nobody, lease: str = "", scope: str = "") -> Pass:
    """Run a pass of the lane `name` under a lease, its own or another; whatever happens, its record says how it ended.

    `scope` is for those who read that: through which jobs it goes.

    Raises `LeaseHeld` before anything else, and afterwards what `walk` raises. Where the lease is lost, it is the next
    pass of any lane that closes the record.
    """
    with leased(lease or name) as held:
        record = _begin(name, scope, held)
        try:
            outcome = _walked(_run(record, held, watch), walk)
            _succeed(record, held, outcome)
        except BaseException as error:
            _fail(record, held, error)
            raise
        record.refresh_from_db()
        return record


def _begin(name: str, scope: str, lease: Lease) -> Pass:
    """Open the record; passes that nobody can end any more are closed as failed, and old ones of the lane forgotten.

    A tail that was cut off fails, so that others know of it, until it has come to its end, which it tries at each tick.

    A shard that has been walked is not leased again: whoever was cut off behind its last page is closed by the next
    pass of any lane.
    """
    now = database_clock()()
    alive = Held.objects.filter(expires__gte=now).exclude(name=lease.name).values("name")
    with lease.fenced():
        running = Pass.objects.filter(outcome=Pass.Outcome.RUNNING)
        if cut := {each.pk: each.lane for each in running.exclude(lease__in=alive)}:
            running.filter(pk__in=cut).update(outcome=Pass.Outcome.FAILED, ended=now, problem=Lane.CUT_OFF)
        if Lane.TAIL in cut.values():  # a sweep that had come to its end would fail for a day
            Lane.objects.filter(name=Lane.TAIL, problem="").update(problem=Lane.CUT_OFF, problem_since=now)
        Pass.objects.filter(lane=name, began__lt=now - PASSES_KEPT).delete()
        return Pass.objects.create(lane=name, scope=scope, lease=lease.name, began=now)


def _run(record: Pass, lease: Lease, watch: Watcher) -> Run:
    """The pass with its lane, which is made only where no job here is of another platform."""
    with lease.fenced():
        require_same_platform()
        forget_others()
        known = {"platform": settings.MEDIA_PLATFORM_NAME}
        lane, _ = Lane.objects.get_or_create(name=record.lane, defaults=known)
    size = min(settings.SYNC_PAGE_SIZE, lane.page_size or settings.SYNC_PAGE_SIZE)
    return Run(lane=lane, record=record, lease=lease, watch=watch, page_size=size, remembered=lane.page_size)


def _walked(run: Run, walk: Walk) -> Pass.Outcome:
    """Walk, with ever smaller pages where that may help; if it does, it is noted.

    A page that is refused is asked for once more before: what refuses one in a thousand minds no size.
    """
    asked, refused = run, None
    while True:
        try:
            outcome = walk(asked)
            break
        except (TooLong, RequestRefused) as error:
            if not asked.may_ask_for_less(error):
                raise _of_the_smallest(error) from error.__cause__
            if refused is not None or isinstance(error, TooLong):
                asked = asked.with_smaller_pages(refused=isinstance(error, RequestRefused))
            refused = error
    if asked is not run:
        run.note(Anomaly(kind=Kind.SIZE_REFUSED, said=str(refused)))
    return outcome


def _of_the_smallest(error: TooLong | RequestRefused) -> UpstreamError:
    """What to say where no smaller page can be asked for."""
    return TooLong(f"{error} It holds a single job.") if isinstance(error, TooLong) else error


def _succeed(record: Pass, lease: Lease, outcome: Pass.Outcome) -> None:
    """Write down that all went well; a problem of the lane that stands for another walk stays."""
    failing = Shard.objects.filter(lane=record.lane, finished=False, failures__gt=0)
    with lease.fenced():
        Pass.objects.filter(pk=record.pk).update(outcome=outcome, ended=Now(), problem="")
        Lane.objects.filter(~Exists(failing), pk=record.lane).update(problem="", problem_since=None)


def _fail(record: Pass, lease: Lease, error: BaseException) -> None:
    """Write down why, if we still may and can."""
    problem, anomaly = said(error), of_error(error)
    with suppress(LeaseLost, Error), lease.fenced():
        Pass.objects.filter(pk=record.pk).update(outcome=Pass.Outcome.FAILED, ended=Now(), problem=problem)
        Lane.objects.filter(pk=record.lane).update(problem=problem, problem_since=Coalesce("problem_since", Now()))
        if anomaly is not None:
            anomalies.note(record.lane, anomaly)
