"""`jobs.rollups`: what it says of a span of time is what the jobs say."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.histogram import counted, quantile
from jobs.models import Job
from jobs.rollups import Lengths, Numbers, lengths, numbers
from tests.records import NOON, iso, job, records, write

pytestmark = pytest.mark.django_db

STATES = ("pending", "working", "success", "error")
SPANS = [
    (NOON, NOON + timedelta(hours=1)),
    (NOON - timedelta(hours=5), NOON + timedelta(hours=20)),
    (NOON - timedelta(days=1), NOON + timedelta(days=9)),
    (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC)),
    (datetime(2026, 3, 1, 23, tzinfo=UTC), datetime(2026, 3, 3, 1, tzinfo=UTC)),
    (NOON + timedelta(days=50), NOON + timedelta(days=60)),
]


@pytest.fixture(autouse=True)
def _jobs() -> None:
    """Jobs of four days: each is seen at work first, or when it is done."""
    for states in (("working",) * 4, STATES):
        write(
            records(
                [
                    job(
                        n,
                        type=f"urn:job:{'xyz'[n % 3]}",
                        status=states[n % 4],
                        issuer=f"urn:app:{n % 5}",
                        dateCreated=iso(NOON + timedelta(minutes=29 * n)),
                        dateUpdated=iso(NOON + timedelta(minutes=29 * n + (n % 7) ** 3, seconds=states == STATES)),
                    )
                    for n in range(200)
                    if states == STATES or n % 2
                ]
            )
        )


def within(date: datetime | None, start: datetime, end: datetime) -> bool:
    return date is not None and start <= date < end


@pytest.mark.parametrize(("start", "end"), SPANS)
@pytest.mark.parametrize("by", [(), ("type",), ("status", "issuer"), ("hour",), ("day", "type")])
def test_it_is_what_the_jobs_say(start: datetime, end: datetime, by: tuple[Any, ...]) -> None:
    def place(job: Job, date: datetime) -> tuple[Any, ...]:
        hour = date.replace(minute=0, second=0)
        values = {"hour": hour, "day": hour.replace(hour=0)}
        return tuple(values[name] if name in values else getattr(job.cell, name) for name in by)

    many: dict[tuple[Any, ...], Numbers] = {}
    long: dict[tuple[Any, ...], Lengths] = {}
    for each in Job.objects.select_related("cell"):
        done = each.cell.status in ("success", "error")
        if within(each.created, start, end):
            many.setdefault(place(each, each.created), Numbers()).created += 1
        if done and within(each.updated, start, end):
            one = many.setdefault(place(each, each.updated), Numbers())
            one.finished += 1
            one.failed += each.cell.status == "error"
            add(long.setdefault(place(each, each.updated), Lengths()).durations, each.updated - each.created)
        if each.started is not None and within(each.started, start, end):
            add(long.setdefault(place(each, each.started), Lengths()).waits, each.started - each.created)
    found = numbers(start, end, by=by)
    assert {place: each for place, each in found.items() if each != Numbers()} == many
    assert lengths(start, end, by=by) == long


def add(histogram: dict[int, int], length: timedelta) -> None:
    seconds = length.total_seconds()
    bucket = 0 if seconds < 1 else 1 + math.floor(8 * math.log(seconds) / math.log(2))
    histogram[bucket] = histogram.get(bucket, 0) + 1


def test_a_job_that_was_not_seen_at_work_has_no_wait() -> None:
    assert {each.started is None for each in Job.objects.all() if each.cell.status == "success"} == {True}


def test_no_job_is_read() -> None:
    with CaptureQueriesContext(connection) as asked:
        numbers(*SPANS[2], by=("type",))
        lengths(*SPANS[2], by=("type",))
    assert len(asked.captured_queries) == 3
    assert not [query for query in asked.captured_queries if "jobs_job" in query["sql"]]


@settings(max_examples=200)
@given(seconds=st.lists(st.floats(1, 1e6), min_size=1, max_size=50), share=st.sampled_from([0.01, 0.5, 0.95, 1]))
def test_a_quantile_is_right_within_five_in_a_hundred(seconds: list[float], share: float) -> None:
    histogram: dict[int, int] = {}
    for each in seconds:
        add(histogram, timedelta(seconds=each))
    exact = sorted(seconds)[max(0, math.ceil(share * len(seconds)) - 1)]
    found = quantile(histogram, share)
    assert found is not None
    assert abs(found / exact - 1) < 0.05


def test_no_lengths_have_no_quantile() -> None:
    assert quantile({}, 0.5) is None
    assert quantile({3: 0}, 0.5) is None
    assert quantile({0: 2}, 0.5) == 0


def test_codes_may_take_away() -> None:
    assert counted([(5 << 32) + 3, (5 << 32) - 2, (7 << 32) - 1]) == {5: 1, 7: -1}
