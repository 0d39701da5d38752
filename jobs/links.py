"""Addresses of jobs and groups, whatever their ids are."""

import re
from functools import lru_cache
from urllib.parse import urlencode

from django.urls import reverse

STANDS_FOR_AN_ID = "an-id"
PLAIN = re.compile(r"[A-Za-z0-9_:.,~-]*[A-Za-z0-9_][A-Za-z0-9_:.,~-]*")


def job_url(key: str) -> str:
    """The page of a job; an id that would not survive as a component of an address is a parameter."""
    return _url("job", key)


def group_url(key: str) -> str:
    """The page of a group."""
    return _url("group", key)


def _url(name: str, key: str) -> str:
    if PLAIN.fullmatch(key):
        before, after = _around(name)
        return f"{before}{key}{after}"
    return f"{reverse(f'{name}-by-id')}?{urlencode({'id': key})}"


@lru_cache(maxsize=2)
def _around(name: str) -> tuple[str, str]:
    """What stands before and behind an id in an address; a list has a hundred of them."""
    before, _, after = reverse(name, args=(STANDS_FOR_AN_ID,)).partition(STANDS_FOR_AN_ID)
    return before, after
