"""What the lanes have done lately."""

from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.models import Delivery, Lane, Pass, Recheck
from jobs.watch.lanes import lanes

pytestmark = pytest.mark.django_db


def passed(minutes: int, **counts: int) -> None:
    Pass.objects.create(lane="tail", began=timezone.now() - timedelta(minutes=minutes), outcome="complete", **counts)


def test_the_pace_is_of_the_last_hour() -> None:
    passed(90, inserted=10_000, pages=20)
    passed(20, inserted=200, updated=200, unchanged=500, dropped=100, pages=3)
    passed(1, unchanged=1000, pages=2)
    pace = lanes().paces["tail"]
    assert pace.pages == 5
    assert pace.changed == pytest.approx(20, rel=0.01)
    assert pace.seen == pytest.approx(100, rel=0.01)


def test_a_pass_of_this_minute_makes_no_rate_of_a_second() -> None:
    passed(0, inserted=30)
    assert lanes().paces["tail"].changed == pytest.approx(30)


def test_what_waits_to_be_read_by_id() -> None:
    now = timezone.now()
    for key, due in (("a", -20), ("b", 40)):
        Recheck.objects.create(key=key, reason="tie", raised=now, due=now + timedelta(seconds=due))
    Delivery.objects.create(id="new", received=now)
    Delivery.objects.create(id="old", received=now - timedelta(hours=2))
    reads = lanes().reads
    assert (reads.waiting, reads.due, reads.hooks) == (2, now - timedelta(seconds=20), 1)
    assert reads.put_off == [], "nobody has tried"


def test_the_reads_that_are_put_off_for_longest() -> None:
    now = timezone.now()
    for minutes in range(20):
        due = now + timedelta(minutes=minutes)
        Recheck.objects.create(key=f"{minutes}", reason="tie", raised=now, due=due, attempts=9)
    assert [each.key for each in lanes().reads.put_off] == [f"{minutes}" for minutes in range(19, 9, -1)]


def test_the_overlap_follows_what_was_measured() -> None:
    assert lanes().overlap == timedelta(seconds=120)
    assert lanes().seen_late == timedelta(0)
    Lane.objects.create(name="tail", lags=[0.0] * 10 + [100.0] + [0.0] * 30)
    assert lanes().seen_late == timedelta(seconds=32)
    assert lanes().overlap == timedelta(seconds=320)
