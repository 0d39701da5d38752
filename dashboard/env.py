"""Typed reading of the environment.

A setting is declared where it is used, once, with its default and what it is for.
What is wrong with a value is kept, not raised: `dashboard.checks` reports every
mistake at once, each with its remedy. `NAME_FILE` names a file to read `NAME` from.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlsplit

T = TypeVar("T")

STANDING = "JOBDECK_FROM"
HOST = re.compile(r"\*|\.?[\w-]+(\.[\w-]+)*\.?|\[[\da-f:.]+\]", re.ASCII | re.IGNORECASE)
MOST_DIGITS = 20


class Unreadable(ValueError):
    """A value that cannot be read; the text says what would be accepted."""


class Refused(Exception):
    """What stops a command because of the environment; the text names the variable and the remedy."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One variable that could not be read, and what it may hold."""

    name: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.name} cannot be read. {self.remedy}"


@dataclass(kw_only=True)
class Environment:
    """The variables that have been asked for, with their defaults, and what was wrong with them."""

    values: Mapping[str, str] = field(default_factory=lambda: os.environ)
    documented: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def read(self, name: str, parse: Callable[[str], T], *, default: T | Callable[[], T], meaning: str) -> T:
        """Give the value of `name`, or `default` where it is unset, empty or unreadable.

        A `default` that costs something is a function, called only where it is needed.
        """
        self.documented[name], self.defaults[name] = meaning, default
        try:
            text = self._text(name)
            if text:
                return parse(text)
        except Unreadable as mistake:
            self.problems.append(Problem(name=name, remedy=str(mistake)))
        return default() if callable(default) else default

    def names(self, name: str) -> bool:
        """Tell whether somebody gave `name` a value."""
        return any(self.values.get(each, "").strip() for each in (name, f"{name}_FILE"))

    def missing(self, name: str, because_of: str) -> str:
        """Give nothing for `name`; while it is unset that is a problem, because `because_of` is set."""
        if not self.names(name):
            self.problems.append(Problem(name=name, remedy=f"Set {name} or {name}_FILE: {because_of} needs it."))
        return ""

    def _text(self, name: str) -> str:
        """The text of `name` or of the file that `NAME_FILE` names."""
        text, file = (self.values.get(each, "").strip() for each in (name, f"{name}_FILE"))
        if text and file:
            raise Unreadable(f"Set {name} or {name}_FILE, not both.")
        if not file:
            return text
        try:
            return path(file).read_text().strip()
        except (OSError, ValueError) as error:
            raise Unreadable(f"{name}_FILE must name a readable text file ({error}).") from error


def one(name: str, parse: Callable[[str], T], *, default: T) -> T:
    """Read one variable for those who know no settings; raise `Refused` where it cannot be read."""
    asked = Environment()
    value = asked.read(name, parse, default=default, meaning="")
    if asked.problems:
        raise Refused(str(asked.problems[0]))
    return value


def with_values(**values: str) -> dict[str, str]:
    """The environment with these values, whichever way it named others."""
    kept = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in values}
    return kept | values


def path(text: str) -> Path:
    """Read a path; a relative one begins where the user stands, which `./deck` notes before it goes elsewhere."""
    try:
        return Path(os.environ.get(STANDING) or ".").joinpath(Path(text).expanduser()).absolute()
    except RuntimeError as why:
        raise Unreadable(f"Set it to the path of a folder ({why}).") from why


def folder(text: str) -> Path:
    """Read the path of a folder of ours, which need not be there yet."""
    wanted = path(text)
    there = next(each for each in (wanted, *wanted.parents) if os.path.exists(each))
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise Unreadable(
            f"Set it to a folder in which we may write, or to a new one in such a folder: {there} is none."
        )
    return wanted


def boolean(text: str) -> bool:
    """Read 1, true, yes, on or 0, false, no, off."""
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.lower() not in words:
        raise Unreadable("Set it to 1 or 0.")
    return words[text.lower()]


def integer(lowest: int, highest: int) -> Callable[[str], int]:
    """Read a whole number from `lowest` to `highest`."""

    def parse(text: str) -> int:
        is_number = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
        if not is_number or not lowest <= int(text) <= highest:
            raise Unreadable(f"Set it to a whole number from {lowest} to {highest}.")
        return int(text)

    return parse


def secret(shortest: int) -> Callable[[str], str]:
    """Read a text of at least `shortest` characters."""

    def parse(text: str) -> str:
        if len(text) < shortest:
            raise Unreadable(f"Set it to at least {shortest} random characters.")
        return text

    return parse


def words(text: str) -> list[str]:
    """Read words with commas between them."""
    return [word.strip() for word in text.split(",") if word.strip()]


def hosts(text: str) -> list[str]:
    """Read host names, as Django's `ALLOWED_HOSTS` has them: without scheme or port."""
    if not all(HOST.fullmatch(word) for word in words(text)):
        raise Unreadable("Set it to host names alone, with commas between them, such as jobs.example.com,localhost.")
    return words(text)


def database(text: str) -> str:
    """Read the address of a PostgreSQL database."""
    parts = _split(text)
    if parts is None or parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise Unreadable("Set it to an address such as postgres://user:password@host:5432/name.")
    return text


def broker(text: str) -> str:
    """Read the address of a Valkey or Redis: over the network, with a database's number or none, or a socket."""
    parts = _split(text)
    over_network = parts is not None and parts.scheme in ("redis", "rediss") and parts.hostname
    number = parts.path.strip("/") if parts else ""
    by_socket = parts is not None and parts.scheme == "redis+socket" and number
    if not by_socket and not (over_network and (not number or number.isdecimal())):
        raise Unreadable("Set it to an address such as redis://host:6379/0 or redis+socket:///path/to/socket.")
    return text


def origin(text: str) -> str:
    """Read the address of a host, with nothing behind it."""
    parts = _split(text)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or _beyond_host(parts):
        raise Unreadable("Set it to a host alone, such as https://project.wixmp.com.")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def origins(text: str) -> list[str]:
    """Read origins with commas between them."""
    try:
        return [origin(word) for word in words(text)]
    except Unreadable as mistake:
        raise Unreadable("Set it to origins such as https://jobs.example.com, with commas between them.") from mistake


def _split(text: str) -> SplitResult | None:
    """The parts of an address, or nothing where it is none: a space, half a bracket, a port that cannot be."""
    if re.search(r"\s", text):
        return None
    try:
        parts = urlsplit(text)
        return parts if parts.port != 0 else None
    except ValueError:
        return None


def _beyond_host(parts: SplitResult) -> bool:
    return "@" in parts.netloc or bool(parts.query or parts.fragment or parts.path.strip("/"))
