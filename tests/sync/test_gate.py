"""The gate: one budget for all workers, and a circuit that leaves a platform alone that fails."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from jobs import tasks
from jobs.models import Lane, Pass, Upstream, UpstreamMinute
from jobs.rules import circuit
from jobs.rules.versions import Doubt
from jobs.store.rechecks import doubt
from jobs.sync import gate
from jobs.sync.cycle import cycle
from jobs.sync.gate import Gate
from jobs.sync.lanes import run_tail
from jobs.sync.run import nobody
from jobs.upstream.errors import TryAgain
from jobs.upstream.retry import RetryPolicy
from trials.platform import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)


def pause_is_over() -> None:
    Upstream.objects.update(rests_until=timezone.now() - timedelta(seconds=1))


def test_requests_keep_their_distance_whoever_makes_them(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SYNC_RATE = 2
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    for _ in range(4):
        Gate().enter()
    assert waited[0] == 0
    assert [round(each * 2) for each in waited] == [0, 1, 2, 3]


def test_some_failures_in_a_row_open_the_circuit_and_one_success_closes_it() -> None:
    Gate().enter()
    for _ in range(circuit.FAILURES - 1):
        Gate().left(0.1, TryAgain("first"), search=True)
    assert gate.may_begin()
    Gate().left(0.1, TryAgain("last"), search=True)
    assert not gate.may_begin()
    known = Upstream.objects.get()
    assert known.reason == "last"
    assert known.failing_since
    pause_is_over()
    assert gate.may_begin()
    assert not gate.may_begin(), "one at a time tries"
    Gate().left(0.1, None, search=True)
    assert gate.may_begin()
    assert Upstream.objects.values("failures", "reason", "failing_since", "rests_until").get() == {
        "failures": 0,
        "reason": "",
        "failing_since": None,
        "rests_until": None,
    }


def test_each_try_that_fails_makes_the_pause_twice_as_long_however_many_requests_it_makes() -> None:
    Gate().enter()
    pauses = []
    for _ in range(3):
        for _ in range(6):
            Gate().left(0.1, TryAgain("late"), search=True)
        rests_until = Upstream.objects.get().rests_until
        assert rests_until is not None
        pauses.append((rests_until - timezone.now()) / circuit.FIRST_PAUSE)
        pause_is_over()
        assert gate.may_begin()
    assert pauses == pytest.approx([1, 2, 4], abs=0.1)


def test_a_job_that_can_be_read_closes_no_circuit_that_searches_have_opened() -> None:
    """A search that fails is else asked for at every tick, as long as there is anything to be read."""
    Gate().enter()
    for _ in range(circuit.FAILURES):
        Gate().left(0.1, TryAgain("late"), search=True)
        Gate().left(0.1, None, search=False)
    assert not gate.may_begin()


def test_what_the_platform_asks_to_wait_holds_for_all() -> None:
    Gate().enter()
    Gate().left(0.1, TryAgain("slow down", status=429, after=30), search=False)
    assert Upstream.objects.get().next > timezone.now() + timedelta(seconds=28)
    assert UpstreamMinute.objects.get().throttled == 1


def test_jobs_that_cannot_be_read_stop_no_other_lane(platform: SandboxProcess) -> None:
    cycle(watch=nobody, waiting=lambda _: None)
    platform.faults("status=500@/jobs/")
    for job in platform.jobs()[:4]:
        doubt({job["id"]: Doubt.HOOK})
        tasks.rechecks()
    assert gate.may_begin()
    tasks.tail()
    assert Lane.objects.get(name="tail").problem == ""


def test_a_page_that_cannot_be_had_closes_the_circuit_that_it_has_opened(platform: SandboxProcess) -> None:
    """Else the tail, which asks most often, would have each try of it, and no other lane any."""
    platform.faults("status=500@/jobs?orderBy=dateUpdated")
    Gate().enter()
    for _ in range(circuit.FAILURES):
        Gate().left(0.1, TryAgain("500", status=500), search=True)
    pause_is_over()
    tasks.tail()
    assert "500" in Lane.objects.get(name="tail").problem
    assert gate.is_closed()


def test_requests_are_counted_by_minute(platform: SandboxProcess) -> None:
    platform.faults("status=503:x2,html:x1")
    run_tail()
    minutes = list(UpstreamMinute.objects.all())
    assert sum(each.requests for each in minutes) == 4
    assert sum(each.unready for each in minutes) == 2
    assert sum(each.failed for each in minutes) == 1
    assert all(0 < each.slowest <= each.seconds for each in minutes)
    UpstreamMinute.objects.update(begins=timezone.now() - timedelta(days=2))
    tasks.forget()
    assert not UpstreamMinute.objects.exists()


def test_refused_credentials_are_not_tried_again_and_again(platform: SandboxProcess) -> None:
    platform.faults("status=401")
    for _ in range(5):
        tasks.tail()
        tasks.rechecks()
    assert len(platform.requests()) == 1
    assert Pass.objects.count() == 1
    assert "401" in Lane.objects.get().problem
    platform.faults("")
    pause_is_over()
    tasks.tail()
    assert Lane.objects.get(name="tail").complete


def test_whoever_asks_for_a_cycle_is_not_told_to_wait(platform: SandboxProcess) -> None:
    Upstream.objects.create(next=timezone.now(), failures=9, rests_until=timezone.now() + timedelta(minutes=5))
    cycle(watch=nobody, waiting=lambda _: None)
    assert gate.may_begin()


def test_one_request_that_fails_is_no_outage() -> None:
    assert RetryPolicy().attempts < circuit.FAILURES
