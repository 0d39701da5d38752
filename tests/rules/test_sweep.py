"""Walks by `dateCreated`: how far they have come, and which stretches of time each page closes."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from msgspec import structs

from jobs.rules.sweep import BEGIN, END, Place, Sweep, Walked
from jobs.upstream.record import Page
from jobs.upstream.walk import Walk
from tests.records import NOON, iso, record

SECOND = timedelta(seconds=1)


def walk(*, ascending: bool = True, place: Place | None = None) -> Sweep:
    return Sweep(Walk(order_by="dateCreated", ascending=ascending, page_size=2), place or Place())


def page(*jobs: tuple[int, int | None], token: str | None = "more") -> Page:
    """A page of jobs of these numbers, created so many seconds after noon."""
    return Page(records=tuple(record(n, dateCreated=at(s)) for n, s in jobs), refused=(), next_token=token, asked=NOON)


def at(seconds: int | None) -> str | None:
    return None if seconds is None else iso(NOON + seconds * SECOND)


def stretch(walked: Walked) -> tuple[datetime, datetime, int] | None:
    found = walked.stretch
    return None if found is None else (found.start, found.end, len(found.keys))


def test_upwards_each_page_closes_the_seconds_before_its_last() -> None:
    sweep = walk()
    assert stretch(sweep.take(page((1, 0), (2, 5)))) == (BEGIN, NOON + 5 * SECOND, 2)
    assert stretch(sweep.take(page((3, 5), (4, 9), token="b"))) == (NOON + 5 * SECOND, NOON + 9 * SECOND, 3)
    assert stretch(sweep.take(page((5, 9), token=None))) == (NOON + 9 * SECOND, END, 2)
    assert sweep.ask is None
    assert sweep.place.finished


def test_downwards_each_page_closes_the_seconds_after_its_last() -> None:
    sweep = walk(ascending=False)
    assert stretch(sweep.take(page((1, 9), (2, 5)))) == (NOON + 6 * SECOND, END, 2)
    assert stretch(sweep.take(page((3, 5), (4, 0), token="b"))) == (NOON + SECOND, NOON + 6 * SECOND, 3)
    assert stretch(sweep.take(page((5, 0), token=None))) == (BEGIN, NOON + SECOND, 2)


def test_a_second_that_goes_on_is_not_closed() -> None:
    sweep = walk()
    sweep.take(page((1, 5), (2, 5)))
    assert sweep.take(page((3, 5), (4, 5), token="b")).stretch is None
    assert len(sweep.place.edge) == 4


def test_a_page_out_of_order_closes_nothing_any_more() -> None:
    sweep = walk()
    assert sweep.take(page((1, 9), (2, 5))).stretch is None
    assert sweep.take(page((3, 10), token="b")).stretch is None
    assert not sweep.place.ordered


def test_jobs_without_a_date_close_nothing() -> None:
    sweep = walk()
    assert sweep.take(page((1, None), (2, None))).stretch is None
    assert sweep.ask is not None


@pytest.mark.parametrize("ascending", [True, False])
def test_a_walk_of_nothing_closes_all_time(ascending: bool) -> None:
    assert stretch(walk(ascending=ascending).take(page(token=None))) == (BEGIN, END, 0)


def test_fractions_of_a_second_are_no_order() -> None:
    fine = structs.replace(page((1, 5), (2, 5)).records[0], created=NOON + timedelta(seconds=5, milliseconds=900))
    sweep = walk()
    sweep.take(replace(page((1, 5), (2, 5)), records=(fine, *page((2, 5)).records)))
    assert sweep.place.ordered


def test_a_walk_goes_on_where_it_stopped() -> None:
    first = walk()
    first.take(page((1, 0), (2, 5)))
    second = walk(place=first.place)
    assert second.ask is not None
    assert second.ask.token == "more"
    assert stretch(second.take(page((3, 9), token=None))) == (NOON + 5 * SECOND, END, 2)
