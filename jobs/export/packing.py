"""How a file is packed on its way: as it is, gzipped, or in a ZIP beside its manifest."""

import json
import zlib
from collections.abc import Callable, Generator
from dataclasses import asdict, dataclass
from zipfile import ZIP_DEFLATED, ZipFile

from jobs.export.copying import Copy

LEVEL = 3
GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a file comes from: the query of its search, when it was taken, and as of when the mirror was then."""

    file: str
    query: str
    taken: str
    as_of: str | None


def plain(copy: Copy, origin: Origin) -> Generator[bytes, None, None]:  # noqa: ARG001 - all packings are called alike
    """The file as it is."""
    return copy.chunks()


def gzipped(copy: Copy, origin: Origin) -> Generator[bytes, None, None]:  # noqa: ARG001 - all packings are called alike
    """The file, gzipped."""
    packer = zlib.compressobj(LEVEL, wbits=GZIP)
    for chunk in copy.chunks():
        yield packer.compress(chunk) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()


def zipped(copy: Copy, origin: Origin) -> Generator[bytes, None, None]:
    """A ZIP of the file and of `manifest.json`, which says what it is."""
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED, compresslevel=LEVEL) as archive:  # type: ignore[call-overload]
        with archive.open(origin.file, "w", force_zip64=True) as file:
            for chunk in copy.chunks():
                file.write(chunk)
                yield sink.taken()
        manifest = asdict(origin) | {"rows": copy.rows, "sha256": copy.sha256}
        archive.writestr("manifest.json", json.dumps(manifest, indent=2) + "\n")
    yield sink.taken()


class _Sink:
    """A file that is written to and cannot be sought in; what has been written can be taken."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._held.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: what is written is there."""

    def taken(self) -> bytes:
        data = b"".join(self._held)
        self._held = []
        return data


@dataclass(frozen=True, kw_only=True)
class Packing:
    """The end that it adds to a name, its media type unless that is the file's own, and what does it."""

    suffix: str
    media_type: str | None
    pack: Callable[[Copy, Origin], Generator[bytes, None, None]]


PACKINGS = {
    "": Packing(suffix="", media_type=None, pack=plain),
    "gz": Packing(suffix=".gz", media_type="application/gzip", pack=gzipped),
    "zip": Packing(suffix=".zip", media_type="application/zip", pack=zipped),
}
