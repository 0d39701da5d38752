"""Which files a job reads and where it writes (contract: "Job", "Types")."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from jobs.shapes import Json, list_of, object_of, text_of

Role = Literal["source", "destination"]


class FileRef(msgspec.Struct, frozen=True, kw_only=True):
    """A file or directory that a job reads or writes; `path` and `file_id` as they came, empty where unknown."""

    role: Role
    path: str
    file_id: str


def files(sources: Json, specification: Json, result: Json) -> Iterator[FileRef]:
    """Give what a job reads and where it writes: as asked in its specification, and as its result names it."""
    asked = object_of(specification)
    for source in [*list_of(sources), *list_of(asked.get("sources")), asked.get("source")]:
        yield from _file("source", source)
    report = object_of(asked.get("extractedFilesReport"))
    for place in (asked.get("destination"), report.get("destination")):
        yield from _file("destination", place)
    for place in _produced(object_of(result).get("payload")):
        yield from _file("destination", place)


def _produced(payload: Json) -> Iterator[Json]:
    """Give every place in a result where a file descriptor or a destination may stand."""
    for item in payload if isinstance(payload, list) else [payload]:
        if isinstance(item, dict):
            report = object_of(item.get("extractedFilesReport"))
            yield from (item, item.get("file"), item.get("reportFileDescriptor"), report.get("destination"))


def _file(role: Role, place: Json) -> Iterator[FileRef]:
    if not isinstance(place, dict):
        return
    path, file_id = text_of(place.get("path")) or text_of(place.get("directory")), text_of(place.get("fileId"))
    if path or file_id:
        yield FileRef(role=role, path=path, file_id=file_id)
