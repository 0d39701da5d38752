"""How a type says what its specification and result hold, and how that is read.

A type declares sections of fields; a field is a label and a way into the JSON. Reading never fails: what is missing
is left out, what has another shape than expected is shown as it is, and what no field takes is shown at the end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Json = Any
Kind = Literal["text", "number", "bytes", "seconds", "milliseconds", "bits", "path", "file_id", "code", "json"]
MOST_ROWS = 300
LONG_TEXT = 160
DEEPEST = 12
LARGEST = 10**18  # What no file and no length reaches; beyond it numbers are no longer reckoned with.
REST = "Also given"
MISSING = object()


@dataclass(frozen=True, kw_only=True)
class Field:
    """A value at `at`, a dotted way from the section's own place; `kind` says how it reads, `unit` what it counts."""

    label: str
    at: str
    kind: Kind = "text"
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Section:
    """Fields that belong together, at `at` in the document."""

    title: str
    fields: tuple[Field, ...]
    at: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One value to show. Where it has another shape than its kind, `kind` is `json` or `text`."""

    label: str
    value: Json
    kind: Kind
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A titled list of rows; `more` counts rows that were too many to show."""

    title: str
    rows: tuple[Row, ...]
    more: int = 0

    @property
    def is_wide(self) -> bool:
        """Tell whether a text in it is too long for a narrow column."""
        return any(isinstance(row.value, str) and len(row.value) > LONG_TEXT for row in self.rows)


SHAPES: dict[Kind, tuple[type, ...]] = {
    "path": (str,),
    "number": (int, float, str),
    "bytes": (int,),
    "seconds": (int, float),
    "milliseconds": (int, float),
    "bits": (int, float),
}


def panels(sections: tuple[Section, ...], document: Json) -> tuple[Panel, ...]:
    """Read `document` by `sections`; nothing in it is left out."""
    taken: set[tuple[str, ...]] = set()
    found = [Panel(title=section.title, rows=tuple(_rows(section, document, taken))) for section in sections]
    rest = tuple(leaves(document, taken=taken))
    found.append(Panel(title=REST, rows=rest[:MOST_ROWS], more=len(rest[MOST_ROWS:])))
    return tuple(panel for panel in found if panel.rows)


def value_at(document: Json, way: tuple[str, ...]) -> Json:
    """The value at the end of `way`, or `MISSING`."""
    for step in way:
        if not isinstance(document, dict) or step not in document:
            return MISSING
        document = document[step]
    return document


def steps(*parts: str) -> tuple[str, ...]:
    """A dotted way as its steps."""
    return tuple(step for part in parts for step in part.split(".") if step)


def row(label: str, value: Json, kind: Kind, unit: str = "") -> Row:
    """Show `value` as `kind` where it has the shape for that."""
    if isinstance(value, dict | list):
        return Row(label=label, value=value, kind="json")
    if value is None or isinstance(value, bool) or not isinstance(value, SHAPES.get(kind, (str, int, float))):
        return Row(label=label, value=value, kind="text")
    if isinstance(value, int | float) and not abs(value) < LARGEST:
        return Row(label=label, value=value, kind="text")
    return Row(label=label, value=value, kind=kind, unit=unit)


def leaves(document: Json, *, taken: set[tuple[str, ...]], way: tuple[str, ...] = ()) -> Iterator[Row]:
    """Every value that no field has taken, labelled by its way through the document."""
    if way in taken:
        return
    if isinstance(document, dict | list) and document and len(way) < DEEPEST:
        inner = document.items() if isinstance(document, dict) else ((str(n), item) for n, item in enumerate(document))
        for name, item in inner:
            yield from leaves(item, taken=taken, way=(*way, name))
    elif way or document not in (None, {}, []):
        yield row(" \u203a ".join(way) or "Value", document, "text")


def _rows(section: Section, document: Json, taken: set[tuple[str, ...]]) -> Iterator[Row]:
    if section.at and value_at(document, steps(section.at)) is None:
        taken.add(steps(section.at))
    for field in section.fields:
        way = steps(section.at, field.at)
        value = value_at(document, way)
        if value is not MISSING and value != {} and (way or value is not None):
            taken.add(way)
            yield row(field.label, value, field.kind, field.unit)
