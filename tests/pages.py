"""Reads pages as a person would: their links, their text, the jobs that they list."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from django.test import Client

HREF = re.compile(r'href="([^"]*)"')
KEY = re.compile(r'data-copy="([^"]*)" aria-label="Copy id')


def get(client: Client, path: str, /, **query: Any) -> str:
    """The text of a page that is there."""
    reply = client.get(path, query or None)
    assert reply.status_code == 200, (path, query, reply.status_code)
    return str(reply.content.decode())


def links(page: str) -> list[str]:
    """Where the links of a page lead."""
    return [unescape(href) for href in HREF.findall(page)]


def link(page: str, before: str) -> str | None:
    """Where the link leads whose attributes begin with `before`."""
    found = re.search(rf'<a [^>]*{before}[^>]*href="([^"]*)"', page)
    return unescape(found[1]) if found else None


def keys(page: str) -> list[str]:
    """The ids of the jobs that a page lists, in their order."""
    return [unescape(key) for key in KEY.findall(page)]


def walk(client: Client, query: str) -> Iterator[list[str]]:
    """The ids of every page of a list, by its own links."""
    following: str | None = f"?{query}"
    while following:
        page = get(client, f"/jobs/{following}")
        yield keys(page)
        following = link(page, 'rel="next"')
