"""How late changes are seen here, and how far back the tail reads because of it."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

STEPS = 2
"""Buckets an octave: a lag is known to within two fifths of it."""
LARGEST = 40
FORGET = 0.999
"""What is left of what was counted, after each pass: half of it after some 700."""
RARE = 0.999
FACTOR = 10
LONGEST = timedelta(days=1)


def counted(before: Sequence[float], lags: Iterable[timedelta]) -> list[float]:
    """Numbers of lags by bucket: those from before, somewhat forgotten, and new ones."""
    buckets = [each * FORGET for each in before] or [0.0] * (LARGEST + 1)
    for lag in lags:
        buckets[_bucket(lag)] += 1
    return buckets


def rare(buckets: Sequence[float]) -> timedelta:
    """The lag that one change in a thousand exceeds; 0 where nothing was counted."""
    left = sum(buckets) * RARE
    for bucket, number in enumerate(buckets):
        left -= number
        if number and left <= 0:
            return timedelta(seconds=2 ** (bucket / STEPS) if bucket else 1)
    return timedelta(0)


def overlap(least: timedelta, buckets: Sequence[float]) -> timedelta:
    """How much further than the last complete pass the tail reads back."""
    return min(LONGEST, max(least, FACTOR * rare(buckets)))


def _bucket(lag: timedelta) -> int:
    """The first bucket whose lag is not shorter."""
    seconds = lag / timedelta(seconds=1)
    return next((each for each in range(LARGEST) if 2 ** (each / STEPS) >= seconds), LARGEST)
