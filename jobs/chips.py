"""A search as a sentence of chips, each of which can be taken off."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from jobs import looks, specs
from jobs.search import JobSearch, Span, query
from jobs.search.model import Among, Lookup
from jobs.statuses import status

SIDES = {"source": "reading under", "destination": "writing under", "both": "reading or writing under"}
ENDS = {"From": "from", "To": "to", "Within": "in the last"}


@dataclass(frozen=True, kw_only=True)
class Chip:
    """One part of the sentence: words `before` it, its text, and the query of the search without it."""

    before: str
    text: str
    without: str
    excluded: bool = False
    mono: bool = False


def chips(search: JobSearch) -> list[Chip]:
    """Every filter of a search."""
    start = search.but()
    found = [
        *_among(start, "type", "", specs.label),
        *_among(start, "status", "in state", lambda word: status(word).label),
        *_among(start, "issuer", "by", looks.issuer_name),
    ]
    for name, before, text in (
        ("group", "of group", search.group),
        ("file_id", "reading file", search.file_id),
        ("path", SIDES[search.side], search.path),
    ):
        if text:
            found.append(Chip(before=before, text=text, mono=True, without=query(start.but(**{name: ""}))))
    for name, before, looked in (
        ("id_prefix", "whose id begins with", search.id_prefix),
        ("error", "whose error contains", search.error),
    ):
        if looked:
            without = query(start.but(**{name: Lookup()}))
            found.append(Chip(before=before, text=looked.text, mono=name == "id_prefix", without=without))
    return [*found, *_span(start, "created"), *_span(start, "updated")]


def _among(search: JobSearch, name: str, before: str, label: Callable[[str], str]) -> list[Chip]:
    among: Among = getattr(search, name)

    def chip(word: str, value: str, *, excluded: bool) -> Chip:
        rest = Among(
            include=tuple(each for each in among.include if each != value or excluded),
            exclude=tuple(each for each in among.exclude if each != value or not excluded),
        )
        return Chip(before=word, text=label(value), excluded=excluded, without=query(search.but(**{name: rest})))

    included = [chip("or" if n else before, value, excluded=False) for n, value in enumerate(among.include)]
    return included + [chip("not", value, excluded=True) for value in among.exclude]


def _span(search: JobSearch, name: str) -> list[Chip]:
    span: Span = getattr(search, name)
    found: list[Chip] = []
    for suffix, text in span.texts:
        rest = replace(span, texts=tuple(pair for pair in span.texts if pair[0] != suffix))
        words = f"{'' if found else name} {ENDS[suffix]}".strip()
        found.append(Chip(before=words, text=text.replace("T", " "), without=query(search.but(**{name: rest}))))
    return found
