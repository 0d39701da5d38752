"""Clocks that are a day off: fault 20 of docs/reliability.md.

The database's clock counts, and the platform's own for what the platform dates; a worker's counts for nothing.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from dashboard.health import database
from jobs import tasks
from jobs.models import Delivery, Job, Lane, Lease, Pass, Recheck
from jobs.rules.versions import Doubt
from jobs.store import rechecks
from jobs.sync import inbox
from jobs.sync.lanes import rechecks_are_left, run_reconcile, sweep_is_left
from jobs.watch.freshness import freshness
from jobs.watch.platform import health
from trials.elapsing import elapse
from trials.equality import differing, run_cycle
from trials.platform import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _pages(settings: Settings) -> None:
    settings.SYNC_PAGE_SIZE = 40


@pytest.fixture(params=[-DAY, DAY], ids=["a day behind", "a day ahead"])
def off(request: pytest.FixtureRequest) -> Iterator[timedelta]:
    """By how much this worker's clock is wrong; the database and the platform have clocks of their own."""
    with time_machine.travel(datetime.now(UTC) + request.param, tick=True):
        yield request.param


def tick() -> None:
    for task in (tasks.tail, tasks.sweep, tasks.reconcile, tasks.rechecks):
        task()


def test_a_worker_whose_clock_is_off_brings_everything(platform: SandboxProcess, off: timedelta) -> None:
    """By the tasks alone: each must find that it is its turn, and its tokens must be taken."""
    for _ in range(3):
        tick()
    assert differing(platform) == []
    key = platform.jobs()[60]["id"]
    platform.patch(key, keep_dates=True, status="error", note="within the second")
    Recheck.objects.create(key=key, reason="hook", raised=real(), due=real())
    tick()
    assert differing(platform) == []
    assert not Lane.objects.exclude(problem="").exists()


def test_our_clock_is_set_back_by_a_day(platform: SandboxProcess) -> None:
    """The database's: all that it has dated lies a day ahead, leases that are held and reads that were put off too."""
    run_cycle()
    key = platform.jobs()[60]["id"]
    rechecks.doubt({key: Doubt.TIE})
    Lease.objects.update(expires=Now() + timedelta(seconds=10))
    elapse(-DAY.total_seconds())
    platform.patch(key, keep_dates=True, status="error", note="within the second")
    platform.patch(platform.jobs()[10]["id"], note="after the clock was set back")
    assert freshness().state == "stale"
    tick()
    assert freshness().state == "fresh"
    assert differing(platform) == []
    assert not Recheck.objects.exists()
    assert not Lane.objects.exclude(problem="").exists()


def test_open_jobs_are_compared_though_our_clock_was_set_back(platform: SandboxProcess) -> None:
    key = platform.jobs()[10]["id"]
    platform.patch(key, status="working")
    run_cycle()
    elapse(-DAY.total_seconds())
    platform.delete(key)
    run_reconcile()
    assert Recheck.objects.filter(key=key, reason="absent").exists()
    complete = Lane.objects.get(name="reconcile").complete
    assert complete
    assert complete <= real()


def real() -> datetime:
    """What the database's clock says."""
    return Lane.objects.annotate(now=Now()).values_list("now", flat=True)[0]


def test_what_is_due_does_not_depend_on_the_workers_clock(platform: SandboxProcess, off: timedelta) -> None:
    run_cycle()
    assert not sweep_is_left()
    now = real()
    Recheck.objects.create(key="later", reason="tie", raised=now, due=now + timedelta(hours=1))
    assert not rechecks_are_left()
    Recheck.objects.update(due=now)
    assert rechecks_are_left()
    Lane.objects.filter(name="sweep").update(finished=now - timedelta(days=1, minutes=1))
    assert sweep_is_left()


def test_what_is_kept_is_dated_by_the_database(platform: SandboxProcess, off: timedelta) -> None:
    run_cycle()
    now, minute = real(), timedelta(minutes=1)
    for record in Pass.objects.all():
        assert record.ended is not None
        assert record.began <= record.ended <= now
    assert all(now - minute < lane.finished <= now for lane in Lane.objects.exclude(finished=None) if lane.finished)
    platform.faults("status=400")
    tasks.tail()
    since = Lane.objects.get(name="tail").problem_since
    assert since is not None
    assert now <= since < now + minute


def test_how_fresh_it_is_does_not_depend_on_whose_clock_shows_it(
    platform: SandboxProcess, off: timedelta, signed_in: Client
) -> None:
    run_cycle()
    assert freshness().state == "fresh"
    assert health().requests > 0
    age = database()[1]
    assert age is not None
    assert 0 <= age < 60
    Lane.objects.update(complete=real() - timedelta(hours=1))
    assert freshness().state == "stale"


def test_deliveries_are_known_again_whatever_the_clock_says(off: timedelta) -> None:
    inbox.accept("one", [])
    inbox.forget()
    assert Delivery.objects.exists()
    Delivery.objects.update(received=Delivery.objects.get().received - 2 * inbox.KEPT)
    inbox.forget()
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("there", [-DAY, DAY], ids=["a day behind", "a day ahead"])
def test_a_platform_whose_clock_is_off_is_mirrored_and_so_when_it_is_mended(
    platform: SandboxProcess, there: timedelta
) -> None:
    run_cycle()
    platform.advance(there / timedelta(seconds=1))
    change(platform, "off")
    run_cycle()
    run_cycle()
    assert differing(platform) == []
    platform.advance(-there / timedelta(seconds=1))
    change(platform, "mended")
    run_cycle()
    run_cycle()
    assert differing(platform) == []


def change(platform: SandboxProcess, note: str) -> None:
    """Let more jobs change than a page holds, long after they were seen last."""
    Job.objects.update(observed=timezone.now() - timedelta(minutes=10))
    for job in platform.jobs()[::2]:
        platform.patch(job["id"], note=note)
