"""Jobs by time: a run, and strays among it."""

import pytest

from sandbox.order import Order, Stray

TIMES = [10, 20, 20, 20, 30, 40]


def order(*strays: Stray, count: int = 5) -> Order:
    return Order(times=TIMES, refs=[1, 2, 3, 5, 6, 9], count=count, strays=list(strays))


def refs(merged: Order) -> list[int]:
    return [merged.ref(position) for position in range(len(merged))]


def test_of_one_time_strays_come_after_the_run() -> None:
    assert refs(order((20, 1, -1, -1), (5, 1, -2, -2), (99, 1, 8, 8))) == [-2, 1, 2, 3, 5, -1, 6, 8]


@pytest.mark.parametrize("stood", [1, 2, 3, 5, 6])
def test_a_stray_comes_right_before_the_job_for_which_it_stands(stood: int) -> None:
    at = TIMES[[1, 2, 3, 5, 6].index(stood)]
    merged = order((at, 0, stood, -1), (20, 1, -2, -2))
    found = refs(merged)
    assert found[found.index(-1) + 1] == stood
    assert merged.position((at, 0, stood)) == found.index(-1)


def test_every_key_leads_to_its_position() -> None:
    merged = order((20, 1, -1, -1), (30, 0, 6, -2), (5, 1, 4, 4))
    keys = [merged.key(position) for position in range(len(merged))]
    assert keys == sorted(keys)
    assert [merged.position(key) for key in keys] == [keys.index(key) for key in keys]
