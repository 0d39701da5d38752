"""How each job type reads: typed where the type is known, as a tree where it is not; parsed when it is looked at.

A new type is one module and one line in `EVERY`. Nothing here does I/O, and nothing here fails on any JSON.
"""

from dataclasses import dataclass

from jobs.specs.archive_create import ARCHIVE_CREATE
from jobs.specs.archive_extract import ARCHIVE_EXTRACT
from jobs.specs.common import JobType
from jobs.specs.extra_metadata import EXTRA_METADATA, FORMER_URN
from jobs.specs.fields import MISSING, Json, Panel, Row, panels, row, steps, value_at
from jobs.specs.font_convert import FONT_CONVERT
from jobs.specs.font_subset import FONT_SUBSET
from jobs.specs.image_operation import IMAGE_OPERATION
from jobs.specs.import_file import IMPORT_FILE
from jobs.specs.package import PACKAGE
from jobs.specs.poster import POSTER
from jobs.specs.scan import SCAN
from jobs.specs.storyboard import STORYBOARD
from jobs.specs.transcode import TRANSCODE
from jobs.specs.visual_search import VISUAL_SEARCH

EVERY = (
    TRANSCODE,
    PACKAGE,
    ARCHIVE_CREATE,
    ARCHIVE_EXTRACT,
    IMPORT_FILE,
    POSTER,
    STORYBOARD,
    EXTRA_METADATA,
    FONT_CONVERT,
    FONT_SUBSET,
    IMAGE_OPERATION,
    SCAN,
    VISUAL_SEARCH,
)
BY_URN = {kind.urn: kind for kind in EVERY} | {FORMER_URN: EXTRA_METADATA}
PREFIX = "urn:job:"
CODES = {
    0: "OK",
    1: "file already exists",
    2: "job callback failed",
    3: "extract archive failed",
    4: "job timeout",
    500: "server error",
}


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What was asked and what came out."""

    label: str
    asked: Row | None
    produced: Row | None

    @property
    def differs(self) -> bool:
        """Tell whether both are known and not the same."""
        if self.asked is None or self.produced is None:
            return False
        return str(self.asked.value) != str(self.produced.value)


@dataclass(frozen=True, kw_only=True)
class Description:
    """A job as its type has it."""

    specification: tuple[Panel, ...]
    result: tuple[Panel, ...]
    compared: tuple[Comparison, ...]


def label(urn: str) -> str:
    """How people call a type: an unknown one by its tail."""
    return BY_URN[urn].label if urn in BY_URN else urn.removeprefix(PREFIX)


def describe(urn: str, specification: Json, result: Json) -> Description:
    """Read a job of type `urn`; an unknown type reads as a tree."""
    kind = BY_URN.get(urn) or JobType(urn=urn, label=label(urn))
    payload = result.get("payload") if isinstance(result, dict) else None
    return Description(
        specification=panels(kind.specification, specification),
        result=(*_outcome(result), *panels(kind.payload, payload)),
        compared=tuple(_compared(kind, specification, payload)) if payload is not None else (),
    )


def _outcome(result: Json) -> tuple[Panel, ...]:
    """What a result says beside its payload: its code with its meaning, and whatever else stands there."""
    if not isinstance(result, dict):
        return panels((), result)
    beside = {name: value for name, value in result.items() if name not in ("code", "payload")}
    code = result.get("code")
    meaning = f"{code}, {CODES[code]}" if isinstance(code, int) and code in CODES else code
    rows = [row("Code", meaning, "text")] if "code" in result else []
    rows += [row(name.capitalize(), value, "text") for name, value in beside.items()]
    return (Panel(title="Outcome", rows=tuple(rows)),) if rows else ()


def _compared(kind: JobType, specification: Json, payload: Json) -> list[Comparison]:
    found = []
    for pair in kind.compared:
        asked, produced = value_at(specification, steps(pair.asked)), value_at(payload, steps(pair.produced))
        if asked in (MISSING, None) and produced in (MISSING, None):
            continue
        rows = (
            None if value in (MISSING, None) else row(pair.label, value, "text", pair.unit)
            for value in (asked, produced)
        )
        found.append(Comparison(label=pair.label, asked=next(rows), produced=next(rows)))
    return found
