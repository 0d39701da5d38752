"""How memory is said to grow."""

import pytest

from benchmarks.memory import growth


def test_what_grows_evenly_grows_for_certain() -> None:
    assert growth([100 + minute / 2 for minute in range(30)]) == pytest.approx((30, 0))


def test_what_goes_up_and_down_says_little() -> None:
    slope, error = growth([100, 120] * 15)
    assert abs(slope) < 2 * error
