"""Addresses whose userinfo, query and fragment are secret (contract: "Secrets ride in jobs")."""

import re
from collections.abc import Callable

REGULAR = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*://)"
    r"(?:(?P<userinfo>[^/?#\s]*)@)?"
    r"(?P<host>(?:[\w.~-]+|\[[0-9a-f:.]+\])(?::\d+)?)"
    r"(?P<path>/[^?#]*)?"
    r"(?:\?(?P<query>[^#]*))?"
    r"(?:#(?P<fragment>.*))?",
    re.IGNORECASE,
)
DOUBTFUL = re.compile(r"[\x00-\x1f\x7f\\]|%3f", re.IGNORECASE)
TELLING = re.compile(r"[@?#[\x00-\x1f\x7f\\]|%3f|%40", re.IGNORECASE)
QUOTED = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,30}://)(?:[^\s/?#]*@)?(?P<rest>[^\s?#]*)(?:[?#]\S*)?")


def masked(address: str, mark: Callable[[str], str], mark_userinfo: Callable[[str], str]) -> str:
    """Give `address` with a mark in the place of each secret part, and of the whole where its parts are in doubt."""
    if not TELLING.search(address):
        return address
    parts = REGULAR.fullmatch(address)
    if parts is None or DOUBTFUL.search(address) or _misplaces_userinfo(parts):
        mark_userinfo(address.rpartition("//")[2].rpartition("@")[0])
        return mark(address)
    userinfo = f"{mark_userinfo(parts['userinfo'])}@" if parts["userinfo"] is not None else ""
    query = f"?{mark(parts['query'])}" if parts["query"] is not None else ""
    fragment = f"#{mark(parts['fragment'])}" if parts["fragment"] is not None else ""
    return f"{parts['scheme']}{userinfo}{parts['host']}{parts['path'] or ''}{query}{fragment}"


def without_address_secrets(text: str) -> str:
    """Give a message with the userinfo, query and fragment of every address in it cut off."""
    return QUOTED.sub(r"\g<scheme>\g<rest>", text)


def _misplaces_userinfo(parts: re.Match[str]) -> bool:
    """Tell whether an unescaped character may have ended a password early, so that the rest looks like a path."""
    path = parts["path"] or ""
    if not path:
        return "@" in f"{parts['query']}{parts['fragment']}"
    return "@" in path and ":" in parts["host"] + path
