"""How many jobs the platform gives at once."""

import pytest

from jobs.rules.sizes import Sizes
from jobs.upstream.record import Page
from tests.records import NOON, record


def cap(*sizes: int, asked: int = 50, last: int | None = None) -> int | None:
    found = Sizes()
    for size in sizes:
        found.take(page(size, token="more"), asked)
    if last is not None:
        found.take(page(last, token=None), asked)
    return found.cap


def page(size: int, *, token: str | None) -> Page:
    return Page(records=tuple(record(n) for n in range(size)), refused=(), asked=NOON, next_token=token)


@pytest.mark.parametrize(
    ("sizes", "found"),
    [
        ((20, 20, 20), 20),
        ((20, 20), None),
        ((20, 20, 20, 7, 20), 20),
        ((20, 20, 20, 21), None),
        ((3, 9, 20, 4, 20, 11, 20), 20),
        ((3, 7, 5, 11), None),
        ((0, 0, 0, 0), None),
        ((50, 50, 50), None),
        ((), None),
    ],
)
def test_pages_of_one_size_again_and_again_are_all_that_it_gives(sizes: tuple[int, ...], found: int | None) -> None:
    assert cap(*sizes) == found


def test_the_last_page_says_nothing() -> None:
    assert cap(20, 20, last=20) is None
