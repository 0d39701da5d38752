"""Walks that the platform would let go on for ever."""

from datetime import timedelta

import pytest

from jobs.rules.endless import PATIENCE, Guard
from jobs.upstream.errors import Endless, TokenRepeated
from jobs.upstream.record import Page
from jobs.upstream.walk import Ask, Walk
from tests.records import NOON, record


def guard(*, ascending: bool = True, token: str | None = None) -> Guard:
    return Guard(Ask(walk=Walk(order_by="dateCreated", ascending=ascending, page_size=1), token=token))


def page(number: int | None, token: str | None) -> Page:
    return Page(records=() if number is None else (record(number),), refused=(), next_token=token, asked=NOON)


def test_a_token_that_came_before() -> None:
    walk = guard(token="a")
    walk.check(page(1, "b"), [NOON])
    with pytest.raises(TokenRepeated):
        walk.check(page(2, "a"), [NOON])


def test_no_token_is_the_end_however_often() -> None:
    walk = guard()
    walk.check(page(1, None), [NOON])
    walk.check(page(1, None), [NOON])


def test_pages_that_bring_nothing() -> None:
    walk = guard()
    for number in range(PATIENCE):
        walk.check(page(None, str(number)), [])
    with pytest.raises(Endless):
        walk.check(page(None, "more"), [])


def test_a_page_now_and_then_that_leads_on_is_enough() -> None:
    walk = guard()
    for number in range(3 * PATIENCE):
        further = number % PATIENCE == 0
        walk.check(page(number if further else None, str(number)), [NOON + timedelta(days=number)] if further else [])


@pytest.mark.parametrize("ascending", [True, False])
def test_new_jobs_of_one_second_lead_on_and_the_same_ones_do_not(ascending: bool) -> None:
    walk = guard(ascending=ascending)
    for number in range(PATIENCE + 9):
        walk.check(page(number, str(number)), [NOON])
    for number in range(PATIENCE):
        walk.check(page(number % 9, f"again {number}"), [NOON])
    with pytest.raises(Endless):
        walk.check(page(3, "more"), [NOON])
