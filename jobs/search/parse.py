"""From the parameters of a request to a `JobSearch`.

The names are those of the contract ("Search"), plus what the lists offer beyond it. Nothing is ignored: a parameter
that nobody knows, one that is given twice, and a value that makes no sense are refused with the remedy.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar
from urllib.parse import unquote, unquote_to_bytes

from django.http import HttpRequest
from django.utils import timezone

from jobs.paths import UNSTORABLE, normalised
from jobs.search.dates import Unreadable, ago, moment
from jobs.search.lookup import error, id_prefix
from jobs.search.model import Among, JobSearch, Lookup, Order, Side, Span
from jobs.search.seen import known_statuses, known_types
from jobs.search.tokens import BadToken, read_token

T = TypeVar("T")

SEVERAL = ("type", "status", "issuer", "notType", "notStatus", "notIssuer")
RANGES = tuple(f"{date}{suffix}" for date in ("created", "updated") for suffix in ("From", "To", "Within"))
TEXTS = ("groupId", "fileId", "path", "pathIn", "idPrefix", "error")
SINGLE = (*TEXTS, *RANGES, "orderBy", "orderDirection", "pageSize", "nextPageToken")
PARAMETERS = (*SEVERAL, *SINGLE)
VERBATIM = {"groupId", "fileId", "path", "idPrefix"}  # names on the platform may well begin or end with a space

ORDERS: dict[str, Order] = {"dateCreated": "created", "dateUpdated": "updated", "date": "created"}
DIRECTIONS = {"des": False, "desc": False, "asc": True, "acs": True}
SIDES: dict[str, Side] = {"sources": "source", "destinations": "destination", "both": "both"}
LARGEST_PAGE = 1000
LONGEST = 2000


class Refusal(ValueError):
    """Parameters that cannot be searched for: for each its name and what would be understood."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(f"{name}: {text}" for name, text in problems.items()))
        self.problems = dict(problems)


def given(request: HttpRequest) -> dict[str, list[str]]:
    """The parameters of a request, each with all its values; raise `Refusal` for those that are not UTF-8."""
    problems = {}
    for pair in request.META.get("QUERY_STRING", "").split("&"):
        try:
            unquote_to_bytes(pair).decode()
        except UnicodeDecodeError:
            problems[unquote(pair.partition("=")[0])[:100]] = "It is not UTF-8; escape it as such, as in %C3%A9."
    if problems:
        raise Refusal(problems)
    return {name: [str(text) for text in texts] for name, texts in request.GET.lists()}


def parse(parameters: Mapping[str, Sequence[str]], *, page_size: int) -> JobSearch:
    """Read `parameters`, each with all its values; empty ones count as not given. Raise `Refusal` with all problems.

    `page_size` is what the surface means where nobody says.
    """
    reader = _Reader(parameters)
    search = JobSearch(
        type=reader.among("type", "notType", known_types),
        status=reader.among("status", "notStatus", known_statuses),
        issuer=reader.among("issuer", "notIssuer", None),
        group=reader.read("groupId", str, ""),
        file_id=reader.read("fileId", str, ""),
        path=reader.read("path", normalised, ""),
        side=reader.read("pathIn", _one_of(SIDES), "source"),
        id_prefix=reader.read("idPrefix", id_prefix, Lookup()),
        error=reader.read("error", error, Lookup()),
        created=reader.span("created"),
        updated=reader.span("updated"),
        order=reader.read("orderBy", _one_of(ORDERS), "created"),
        ascending=reader.read("orderDirection", _one_of(DIRECTIONS), False),
        page_size=reader.read("pageSize", _page_size, page_size),
    )
    place = reader.read("nextPageToken", lambda text: read_token(text, search), None)
    if reader.problems:
        raise Refusal(reader.problems)
    return replace(search, place=place)


class _Reader:
    """Takes one parameter after another and keeps what is wrong."""

    def __init__(self, parameters: Mapping[str, Sequence[str]]) -> None:
        self.problems: dict[str, str] = {}
        self._values = {name: [text for text in parameters[name] if text.strip()] for name in parameters}
        for name, texts in self._values.items():
            if name not in PARAMETERS:
                self.problems[name[:100]] = f"There is no such parameter. There are {', '.join(PARAMETERS)}."
            elif any(UNSTORABLE.search(text) or len(text) > LONGEST for text in texts):
                self.problems[name] = f"Give a text without U+0000, of at most {LONGEST} characters."

    def read(self, name: str, convert: Callable[[str], T], otherwise: T) -> T:
        """Read a parameter that is given once at most."""
        texts = self._texts(name)
        if len(texts) > 1:
            self.problems[name] = "It is given twice; give it once."
        if len(texts) != 1:
            return otherwise
        try:
            return convert(texts[0] if name in VERBATIM else texts[0].strip())
        except (Unreadable, BadToken) as problem:
            self.problems[name] = str(problem)
            return otherwise

    def among(self, name: str, excluded: str, known: Callable[[], frozenset[str]] | None) -> Among:
        """Read several values of one kind; `known` gives those that there are, None allows any."""
        there = known() if known and (self._texts(name) or self._texts(excluded)) else None
        for parameter in (name, excluded):
            for text in self._texts(parameter):
                if there is not None and text not in there:
                    self.problems[parameter] = _unseen(text, there)
        return Among(include=self._distinct(name), exclude=self._distinct(excluded))

    def span(self, date: str) -> Span:
        """Read a range of dates: from, to (both inclusive to the unit that is given), or within a time from now."""
        first, last = self.read(f"{date}From", moment, None), self.read(f"{date}To", moment, None)
        start, end = first[0] if first else None, last[1] if last else None
        within = self.read(f"{date}Within", ago, None)
        if within is not None and start is not None:
            self.problems[f"{date}Within"] = f"Give {date}Within or {date}From, not both."
        if within is not None:
            start = timezone.now() - within
        if start is not None and end is not None and start >= end:
            begin = "From" if within is None else "Within"
            self.problems[f"{date}To"] = f"It lies before {date}{begin} begins; give a later one."
        texts = tuple((s, t[0]) for s in ("From", "To", "Within") if (t := self._texts(f"{date}{s}")))
        return Span(start=start, end=end, texts=texts)

    def _texts(self, name: str) -> list[str]:
        return [] if name in self.problems else self._values.get(name, [])

    def _distinct(self, name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._texts(name)))


def _one_of(words: Mapping[str, T]) -> Callable[[str], T]:
    def convert(text: str) -> T:
        if text not in words:
            raise Unreadable(f"Give one of {', '.join(words)}.")
        return words[text]

    return convert


def _unseen(text: str, known: frozenset[str]) -> str:
    return f"Nobody has ever seen {text[:80]!r}. Give one of {', '.join(sorted(known))}."


def _page_size(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= LARGEST_PAGE):
        raise Unreadable(f"Give a whole number from 1 to {LARGEST_PAGE}.")
    return int(text)
