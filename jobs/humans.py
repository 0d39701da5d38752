"""Values as people read them."""

from datetime import datetime, timedelta

THIN = "\u202f"
ELLIPSIS = "\u2026"
UNITS = ("B", "kB", "MB", "GB", "TB")
STEPS = ((86_400, "d"), (3600, "h"), (60, "min"))


def number(value: float) -> str:
    """A number with narrow spaces between thousands."""
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.3f}".rstrip("0").rstrip(".")
    return text.replace(",", THIN)


def size(value: int) -> tuple[str, str]:
    """Bytes as a number and its unit, in steps of 1,000."""
    amount, unit = float(value), 0
    while abs(amount) >= 1000 and unit < len(UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return (number(value) if unit == 0 else f"{amount:.1f}"), UNITS[unit]


def short(name: str) -> str:
    """An id by its first and last six characters."""
    return name if len(name) <= 14 else f"{name[:6]}{ELLIPSIS}{name[-6:]}"


def age(moment: datetime, now: datetime) -> str:
    """How long ago, in one unit: `8 s`, `4 min`; a moment to come says `in`."""
    seconds = int((now - moment).total_seconds())
    word = "in " if seconds < 0 else ""
    for step, unit in STEPS:
        if abs(seconds) >= step:
            return f"{word}{number(abs(seconds) // step)}\u00a0{unit}"
    return f"{word}{abs(seconds)}\u00a0s"


def ago(moment: datetime, now: datetime) -> str:
    """The same in a text: `8 s ago`, or `in 4 min`."""
    words = age(moment, now)
    return words if words.startswith("in ") else f"{words} ago"


def span(length: timedelta) -> str:
    """How long something took, in two units: `2 m 07 s`, `3 h 05 m`."""
    total = max(0.0, length.total_seconds())
    if total < 60:
        return f"{total:.0f} s" if total == int(total) else f"{total:.1f} s"
    minutes, seconds = divmod(int(total), 60)
    if minutes < 60:
        return f"{minutes} m {seconds:02} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes:02} m"
    return f"{hours // 24} d {hours % 24:02} h"


def issuer(urn: str | None) -> tuple[str, str]:
    """The kind and the name of an issuer: `urn:app:5ec8…` is an app."""
    parts = (urn or "").split(":", 2)
    return (parts[1], parts[2]) if len(parts) == 3 and parts[0] == "urn" else ("", urn or "")


def brief(name: str) -> str:
    """A long name by its first six characters."""
    return name if len(name) <= 14 else name[:6]


def directory_and_name(path: str) -> tuple[str, str]:
    """A path as what comes before its last component, and that."""
    head, slash, tail = path.rstrip("/").rpartition("/")
    return head + slash, tail + path[len(path.rstrip("/")) :]
