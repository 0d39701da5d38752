"""Whatever has been observed of a job, in whatever order and how often: its last version is what stays."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.models import Cell, DayRollup, Document, HourRollup, Job, Posting, Recheck, Transition
from jobs.rules.rechecks import plan
from jobs.store import keep, ready, rechecks
from jobs.upstream.record import Page, Record
from tests.records import NOON, iso, record
from trials.consistency import is_consistent

pytestmark = pytest.mark.django_db

STATES = ("pending", "working", "success", "error")
ORDERS = 3


class Change(NamedTuple):
    """A version of a job, so many seconds after the one before it."""

    seconds: int
    state: str
    dated: bool


class Seen(NamedTuple):
    """A version, counted from the last one back, as a page brought it that was asked for so many seconds ago.

    `point` says that it was read by id; `over`, whether by the platform's clock the second of its date was.
    """

    version: int
    ago: int
    point: bool
    over: bool


CHANGES = st.lists(
    st.builds(
        Change, st.sampled_from([0, 0, 1, 5]), st.sampled_from(STATES), st.sampled_from([True, True, True, False])
    ),
    min_size=1,
    max_size=5,
)
LAST = Seen(version=0, ago=1, point=False, over=True)
SEEN = st.lists(st.builds(Seen, st.integers(0, 4), st.integers(1, 300), st.booleans(), st.booleans()), max_size=6)


def versions(changes: Sequence[Change]) -> list[Record]:
    """What a job was, each version with other content."""
    return list(_versions(changes))


def _versions(changes: Sequence[Change]) -> Iterator[Record]:
    date = NOON
    for number, change in enumerate(changes):
        date += timedelta(seconds=change.seconds)
        yield record(
            status=change.state,
            result={"number": number},
            dateCreated=iso(NOON),
            dateUpdated=iso(date) if change.dated else None,
        )


def page(of: Record, asked: datetime, *, over: bool) -> Page:
    date = of.updated or NOON
    return Page(records=(of,), refused=(), asked=asked, dated=date + timedelta(seconds=60 if over else 0))


def play(story: Sequence[Record], order: Sequence[Seen]) -> tuple[object, ...]:
    """Write what was seen in this order, then read by id what is in doubt; give what is here then."""
    forget()
    now = timezone.now()
    for seen in order:
        of = story[max(0, len(story) - 1 - seen.version)]
        made = ready(page(of, now - timedelta(seconds=seen.ago), over=seen.over))
        keep(made, lane="tests", point=seen.point)
    while due := rechecks.due(9):
        for read in plan(due):
            came = page(story[-1], timezone.now(), over=True)
            keep(ready(came), lane="rechecks", point=True)
            rechecks.settle(read, came, ())
    assert is_consistent()
    job = Job.objects.select_related("cell").get()
    return Document.objects.get().text, job.cell.status, job.updated, bytes(job.digest)


def forget() -> None:
    """Begin with no job."""
    for model in (Posting, HourRollup, DayRollup, Transition, Recheck, Job):
        model.objects.all().delete()
    Cell.objects.update(jobs=0)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES, seen=SEEN, data=st.data())
def test_any_order_and_repetition_ends_in_the_same_state(
    changes: list[Change], seen: list[Seen], data: st.DataObject
) -> None:
    story = versions(changes)
    alone = play(story, [LAST])
    for _ in range(ORDERS):
        again = data.draw(st.lists(st.sampled_from([LAST, *seen]), max_size=3))
        order = data.draw(st.permutations([LAST, *seen, *again]))
        assert play(story, order) == alone
