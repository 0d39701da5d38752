"""`jobs.rules.lag`: the overlap follows how late changes are seen."""

from datetime import timedelta

import pytest

from jobs.rules.lag import LONGEST, counted, overlap, rare

LEAST = timedelta(seconds=120)


def seconds(*lags: float) -> list[timedelta]:
    return [timedelta(seconds=each) for each in lags]


def test_nothing_counted_is_no_lag() -> None:
    assert rare([]) == timedelta(0)
    assert overlap(LEAST, []) == LEAST
    assert rare(counted([], [])) == timedelta(0)


@pytest.mark.parametrize("lag", [1, 3, 10, 45, 400, 5000])
def test_a_lag_is_known_to_within_two_fifths(lag: int) -> None:
    found = rare(counted([], seconds(*[lag] * 50)))
    assert lag <= found.total_seconds() <= 1.5 * lag


def test_one_in_a_thousand_counts_and_one_in_ten_thousand_does_not() -> None:
    assert rare(counted([], seconds(*[1] * 990, *[100] * 10))) > timedelta(seconds=99)
    assert rare(counted([], seconds(*[1] * 9999, 100))) == timedelta(seconds=1)


def test_the_overlap_is_ten_times_that_between_its_bounds() -> None:
    slow = counted([], seconds(*[60] * 10))
    assert overlap(LEAST, slow) == 10 * rare(slow) > LEAST
    assert overlap(LEAST, counted([], seconds(1))) == LEAST
    assert overlap(LEAST, counted([], seconds(1_000_000))) == LONGEST
    assert overlap(LEAST, counted([], seconds(-5))) == LEAST


def test_what_was_long_ago_is_forgotten() -> None:
    buckets = counted([], seconds(*[600] * 10))
    for _ in range(9000):
        buckets = counted(buckets, seconds(1))
    assert rare(buckets) == timedelta(seconds=1)
