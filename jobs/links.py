"""Addresses of jobs and groups, whatever their ids are."""

import re
from urllib.parse import urlencode

from django.urls import reverse

PLAIN = re.compile(r"[A-Za-z0-9_:.,~-]*[A-Za-z0-9_][A-Za-z0-9_:.,~-]*")


def job_url(key: str) -> str:
    """The page of a job; an id that would not survive as a component of an address is a parameter."""
    return _url("job", key)


def group_url(key: str) -> str:
    """The page of a group."""
    return _url("group", key)


def _url(name: str, key: str) -> str:
    if PLAIN.fullmatch(key):
        return reverse(name, args=(key,))
    return f"{reverse(f'{name}-by-id')}?{urlencode({'id': key})}"
