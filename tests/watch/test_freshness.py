"""How fresh the mirror is, and who is at fault where it is not."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from jobs.models import Lane, Lease, Pass, Upstream
from jobs.watch.freshness import freshness

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _failing() -> None:
    """A tail that was complete an hour ago and fails since then, until the worker died, half an hour ago."""
    now = timezone.now()
    Lane.objects.create(name="tail", complete=now - HOUR, problem="It answers 500.", problem_since=now - HOUR)
    Lane.objects.create(name="sweep", finished=now - HOUR)
    Pass.objects.create(lane="tail", began=now - HOUR / 2, outcome="failed")


def test_a_platform_is_not_at_fault_that_nobody_has_asked_for_long() -> None:
    now = freshness()
    assert (now.state, now.problem, now.next_try) == ("stale", "", None)


def test_it_is_where_somebody_asks_it_now() -> None:
    lease = Lease.objects.create(name="tail", epoch=1, expires=timezone.now() + timedelta(seconds=9))
    assert (freshness().state, freshness().problem) == ("down", "It answers 500.")
    lease.delete()
    Pass.objects.create(lane="reconcile", began=timezone.now(), outcome="failed")
    assert freshness().state == "down"


@pytest.mark.parametrize(("rests", "state"), [(HOUR, "down"), (-HOUR / 4, "stale")])
def test_it_is_while_it_is_left_alone(rests: timedelta, state: str) -> None:
    """Nobody has to try before that is over."""
    until = timezone.now() + rests
    Upstream.objects.create(next=until, failures=9, reason="It answers 503.", rests_until=until)
    assert freshness().state == state


def test_that_the_last_pass_was_cut_off_says_nothing_while_the_next_is_under_way() -> None:
    """What is shown may be old all the same."""
    Lane.objects.filter(name="tail").update(problem=Lane.CUT_OFF)
    Pass.objects.create(lane="tail", began=timezone.now())
    assert (freshness().state, freshness().problem) == ("down", Lane.CUT_OFF)
    Lease.objects.create(name="tail", epoch=1, expires=timezone.now() + timedelta(seconds=9))
    assert (freshness().state, freshness().problem) == ("stale", "")


def test_a_mirror_of_which_something_was_left_out_is_not_quite_in_step() -> None:
    Lane.objects.update(complete=timezone.now(), problem="")
    assert (freshness().tone, freshness().gaps) == ("success", False)
    Lane.objects.filter(name="sweep").update(gaps=["av.poster, which the platform does not list"])
    assert (freshness().state, freshness().tone, freshness().gaps) == ("fresh", "warn", True)


def test_a_sweep_that_is_long_overdue_is_told_with_what_stops_it(settings: Settings) -> None:
    settings.SYNC_SWEEP = 86_400
    now, sweep = timezone.now(), Lane.objects.filter(name="sweep")
    Lane.objects.update(complete=now, problem="")
    sweep.update(finished=now - 47 * HOUR)
    assert not freshness().unswept
    sweep.update(finished=now - 49 * HOUR, problem="It answers 500.")
    found = freshness()
    assert (found.state, found.tone, found.unswept, found.sweep_problem) == ("fresh", "warn", True, "It answers 500.")


def test_that_nobody_asks_is_told_from_a_first_pass_under_way() -> None:
    """Also where the worker died before that was complete, or the platform failed first."""
    Lane.objects.all().delete()
    Pass.objects.all().delete()
    assert (freshness().state, freshness().silent) == ("new", True)
    began = Pass.objects.create(lane="tail", began=timezone.now())
    assert (freshness().state, freshness().silent) == ("new", False)
    Lane.objects.create(name="tail", problem="It answers 500.", problem_since=timezone.now())
    assert (freshness().state, freshness().silent) == ("down", False)
    began.began -= HOUR
    began.save()
    assert (freshness().state, freshness().silent, freshness().problem) == ("new", True, "")
