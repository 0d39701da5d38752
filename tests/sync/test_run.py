"""`run_pass`: what it writes it writes under its lease, and it asks for as many jobs as the platform gives."""

import math
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.conf import settings as configured
from django.db import OperationalError
from django.db.models import F
from django.utils import timezone
from pytest_django.fixtures import Settings

from jobs.models import Anomaly, Job, Lane, Pass, Shard
from jobs.models import Lease as Row
from jobs.rules.rechecks import Due
from jobs.store import ready
from jobs.sync.lanes import run_rechecks, run_reconcile, run_sweep, run_tail
from jobs.sync.lease import LeaseLost, leased
from jobs.sync.run import Run, nobody, run_pass
from jobs.sync.tail import tail
from jobs.sync.walk import walk_shard
from jobs.upstream.client import JobsClient, Limits
from jobs.upstream.errors import RequestRefused, TooLong, TryAgain
from jobs.upstream.record import Page
from tests.records import MASKER, NOON, record
from trials.platform import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = ready(Page(records=(record(1),), refused=(), next_token="next", asked=NOON))
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LATER = {"number": 7, "problem": "of the next holder"}


def commits(run: Run) -> Pass.Outcome:
    run.commit(PAGE, since=NOON, save=lambda _: None)
    return Pass.Outcome.COMPLETE


def completes(run: Run) -> Pass.Outcome:
    return Pass.Outcome.COMPLETE


def fails(run: Run) -> Pass.Outcome:
    raise TryAgain("late")


def test_passes_of_a_week_ago_are_forgotten_lane_by_lane() -> None:
    now = timezone.now()
    for lane, days in (("tail", 8), ("tail", 6), ("sweep", 8)):
        Pass.objects.create(lane=lane, began=now - timedelta(days=days), outcome="complete")
    run_pass("tail", completes, watch=nobody)
    left = [(each.lane, (now - each.began).days) for each in Pass.objects.order_by("began")]
    assert left == [("sweep", 8), ("tail", 6), ("tail", -1)]


@pytest.mark.parametrize("walk", [commits, completes, fails])
def test_a_late_holder_writes_nothing(walk: Callable[[Run], Pass.Outcome]) -> None:
    def late(run: Run) -> Pass.Outcome:
        Row.objects.update(expires="2020-01-01T00:00:00Z")
        with leased("sweep"):
            Lane.objects.update(**LATER)
        return walk(run)

    with pytest.raises(TryAgain if walk is fails else LeaseLost):
        run_pass("sweep", late, watch=nobody)
    assert not Job.objects.exists()
    assert Lane.objects.values(*LATER).get() == LATER
    assert Pass.objects.values("outcome", "pages", "problem").get() == {"outcome": "running", "pages": 0, "problem": ""}


def test_a_pass_that_was_cut_off_is_closed_by_the_next_of_its_lane() -> None:
    cut_off, other = (Pass.objects.create(lane=lane, lease=lane, began=timezone.now()) for lane in ("tail", "sweep"))
    Row.objects.create(name="sweep", holder="at work", expires=timezone.now() + timedelta(seconds=20))
    run_pass("tail", completes, watch=nobody)
    cut_off.refresh_from_db()
    other.refresh_from_db()
    assert (cut_off.outcome, cut_off.problem, other.outcome) == ("failed", Lane.CUT_OFF, "running")


def test_a_tail_that_was_cut_off_fails_until_a_pass_has_come_to_its_end() -> None:
    """Where each pass kills its process, too: so the first sweep waits for no tail, and others know that it fails.

    A sweep does not: where it had come to its end, nobody would begin another for a day.
    """
    for lane in ("tail", "sweep"):
        Pass.objects.create(lane=lane, lease=lane, began=timezone.now())
    Lane.objects.create(name="sweep", platform=configured.MEDIA_PLATFORM_NAME)
    Lane.objects.create(name="tail", platform=configured.MEDIA_PLATFORM_NAME)
    run_pass("reconcile", completes, watch=nobody)
    assert Lane.objects.get(name="tail").problem == Lane.CUT_OFF
    assert Lane.objects.get(name="sweep").problem == ""
    run_pass("tail", completes, watch=nobody)
    assert Lane.objects.get(name="tail").problem == ""


def test_a_pass_whose_lease_has_run_out_is_closed_by_the_next_of_any_lane() -> None:
    """A worker that dies when a shard is finished leaves a pass of a lease that nobody takes again."""
    now = timezone.now()
    cut_off, under_way = (Pass.objects.create(lane="sweep", lease=f"sweep {n}", began=now) for n in (1, 2))
    Row.objects.create(name="sweep 1", holder="dead", epoch=1, expires=now - timedelta(seconds=1))
    Row.objects.create(name="sweep 2", holder="alive", epoch=1, expires=now + timedelta(minutes=1))
    run_pass("tail", completes, watch=nobody)
    cut_off.refresh_from_db()
    under_way.refresh_from_db()
    assert (cut_off.outcome, cut_off.problem, under_way.outcome) == ("failed", Lane.CUT_OFF, "running")


def test_a_complete_pass_has_no_problem() -> None:
    def walk(run: Run) -> Pass.Outcome:
        Pass.objects.update(problem=Lane.CUT_OFF)
        Lane.objects.update(problem=Lane.CUT_OFF, problem_since=NOON)
        return Pass.Outcome.COMPLETE

    assert run_pass("tail", walk, watch=nobody).problem == ""
    assert Lane.objects.get().problem == ""


def test_a_pass_through_a_shard_that_is_done_is_closed_by_the_next_through_another() -> None:
    """Nobody leases that shard again; one that somebody walks just now is left alone."""
    alive = timezone.now() + timedelta(seconds=20)
    Row.objects.create(name="sweep 1", holder="killed", expires=LONG_AGO)
    Row.objects.create(name="sweep 2", holder="at work", expires=alive)
    for lease in ("sweep 1", "sweep 2"):
        Pass.objects.create(lane="sweep", lease=lease, began=timezone.now())
    run_pass("sweep", completes, watch=nobody, lease="sweep 3")
    outcomes = dict(Pass.objects.values_list("lease", "outcome"))
    assert outcomes == {"sweep 1": "failed", "sweep 2": "running", "sweep 3": "complete"}


@pytest.mark.parametrize("run", [run_reconcile, run_rechecks])
def test_a_late_holder_does_not_say_when_its_lane_was_complete(
    platform: SandboxProcess, run: Callable[..., Pass], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor where it had nothing to write."""
    name = run().lane
    former = Lane.objects.get(name=name).complete

    def taken_over(*_: object, **__: object) -> list[Due]:
        Row.objects.filter(name=name).update(epoch=F("epoch") + 1)
        return []

    monkeypatch.setattr("jobs.sync.rechecks.rechecks.due", taken_over)
    monkeypatch.setattr("jobs.sync.reconcile.walk_shard", taken_over)
    with pytest.raises(LeaseLost):
        run()
    assert Lane.objects.get(name=name).complete == former


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (TryAgain("words"), "words"),
        (OperationalError("the server is gone\nDETAIL: more"), "The database fails: the server is gone"),
        (KeyError("secret"), "Jobdeck failed by itself; see the log."),
        (KeyboardInterrupt(), "It was stopped."),
    ],
)
def test_why_a_pass_failed_is_said_in_plain_words(error: BaseException, told: str) -> None:
    def walk(run: Run) -> Pass.Outcome:
        raise error

    with pytest.raises(type(error)):
        run_pass("tail", walk, watch=nobody)
    assert (Pass.objects.get().problem, Lane.objects.get().problem) == (told, told)


def sizes(platform: SandboxProcess) -> list[int]:
    """How many jobs each request asked for, since this was asked last."""
    asked = [int(request["query"]["pageSize"]) for request in platform.requests()]
    platform.forget()
    return asked


def small(platform: SandboxProcess, body: int) -> JobsClient:
    """A client that takes `body` bytes at once."""
    return JobsClient(
        url=platform.url,
        app_id=platform.app_id,
        secret=platform.secret,
        masker=MASKER,
        limits=Limits(body=body),
    )


@pytest.fixture
def _pages_of_100(settings: Settings) -> None:
    settings.SYNC_PAGE_SIZE = 100


@pytest.mark.usefixtures("_pages_of_100")
@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_page_size_that_is_refused_is_halved_and_remembered(
    platform: SandboxProcess, settings: Settings, status: int
) -> None:
    platform.faults(f"status={status}:x3")
    assert run_tail().inserted == 25
    assert sizes(platform) == [100, 100, 50, 25]
    run_tail()
    assert sizes(platform)[0] == 25
    run_sweep(seconds=60)
    assert sizes(platform)[:2] == [100, 90]
    settings.SYNC_PAGE_SIZE = 20
    run_tail()
    assert sizes(platform)[0] == 20
    assert Lane.objects.get(name="tail").page_size is None


@pytest.mark.usefixtures("_pages_of_100")
def test_what_is_refused_at_any_size_is_not_remembered(platform: SandboxProcess) -> None:
    platform.faults("status=400")
    with pytest.raises(RequestRefused):
        run_tail()
    assert sizes(platform) == [100, 100, 50, 25, 12, 6, 3, 1]
    assert Lane.objects.get().page_size is None


@pytest.mark.usefixtures("_pages_of_100")
def test_a_page_that_is_refused_once_makes_none_smaller(platform: SandboxProcess) -> None:
    """Else one that a proxy spoils now and then would make all as small as can be, in the end."""
    platform.faults("status=400:x1")
    assert run_tail().inserted == 100
    assert sizes(platform) == [100, 100]
    assert Lane.objects.get().page_size is None
    assert not Anomaly.objects.exists()


@pytest.mark.usefixtures("_pages_of_100")
@pytest.mark.parametrize("status", [405, 409])
def test_what_is_not_refused_for_its_size_is_asked_for_once(platform: SandboxProcess, status: int) -> None:
    platform.faults(f"status={status}")
    with pytest.raises(RequestRefused):
        run_tail()
    assert sizes(platform) == [100]


@pytest.mark.usefixtures("_pages_of_100")
def test_a_page_that_is_too_long_midway_begins_the_walk_again(platform: SandboxProcess) -> None:
    """The first pages hold short jobs; a token is good for one size, so that the walk begins anew."""
    for number in range(30):
        stamp = "2020-01-01T00:00:00Z"
        platform.plant({"id": f"l_{number}", "type": "t", "status": "s", "text": "x" * 9000, "dateCreated": stamp})
    shard = Shard.objects.create(lane="sweep", type="", status="", issuer="")
    Lane.objects.create(name="sweep", platform="sandbox", number=6)

    def walk(until: float) -> Pass:
        with closing(small(platform, 250_000)) as client:
            shard.refresh_from_db()
            return run_pass("sweep", partial(walk_shard, client, shard=shard, until=until))

    assert walk(0).outcome == "paused"
    platform.forget()
    done = walk(math.inf)
    asked = [(request["query"]["pageSize"], "nextPageToken" in request["query"]) for request in platform.requests()]
    assert list(dict.fromkeys(asked))[:2] == [("100", True), ("50", False)]
    assert done.outcome == "complete"
    assert Job.objects.count() == 150
    assert Lane.objects.get(name="sweep").page_size is None, "it is some jobs that are long"


@pytest.mark.usefixtures("_pages_of_100")
def test_a_page_that_is_too_long_at_the_smallest_size_says_so(platform: SandboxProcess) -> None:
    with closing(small(platform, 1000)) as client, pytest.raises(TooLong, match="holds a single job"):
        run_pass("tail", partial(tail, client), watch=nobody)
    assert sizes(platform) == [100, 50, 25, 12, 6, 3, 1]
