"""One pass of a lane: its lease, its pages, its record."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from jobs import store
from jobs.models import Lane, Pass
from jobs.sync.lease import Lease, LeaseLost, leased
from jobs.sync.upstream import require_same_platform
from jobs.upstream.errors import CredentialsRefused, UpstreamError
from jobs.upstream.record import Page

PASSES_KEPT = timedelta(days=7)
CREDENTIALS_PAUSE = timedelta(minutes=5)

Checkpoint = dict[str, datetime | str | None]
Watcher = Callable[[Pass], None]


def nobody(record: Pass) -> None:
    """Watch a pass as if it were not watched."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A pass under way: `lane` as it stood at its beginning, `record` as it stands."""

    lane: Lane
    record: Pass
    lease: Lease
    watch: Watcher

    @property
    def began(self) -> datetime:
        """When the pass began."""
        return self.record.began

    def commit(self, page: Page, *, checkpoint: Checkpoint) -> None:
        """Write a page and the checkpoint behind it, in one transaction."""
        with transaction.atomic():
            self.lease.check()
            written = store.write(page.records, observed=page.asked)
            store.quarantine(page.refused)
            if checkpoint:
                Lane.objects.filter(pk=self.lane.pk).update(**checkpoint)
            counts = {"pages": 1, "refused": len(page.refused), **asdict(written)}
            Pass.objects.filter(pk=self.record.pk).update(**{name: F(name) + n for name, n in counts.items()})
        self.record.refresh_from_db()
        self.watch(self.record)


def run_pass(name: str, walk: Callable[[Run], Pass.Outcome], *, watch: Watcher) -> Pass:
    """Run a pass of the lane `name` under its lease; whatever happens, its record says how it ended.

    Raises `LeaseHeld` before anything else, and afterwards what `walk` raises.
    """
    with leased(name) as lease:
        run = Run(
            lane=_lane(name), record=Pass.objects.create(lane=name, began=timezone.now()), lease=lease, watch=watch
        )
        try:
            require_same_platform()
            outcome = walk(run)
        except BaseException as error:
            _failed(run, error)
            raise
        Pass.objects.filter(pk=run.record.pk).update(outcome=outcome, ended=timezone.now())
        Lane.objects.filter(pk=name).update(problem="", problem_since=None, not_before=None)
        run.record.refresh_from_db()
        return run.record


def _lane(name: str) -> Lane:
    """The lane as it stands; passes that nobody ended are closed, and old ones forgotten."""
    passes = Pass.objects.filter(lane=name)
    passes.filter(outcome=Pass.Outcome.RUNNING).update(
        outcome=Pass.Outcome.FAILED, ended=timezone.now(), problem="It was cut off."
    )
    passes.filter(began__lt=timezone.now() - PASSES_KEPT).delete()
    return Lane.objects.get_or_create(name=name, defaults={"platform": settings.MEDIA_PLATFORM_NAME})[0]


def _failed(run: Run, error: BaseException) -> None:
    """Write down why; credentials that are refused are not tried again for a while."""
    now = timezone.now()
    problem = str(error) if isinstance(error, UpstreamError | LeaseLost) else f"{type(error).__name__}; see the log."
    pause = CREDENTIALS_PAUSE if isinstance(error, CredentialsRefused) else timedelta(0)
    Pass.objects.filter(pk=run.record.pk).update(outcome=Pass.Outcome.FAILED, ended=now, problem=problem)
    Lane.objects.filter(pk=run.lane.pk).update(
        problem=problem, problem_since=run.lane.problem_since or now, not_before=now + pause
    )
