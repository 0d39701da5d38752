"""Reads by id: their order, what a 404 means, when a failed one is made again."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from jobs.rules.rechecks import (
    FAILURES,
    FORBIDDEN,
    LONGEST_WAIT,
    SPACING,
    Absence,
    Due,
    Streak,
    absence,
    chosen,
    plan,
    wait,
)
from jobs.rules.versions import Stored
from jobs.upstream.errors import NotFound, RequestRefused, TryAgain, UpstreamError
from tests.records import NOON

SECOND = timedelta(seconds=1)
HELD = Stored(updated=NOON, stage=1, digest=b"held", observed=NOON, settled=False)
GONE = replace(HELD, digest=b"")
FIRST = NOON + 10 * SECOND
ENOUGH = FIRST + SPACING


@pytest.mark.parametrize(
    ("stored", "missing", "asked", "means"),
    [
        (HELD, None, FIRST, Absence.FIRST),
        (HELD, FIRST, ENOUGH - SECOND, Absence.WAIT),
        (HELD, FIRST, ENOUGH, Absence.GONE),
        (replace(HELD, observed=ENOUGH), FIRST, ENOUGH, Absence.WAIT),
        (replace(HELD, observed=ENOUGH - SECOND), FIRST, ENOUGH, Absence.FIRST),
        (replace(HELD, observed=FIRST), FIRST, ENOUGH, Absence.FIRST),
        (HELD, ENOUGH + SECOND, ENOUGH, Absence.FIRST),  # our clock has been set back between the two
        (None, ENOUGH + SECOND, ENOUGH, Absence.FIRST),
        (GONE, None, FIRST, Absence.FORGET),
        (None, None, FIRST, Absence.FIRST),
        (None, FIRST, ENOUGH, Absence.FORGET),
    ],
)
def test_two_404s_in_a_distance_after_the_last_sight_make_a_job_gone(
    stored: Stored | None, missing: datetime | None, asked: datetime, means: Absence
) -> None:
    assert absence(stored, missing, asked, now=asked + SECOND) is means


def due(key: str, group: str, attempts: int = 0) -> Due:
    """A job that is to be read since noon."""
    return Due(key=key, group=group, raised=NOON, attempts=attempts)


@pytest.mark.parametrize(
    ("waiting", "most", "found"),
    [
        ((0, 0, 9), 4, (0, 0, 4)),
        ((9, 0, 0), 4, (4, 0, 0)),
        ((9, 0, 9), 4, (3, 0, 1)),
        ((9, 1, 9), 8, (5, 1, 2)),
        ((2, 9, 9), 8, (2, 4, 2)),
        ((1, 1, 1), 8, (1, 1, 1)),
        ((9, 9, 9), 1, (1, 0, 0)),
        ((0, 0, 1), 1, (0, 0, 1)),
    ],
)
def test_some_of_each_turn_is_always_read(
    waiting: tuple[int, int, int], most: int, found: tuple[int, int, int]
) -> None:
    turns = [[due(f"{turn} {n}", "") for n in range(size)] for turn, size in enumerate(waiting)]
    assert sorted(chosen(turns, most), key=lambda each: each.key) == [
        each for turn, size in zip(turns, found, strict=True) for each in turn[:size]
    ]


def test_the_turns_alternate() -> None:
    """So that two reads of one turn that fail in a row do not keep all others from being made."""
    turns = [[due(f"{turn} {n}", "") for n in range(9)] for turn in range(3)]
    assert [each.key for each in chosen(turns, 8)] == ["0 0", "1 0", "2 0", "0 1", "1 1", "2 1", "0 2", "0 3"]


def test_jobs_of_one_group_are_read_together() -> None:
    first, second, other, lone = (due(key, key[0]) for key in ("a1", "a2", "b1", "c1"))
    tried = due("a3", "a", attempts=1)
    reads = plan([first, other, second, tried, lone])
    assert [(read.group, [each.key for each in read.due]) for read in reads] == [
        ("a", ["a1", "a2"]),
        ("", ["b1"]),
        ("", ["a3"]),
        ("", ["c1"]),
    ]


def test_what_has_its_turn_first_is_read_first() -> None:
    told, first, second = (due(key, key[0]) for key in ("c1", "a1", "a2"))
    assert [read.due[0].key for read in plan([told, first, second])] == ["c1", "a1"]
    assert [read.due[0].key for read in plan([first, second, told])] == ["a1", "c1"]


def test_failures_put_a_read_off_for_ever_longer_up_to_an_hour() -> None:
    waits = [wait(attempts) for attempts in range(40)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(seconds=5), LONGEST_WAIT)


LATE, NOWHERE = TryAgain("late"), NotFound("no such job", asked=NOON, counted=0)
MAY_NOT = RequestRefused("forbidden", status=403)


def streak(*errors: UpstreamError | None, forbidden: bool = False) -> Streak:
    made = Streak(forbidden=forbidden)
    for error in errors:
        made.take(error)
    return made


def test_reads_go_on_until_two_in_a_row_fail() -> None:
    assert not streak(LATE, None, LATE, NOWHERE, LATE).is_over
    assert streak(None, LATE, LATE).is_over


@pytest.mark.parametrize(("error", "times"), [(LATE, FAILURES), (MAY_NOT, FORBIDDEN)])
@pytest.mark.parametrize("answered", [True, False])
def test_what_fails_again_ends_no_reads_but_its_own(error: UpstreamError, times: int, answered: bool) -> None:
    made = streak(*[None] * answered)
    for turn in range(times):
        assert not made.leaves_failed
        made.take(error, again=True)
        if answered:
            made.take(None if turn else error)
    assert (made.leaves_failed, made.is_over, made.forbidden) == (True, False, False)


def test_some_forbidden_jobs_in_a_row_are_all_jobs() -> None:
    some = [MAY_NOT] * (FORBIDDEN - 1)
    assert not streak(*some, None, *some).is_over
    assert not streak(*some).forbidden
    assert streak(*some, MAY_NOT).is_refused


def test_where_any_job_may_be_read_forbidden_ones_end_the_pass_and_no_more() -> None:
    mixed = streak(None, *[MAY_NOT] * FORBIDDEN)
    assert (mixed.is_over, mixed.is_refused, mixed.forbidden) == (True, False, False)


def test_where_all_jobs_were_forbidden_one_more_is_enough_until_any_is_answered() -> None:
    assert streak(MAY_NOT, forbidden=True).is_over
    assert not streak(None, MAY_NOT, forbidden=True).is_over
    assert not streak(NOWHERE, forbidden=True).forbidden
    assert streak(LATE, forbidden=True).forbidden
    assert not streak(LATE, forbidden=True).is_over
