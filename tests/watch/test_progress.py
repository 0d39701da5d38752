"""How far a sweep is on its way."""

from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.models import Lane, Shard
from jobs.watch.progress import progress
from tests.records import NOON, iso, record, write

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HALF = NOON + (NOW - NOON) / 2


def sweep(number: int, *shards: dict[str, object], began: timedelta = timedelta(minutes=10)) -> None:
    """A sweep of this number, which began so long ago; the oldest job is of noon."""
    write([record(1, dateCreated=iso(NOON))])
    Lane.objects.create(name="sweep", number=number, began=timezone.now() - began)
    Shard.objects.bulk_create(Shard(lane="sweep", type=str(n), **shard) for n, shard in enumerate(shards))


def test_before_the_first_and_after_the_last() -> None:
    assert progress().share == 0
    lane = Lane.objects.create(name="sweep")
    assert progress().share == 0
    lane.finished = NOW
    lane.save()
    assert progress().share == 1


@pytest.mark.parametrize("number", [1, 2])
def test_a_walk_counts_by_the_time_that_it_has_come_through(number: int) -> None:
    sweep(number, {"since": NOW, "reached": HALF, "weight": 2}, {"finished": True}, {})
    now = progress()
    assert now.share == pytest.approx(2 / 4, abs=0.01)
    assert (now.over, now.walks) == (1, 3)
    assert now.left is not None
    assert now.left / timedelta(minutes=10) == pytest.approx(1, abs=0.05)


def test_from_the_oldest_up_and_from_the_newest_down() -> None:
    quarter = NOON + (NOW - NOON) / 4
    sweep(1, {"since": NOW, "reached": quarter})
    assert progress().share == pytest.approx(0.75, abs=0.01)
    Lane.objects.update(number=2)
    assert progress().share == pytest.approx(0.25, abs=0.01)


def test_at_the_beginning_nobody_can_say_how_long_it_takes() -> None:
    sweep(1, {"since": None}, {})
    assert progress().left is None
