"""Dates as people and scripts give them; without a zone they are UTC."""

import re
from datetime import UTC, datetime, timedelta

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
AGO = re.compile(r"([1-9][0-9]{0,4})([smhd])")
CLOCK = r"(?P<minute>\d{2}:\d{2})(?P<second>:\d{2}(?:\.(?P<fraction>\d{1,6}))?)?(?P<zone>Z|[+-]\d{2}:\d{2})?"
DATE = re.compile(rf"\d{{4}}-\d{{2}}-\d{{2}}(?:[T ]{CLOCK})?")
HOW = "Give a date such as 2026-03-01, 2026-03-01T12:30 or 2026-03-01T12:30:00Z."


class Unreadable(ValueError):
    """A value that cannot be read; the text says what would be."""


def moment(text: str) -> tuple[datetime, datetime]:
    """Read a date: where the day, minute, second or fraction that it names begins, and where the next one does."""
    found = DATE.fullmatch(text)
    if found is None:
        raise Unreadable(HOW)
    try:
        read = datetime.fromisoformat(text.replace(" ", "T", 1))
        start = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
        return start, start + _unit(found)
    except (ValueError, OverflowError) as why:
        raise Unreadable(HOW) from why


def ago(text: str) -> timedelta:
    """Read a time from now: 30s, 15m, 24h, 7d."""
    found = AGO.fullmatch(text)
    if found is None:
        raise Unreadable("Give a number and one of s, m, h and d, such as 15m, 24h or 7d.")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def _unit(found: re.Match[str]) -> timedelta:
    if found["fraction"]:
        return timedelta(microseconds=10 ** (6 - len(found["fraction"])))
    if found["second"]:
        return timedelta(seconds=1)
    return timedelta(minutes=1) if found["minute"] else timedelta(days=1)
