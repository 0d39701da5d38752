"""Fetches the next page while this one is written."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def ahead(pages: Iterator[T]) -> Iterator[T]:
    """Give what `pages` gives, each fetched while the one before is used; leaving early waits for one fetch at most."""
    with ThreadPoolExecutor(1, thread_name_prefix="fetch") as thread:
        coming = thread.submit(next, pages, None)
        while (page := coming.result()) is not None:
            coming = thread.submit(next, pages, None)
            yield page
