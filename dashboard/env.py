"""Typed reading of the environment.

A setting is declared where it is used, once, with its default and what it is for.
What is wrong with a value is kept, not raised: `dashboard.checks` reports every
mistake at once, each with its remedy. `NAME_FILE` names a file to read `NAME` from.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")


class Unreadable(ValueError):
    """A value that cannot be read; the text says what would be accepted."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One variable that could not be read, and what it may hold."""

    name: str
    remedy: str


@dataclass(kw_only=True)
class Environment:
    """The variables that have been asked for, and what was wrong with them."""

    values: Mapping[str, str] = field(default_factory=lambda: os.environ)
    documented: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def read(self, name: str, parse: Callable[[str], T], *, default: T | Callable[[], T], meaning: str) -> T:
        """Give the value of `name`, or `default` where it is unset, empty or unreadable.

        A `default` that costs something is a function, called only where it is needed.
        """
        self.documented[name] = meaning
        try:
            text = self._text(name)
            if text:
                return parse(text)
        except Unreadable as mistake:
            self.problems.append(Problem(name=name, remedy=str(mistake)))
        return default() if callable(default) else default

    def names(self, name: str) -> bool:
        """Tell whether somebody gave `name` a value."""
        return bool(self.values.get(name) or self.values.get(f"{name}_FILE"))

    def missing(self, name: str, because_of: str) -> str:
        """Give nothing for `name`; while it is unset that is a problem, because `because_of` is set."""
        if not self.names(name):
            self.problems.append(Problem(name=name, remedy=f"Set {name} or {name}_FILE: {because_of} needs it."))
        return ""

    def _text(self, name: str) -> str:
        """The text of `name` or of the file that `NAME_FILE` names."""
        if file := self.values.get(f"{name}_FILE", ""):
            try:
                return Path(file).read_text().strip()
            except (OSError, UnicodeDecodeError) as error:
                raise Unreadable(f"{name}_FILE must name a readable text file ({error}).") from error
        return self.values.get(name, "").strip()


def boolean(text: str) -> bool:
    """Read 1, true, yes, on or 0, false, no, off."""
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.lower() not in words:
        raise Unreadable("Set it to 1 or 0.")
    return words[text.lower()]


def integer(lowest: int, highest: int) -> Callable[[str], int]:
    """Read a whole number from `lowest` to `highest`."""

    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
            raise Unreadable(f"Set it to a whole number from {lowest} to {highest}.")
        return int(text)

    return parse


def words(text: str) -> list[str]:
    """Read words with commas between them."""
    return [word.strip() for word in text.split(",") if word.strip()]


def url(*schemes: str) -> Callable[[str], str]:
    """Read an address with one of `schemes`."""

    def parse(text: str) -> str:
        if urlsplit(text).scheme not in schemes:
            raise Unreadable(f"Set it to an address that begins with {' or '.join(f'{s}://' for s in schemes)}.")
        return text

    return parse


def origin(text: str) -> str:
    """Read the address of a host, with nothing behind it."""
    parts = urlsplit(text)
    beyond = parts.username or parts.query or parts.fragment or parts.path.strip("/")
    if parts.scheme not in ("http", "https") or not parts.hostname or beyond:
        raise Unreadable("Set it to a host alone, such as https://project.wixmp.com.")
    return f"{parts.scheme}://{parts.netloc}"
