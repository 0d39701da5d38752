"""Which files a job reads and where it writes (contract: "Job", "Types")."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Json = Any
Role = Literal["source", "destination"]


@dataclass(frozen=True, kw_only=True, slots=True)
class FileRef:
    """A file or directory that a job reads or writes; `path` and `file_id` as they came, empty where unknown."""

    role: Role
    path: str
    file_id: str


def files(sources: Json, specification: Json, result: Json) -> Iterator[FileRef]:
    """Give what a job reads and where it writes: as asked in its specification, and as its result names it."""
    asked = _object(specification)
    for source in [*_list(sources), *_list(asked.get("sources")), asked.get("source")]:
        yield from _file("source", source)
    report = _object(asked.get("extractedFilesReport"))
    for place in (asked.get("destination"), report.get("destination")):
        yield from _file("destination", place)
    for place in _produced(_object(result).get("payload")):
        yield from _file("destination", place)


def _produced(payload: Json) -> Iterator[Json]:
    """Give every place in a result where a file descriptor or a destination may stand."""
    for item in payload if isinstance(payload, list) else [payload]:
        if isinstance(item, dict):
            report = _object(item.get("extractedFilesReport"))
            yield from (item, item.get("file"), item.get("reportFileDescriptor"), report.get("destination"))


def _file(role: Role, place: Json) -> Iterator[FileRef]:
    if not isinstance(place, dict):
        return
    path, file_id = _text(place.get("path")) or _text(place.get("directory")), _text(place.get("fileId"))
    if path or file_id:
        yield FileRef(role=role, path=path, file_id=file_id)


def _object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
