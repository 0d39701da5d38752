"""Walks by `dateCreated`: how far they have come, and which stretches of time each page closes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

import pytest
from msgspec import structs

from jobs.rules.sweep import BEGIN, END, MOST_IDLE, Place, Sweep, Walked
from jobs.upstream.errors import Endless, TokenRepeated
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


@pytest.mark.parametrize("odd", [0, 9_999])
def test_a_page_out_of_order_closes_nothing_nor_does_the_one_behind_it(odd: int) -> None:
    """Wherever on its page an odd date stands: what is behind it is looked for as before."""
    sweep = walk()
    assert stretch(sweep.take(page((1, 10), (2, 20)))) == (BEGIN, NOON + 20 * SECOND, 2)
    assert sweep.take(page((3, 30), (4, odd), (5, 40), token="b")).stretch is None
    assert sweep.take(page((6, 50), (7, 60), token="c")).stretch is None
    assert stretch(sweep.take(page((8, 70), (9, 80), token="d"))) == (NOON + 60 * SECOND, NOON + 80 * SECOND, 3)
    assert not sweep.ordered


def test_an_odd_date_at_the_end_of_a_page_hides_no_more() -> None:
    sweep = walk()
    sweep.take(page((1, 10), (2, 20)))
    assert sweep.take(page((3, 30), (4, 0), token="b")).stretch is None
    assert sweep.take(page((5, 40), (6, 50), token="c")).stretch is None
    assert stretch(sweep.take(page((7, 60), token=None))) == (NOON + 50 * SECOND, END, 2)


def test_a_second_with_too_many_jobs_is_not_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.rules.sweep.LARGEST_EDGE", 3)
    sweep = walk()
    sweep.take(page((1, 10), (2, 20), (3, 20)))
    assert stretch(sweep.take(page((4, 20), (5, 20), token="b"))) is None
    assert sweep.place.edge == frozenset()
    assert stretch(sweep.take(page((6, 20), token="c"))) is None
    assert stretch(sweep.take(page((7, 20), (8, 30), token="d"))) is None
    assert stretch(sweep.take(page((9, 40), token="e"))) == (NOON + 30 * SECOND, NOON + 40 * SECOND, 2)
    assert not sweep.ordered


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


@pytest.mark.parametrize("length", [1, 2, 7, 40])
@pytest.mark.parametrize("pages", [1, 3, 12])
def test_a_circle_of_tokens_is_found_however_few_of_its_pages_a_pass_reads(length: int, pages: int) -> None:
    tokens = (f"t{number % length}" for number in range(8 * length + 8))
    with pytest.raises(TokenRepeated):
        _walk_in_slices(tokens, pages)


def _walk_in_slices(tokens: Iterator[str], pages: int) -> None:
    """Take pages that lead on to these tokens, so many a pass."""
    place, number = Place(), 0
    while some := list(islice(tokens, pages)):
        sweep = walk(place=place)
        for token in some:
            number += 1
            sweep.take(page((number, number), token=token))
        place = sweep.place


def test_a_walk_that_leads_no_further_for_ever_is_ended_over_many_passes() -> None:
    walked = replace(walk().take(page((1, 5))).place, idle=MOST_IDLE)
    sweep = walk(place=walked)
    sweep.take(page((2, 5), token="a"))
    with pytest.raises(Endless, match="led no further"):
        sweep.take(page((3, 5), token="b"))
    sweep = walk(place=walked)
    sweep.take(page((2, 6), token="a"))
    assert sweep.place.idle == 0
