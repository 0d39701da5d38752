"""`jobs.sync.lease`: one holder at a time, and a late word of an old one is refused."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboard.services.process import wait_for
from jobs.models import Lane
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
            Lane.objects.create(name="late")
    assert not Lane.objects.exists()


def test_a_lease_that_has_run_out_is_lost_though_nobody_took_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no request is older than `TTL` and its own limits when what it brought is written."""
    monkeypatch.setattr("jobs.sync.lease.BEAT", 0.05)
    with leased("tail") as late:
        expire()
        late.renew()
        with pytest.raises(LeaseLost), late.fenced():
            Lane.objects.create(name="late")
    assert not Lane.objects.exists()


def test_what_a_holder_writes_stays() -> None:
    with leased("tail") as lease, lease.fenced():
        Lane.objects.create(name="tail")
    assert Lane.objects.exists()


def test_a_lease_ends_20_s_after_its_last_beat_by_the_databases_clock() -> None:
    with leased("tail"), connection.cursor() as cursor:
        cursor.execute("SELECT expires - clock_timestamp() BETWEEN '10 s' AND '20 s' FROM jobs_lease")
        assert cursor.fetchall() == [(True,)]


def test_a_heart_beats_during_a_long_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a page that takes longer than `TTL` does not lose its lane."""
    monkeypatch.setattr("jobs.sync.lease.BEAT", 0.05)
    with leased("tail") as lease, lease.fenced():
        before = Row.objects.get().expires
        assert wait_for(lambda: Row.objects.get().expires > before, seconds=10)


def test_nobody_takes_over_between_the_check_and_the_commit() -> None:
    """The last statement of a fenced transaction locks the lease: who wants it then waits for the commit."""
    with leased("tail") as lease, CaptureQueriesContext(connection) as asked, lease.fenced():
        Lane.objects.create(name="tail")
    *_, check, commit = [query["sql"] for query in asked.captured_queries]
    assert "jobs_lease" in check
    assert check.strip().endswith("FOR SHARE")
    assert commit == "COMMIT"


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
