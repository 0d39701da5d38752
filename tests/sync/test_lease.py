"""`jobs.sync.lease`: one holder at a time, and a late word of an old one is refused."""

import pytest

from dashboard.services.process import wait_for
from jobs.models import Lease as Row
from jobs.sync.lease import LeaseHeld, LeaseLost, leased

pytestmark = pytest.mark.django_db(transaction=True)


def expire() -> None:
    Row.objects.update(expires="2020-01-01T00:00:00Z")


def test_a_second_holder_is_turned_away() -> None:
    with leased("tail"), pytest.raises(LeaseHeld), leased("tail"):
        pass


def test_other_lanes_are_free() -> None:
    with leased("tail"), leased("backfill"):
        assert Row.objects.count() == 2


def test_a_lease_is_given_up_at_the_end() -> None:
    with leased("tail") as first:
        pass
    with leased("tail") as second:
        assert second.epoch == first.epoch + 1


def test_a_holder_that_wakes_up_late_writes_nothing() -> None:
    with leased("tail") as late:
        expire()
        with leased("tail"), pytest.raises(LeaseLost), late.fenced():
            Row.objects.create(name="late", holder="late", expires="2020-01-01T00:00:00Z")
    assert not Row.objects.filter(name="late").exists()


def test_the_end_of_a_late_holder_does_not_end_the_lease_of_the_next() -> None:
    with leased("tail"):
        expire()
        successor = leased("tail")
        successor.__enter__()
    with pytest.raises(LeaseHeld), leased("tail"):
        pass
    successor.__exit__(None, None, None)


def test_a_heart_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.sync.lease.BEAT", 0.05)
    with leased("tail"):
        before = Row.objects.get().expires
        assert wait_for(lambda: Row.objects.get().expires > before, seconds=10)
