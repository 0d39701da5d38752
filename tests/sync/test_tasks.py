"""The scheduled tasks: two beats or two workers at once do no harm, and a long outage is read within one task."""

from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings as project
from django.utils import timezone
from pytest_django.fixtures import Settings

from jobs import tasks
from jobs.models import Cell, Job, Lane, Pass, Recheck, Upstream
from jobs.rules.versions import Doubt
from jobs.store import rechecks
from jobs.sync import gate, lanes
from jobs.sync.lanes import run_tail
from jobs.sync.lease import leased
from tests.store.test_concurrency import at_once
from trials.consistency import is_consistent
from trials.elapsing import elapse
from trials.platform import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _small_pages(settings: Settings) -> None:
    settings.SYNC_PAGE_SIZE = 20


def test_a_tick_during_a_pass_does_nothing(platform: SandboxProcess) -> None:
    run_tail()
    before = Pass.objects.count()
    platform.forget()
    with leased("tail"), leased("sweeper 0"):
        tasks.tail()
        tasks.sweep()
    assert (Pass.objects.count(), platform.requests()) == (before, [])


def test_two_workers_at_once_bring_everything_once(platform: SandboxProcess) -> None:
    run_tail()
    works = [tasks.tail, tasks.sweep] * 2
    at_once(*[partial(_begin_together, work) for work in works])
    while Lane.objects.filter(name="sweep", finished=None).exists():
        tasks.sweep()
    assert Job.objects.count() == 120
    assert sum(Cell.objects.values_list("jobs", flat=True)) == 120
    assert is_consistent()
    assert set(Pass.objects.values_list("outcome", flat=True)) == {"complete"}
    assert not Lane.objects.exclude(problem="").exists()


def test_what_stops_a_pass_does_not_break_its_task(platform: SandboxProcess) -> None:
    platform.faults("status=401")
    tasks.tail()
    assert "401" in Lane.objects.get().problem
    platform.forget()
    tasks.tail()
    assert platform.requests() == []


def test_a_task_has_an_hour_and_is_not_given_to_another_worker_meanwhile() -> None:
    """The tail cannot go on where it was cut off: what it has to read after a long outage must fit into one task."""
    assert project.CELERY_TASK_SOFT_TIME_LIMIT >= 3500
    assert project.CELERY_TASK_SOFT_TIME_LIMIT < project.CELERY_TASK_TIME_LIMIT
    assert project.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] > project.CELERY_TASK_TIME_LIMIT


def test_a_task_whose_process_is_killed_is_not_given_to_another() -> None:
    """One that kills whoever runs it would be given out without end; the next tick does what it should have done."""
    assert not project.CELERY_TASK_REJECT_ON_WORKER_LOST


def test_ticks_that_have_waited_for_a_worker_do_no_work_and_none_goes_by_a_wall_clock(platform: SandboxProcess) -> None:
    schedule: dict[str, Any] = project.CELERY_BEAT_SCHEDULE
    assert not any("options" in tick for tick in schedule.values())
    for _ in range(3):
        for name in ("tail", "reconcile"):
            getattr(tasks, name)(*schedule[name]["args"])
    assert Pass.objects.filter(lane="tail").count() == 1
    elapse(schedule["tail"]["schedule"])
    tasks.tail(*schedule["tail"]["args"])
    tasks.tail()
    assert Pass.objects.filter(lane="tail").count() == 3


def test_what_a_hook_tells_while_the_lane_ends_is_read_by_its_holder(
    platform: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker that the hook has called finds the lane leased, and goes."""
    run_tail()
    keys = [job["id"] for job in platform.jobs()[:2]]
    rechecks.doubt({keys[0]: Doubt.HOOK})
    run = lanes.run_rechecks

    def run_and_hear() -> Pass:
        done = run()
        if Pass.objects.filter(lane="rechecks").count() == 1:
            rechecks.doubt({keys[1]: Doubt.HOOK})
        return done

    monkeypatch.setattr(lanes, "run_rechecks", run_and_hear)
    tasks.rechecks()
    assert not Recheck.objects.exists()


def test_reads_by_id_leave_the_try_of_an_open_circuit_to_searches(platform: SandboxProcess) -> None:
    """They can neither close nor open it, and hooks would use it up again and again."""
    run_tail()
    rechecks.doubt({platform.jobs()[0]["id"]: Doubt.HOOK})
    over = timezone.now()
    Upstream.objects.update(failures=5, reason="late", failing_since=over, rests_until=over)
    platform.forget()
    tasks.rechecks()
    assert (platform.requests(), Upstream.objects.get().rests_until) == ([], over)
    tasks.tail()
    tasks.rechecks()
    assert not Recheck.objects.exists()


def test_a_tail_without_pages_keeps_no_other_lane_from_the_platform(platform: SandboxProcess) -> None:
    """That another page can be had says that the platform works."""
    run_tail()
    platform.faults("status=500@/jobs?orderBy=dateUpdated")
    for _ in range(3):
        elapse(60)
        tasks.tail()
        assert Lane.objects.get(name="tail").problem
        assert gate.is_closed()
    tasks.sweep()
    assert Lane.objects.get(name="sweep").finished


def _begin_together(work: Any, barrier: Barrier) -> None:
    barrier.wait()
    work()
