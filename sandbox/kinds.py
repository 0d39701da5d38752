"""The thirteen job types: how often they occur, how long they take, what they ask for and what they give."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.dice import Dice

Json = dict[str, Any]
QUALITIES = ("144p", "240p", "360p", "480p", "720p", "1080p", "1440p", "2160p")
HEIGHTS = (144, 240, 360, 480, 720, 1080, 1440, 2160)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a job works on: its source, where it writes, and dice of its own."""

    dice: Dice
    path: str
    file_id: str
    folder: str
    stem: str
    place: int
    made: str


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One type: `weight` in requests, seconds of queue and work (medians), its specification and its result."""

    type: str
    weight: int
    queue: float
    work: float
    specification: Callable[[Subject], Json]
    payload: Callable[[Subject], Any]
    renditions: int = 1
    sources: tuple[str, ...] = ("mp4", "mp4", "mov", "mkv")
    reads: bool = True


def destination(path: str, **more: Any) -> Json:
    """A destination as clients send it."""
    return {"path": path, "directory": None, "acl": "private", "lifecycle": None, "bucket": None} | more


def descriptor(subject: Subject, path: str, mime: str, size: int) -> Json:
    """A file descriptor (contract: "File descriptor")."""
    return {
        "id": subject.dice.hex(32),
        "path": path,
        "type": "-",
        "mimeType": mime,
        "size": size,
        "hash": subject.dice.hex(32),
        "acl": "private",
        "parent": subject.dice.hex(32),
        "ancestors": [],
        "lifecycle": None,
        "dateCreated": subject.made,
        "dateUpdated": subject.made,
    }


def _video(subject: Subject) -> str:
    return f"{subject.folder}/{subject.stem}.{QUALITIES[subject.place]}.mp4"


def _transcode(subject: Subject) -> Json:
    height = HEIGHTS[subject.place]
    return {
        "destination": destination(_video(subject), acl="public"),
        "quality": QUALITIES[subject.place],
        "qualityRange": None,
        "video": {
            "type": "video",
            "specification": {
                "frameRate": "30",
                "keyFrame": 60,
                "filter": None,
                "codec": {"name": "h264", "profile": "main", "level": "3.1", "crf": 20, "maxRate": height * 4000},
                "resolution": {"width": height * 16 // 9, "height": height},
            },
        },
        "audio": {"type": "audio", "specification": {"channels": "stereo", "codec": {"name": "aac", "cbr": 128}}},
        "clipping": {
            "start": 5,
            "duration": 60,
            "fadeInDuration": 1,
            "fadeOutDuration": 2,
            "fadeInOffset": 0,
            "fadeOutOffset": 0,
        }
        if subject.place == 3
        else None,
    }


def _transcoded(subject: Subject) -> Json:
    height, path = HEIGHTS[subject.place], _video(subject)
    duration = 20_000 + subject.dice.below(3_600_000)
    return {
        "info": {
            "quality": QUALITIES[subject.place],
            "format": "mp4",
            "type": "video",
            "tag": f"{QUALITIES[subject.place]}_h264",
            "width": height * 16 // 9,
            "height": height,
            "fps": "30",
            "duration": duration,
            "displayAspectRatio": "16:9",
            "videoBitrate": height * 3000,
            "audioBitrate": 128_000,
        },
        "file": descriptor(subject, path, "video/mp4", duration * height // 3),
        "masterFFMpegCommand": f"ffmpeg -i in.mp4 -vf scale=-2:{height} -c:v libx264 -crf 20 -c:a aac out.mp4",
        "errorClass": None,
    }


def _package(subject: Subject) -> Json:
    packaging = ("hls", "dash")[subject.dice.below(2)]
    path = f"{subject.folder}/{subject.stem}.{packaging}"
    return {"destination": destination(path), "chunkDuration": 3, "packageType": packaging}


def _archive(subject: Subject) -> Json:
    more = [f"{subject.folder}/extra {n}.jpg" for n in range(subject.dice.below(4))]
    sources = [{"path": p, "fileId": None, "pathInArchive": p.rsplit("/", 1)[-1]} for p in (subject.path, *more)]
    form = subject.dice.of(("zip", "zip", "tar", "tar.gz", "tar.bz2"))
    return {
        "sources": sources,
        "destination": destination(f"{subject.folder}/{subject.stem}.{form}"),
        "archiveType": form,
    }


def _extract(subject: Subject) -> Json:
    report = {"destination": destination(f"{subject.folder}/{subject.stem}.csv"), "format": "csv"}
    return {
        "source": {"path": subject.path, "fileId": subject.file_id},
        "destination": {
            "path": None,
            "directory": f"{subject.folder}/{subject.stem}",
            "acl": "public",
            "lifecycle": None,
            "bucket": None,
        },
        "extractedFilesReport": report if subject.dice.chance(2) else None,
    }


def _extracted(subject: Subject) -> Json:
    path = f"{subject.folder}/{subject.stem}.csv"
    return {
        "extractedFilesReport": {"destination": destination(path), "format": "csv"},
        "reportFileDescriptor": descriptor(subject, path, "text/csv", 900),
    }


def _import(subject: Subject) -> Json:
    host = subject.dice.of(("cdn.example.com", "media.example.org", "files.example.net"))
    signed = f"?X-Signature=CANARY{subject.dice.hex(16)}&expires=1800000000" if subject.dice.chance(3) else ""
    userinfo = f"feed:CANARY{subject.dice.hex(8)}@" if subject.dice.chance(20) else ""
    headers = {"headers": {"Authorization": f"Bearer CANARY{subject.dice.hex(24)}", "X-Feed": "CANARY-feed-key"}}
    return {
        "sourceUrl": f"https://{userinfo}{host}/pub/{subject.stem}.mov{signed}",
        "destination": destination(f"{subject.folder}/{subject.stem}.mov"),
        "externalAuthorization": headers if subject.dice.chance(4) else None,
    }


def _one_file(extension: str, mime: str, size: int) -> Callable[[Subject], Json]:
    def payload(subject: Subject) -> Json:
        path = f"{subject.folder}/{subject.stem}.{extension}"
        return descriptor(subject, path, mime, size + subject.dice.below(size))

    return payload


def _asks(extension: str, **members: Any) -> Callable[[Subject], Json]:
    def specification(subject: Subject) -> Json:
        return {"destination": destination(f"{subject.folder}/{subject.stem}.{extension}"), **members}

    return specification


def _tiles(subject: Subject) -> list[Json]:
    paths = [f"{subject.folder}/{subject.stem}.{n:03d}.jpg" for n in range(2)]
    return [descriptor(subject, path, "image/jpeg", 60_000) for path in paths]


def _nothing(_: Subject) -> None:
    return None


TRANSCODE = Kind(
    type="urn:job:av.transcode",
    weight=22,
    queue=20,
    work=150,
    specification=_transcode,
    payload=_transcoded,
    renditions=6,
)
KINDS = (
    TRANSCODE,
    Kind(
        type="urn:job:import.file",
        sources=("mov",),
        reads=False,
        weight=20,
        queue=2,
        work=25,
        specification=_import,
        payload=_one_file("mov", "video/quicktime", 80_000_000),
    ),
    Kind(
        type="urn:job:av.package",
        weight=14,
        queue=8,
        work=40,
        specification=_package,
        payload=_one_file("hls", "application/x-mpegURL", 3000),
    ),
    Kind(
        type="urn:job:archive.create",
        weight=8,
        queue=3,
        work=30,
        specification=_archive,
        payload=_one_file("zip", "application/zip", 9_000_000),
    ),
    Kind(
        type="urn:job:archive.extract",
        sources=("zip", "tar.gz"),
        weight=7,
        queue=3,
        work=45,
        specification=_extract,
        payload=_extracted,
    ),
    Kind(
        type="urn:job:av.poster",
        weight=10,
        queue=2,
        work=4,
        specification=_asks("jpg", format="jpg", second=2, percentage=None),
        payload=_one_file("jpg", "image/jpeg", 90_000),
    ),
    Kind(
        type="urn:job:av.storyboard",
        weight=5,
        queue=4,
        work=20,
        specification=_asks("storyboard.jpg", format="jpg", rows=10, columns=10, tileWidth=160, tileHeight=90),
        payload=_tiles,
    ),
    Kind(
        type="urn:job:av.extra_metadata.replace",
        sources=("mp3", "wav"),
        weight=3,
        queue=2,
        work=6,
        specification=_asks("mp4", audioExtraMetadata={"track": "1", "artist": "The Porcupines", "title": "Quills"}),
        payload=_nothing,
    ),
    Kind(
        type="urn:job:text.font.convert",
        sources=("ttf", "otf"),
        weight=3,
        queue=1,
        work=2,
        specification=_asks("woff2", fontType="woff2"),
        payload=_one_file("woff2", "font/woff2", 30_000),
    ),
    Kind(
        type="urn:job:text.font.subset",
        sources=("ttf", "otf"),
        weight=2,
        queue=1,
        work=2,
        specification=_asks("latin.woff2", languageCode="en"),
        payload=_one_file("latin.woff2", "font/woff2", 9_000),
    ),
    Kind(
        type="urn:job:image.operation",
        sources=("jpg", "png"),
        weight=5,
        queue=1,
        work=3,
        specification=_asks("thumb.jpg", command="/v1/fill/w_320,h_180,al_c,q_85/thumb.jpg"),
        payload=_one_file("thumb.jpg", "image/jpeg", 20_000),
    ),
    Kind(type="urn:job:av-scanner.scan", weight=4, queue=2, work=9, specification=lambda _: {}, payload=_nothing),
    Kind(
        type="urn:job:visual-search.index-image",
        sources=("jpg", "png"),
        weight=2,
        queue=3,
        work=5,
        specification=lambda subject: {"collectionId": f"collection-{subject.dice.below(20)}"},
        payload=_nothing,
    ),
)
BAG = tuple(number for number, kind in enumerate(KINDS) for _ in range(kind.weight))

FAILURES = (
    (1, "file already exists"),
    (2, "job callback failed"),
    (3, "extract archive failed"),
    (4, "job timeout"),
    (500, "server error"),
    (500, "Invalid data found when processing input"),
    (500, "moov atom not found"),
    (500, "could not connect to source"),
)
