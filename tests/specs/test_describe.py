"""`jobs.specs`: every type's documented fields are read, and nothing of any JSON is hidden or fatal."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import looks, specs
from jobs.specs.fields import DEEPEST, MOST_ROWS, REST, Panel, Row

DESTINATION = {"path": "/out/a.bin", "acl": "public|private", "lifecycle": {"age": 30}, "bucket": "b-1"}
DESTINED = {
    "Path": "/out/a.bin",
    "Access": "public|private",
    "Lifecycle": {"age": 30},
    "Bucket": "b-1",
}
FILE = {
    "id": "f1",
    "path": "/out/a.bin",
    "type": "-",
    "mimeType": "video/mp4",
    "size": 12,
    "hash": "h",
    "acl": "public",
    "parent": "p1",
    "ancestors": ["p0", "p1"],
    "lifecycle": None,
    "dateCreated": "2026-03-01T12:00:00Z",
    "dateUpdated": "2026-03-01T12:00:01Z",
}
VIDEO = {
    "frameRate": "30/1",
    "keyFrame": 60,
    "filter": "scale",
    "codec": {"name": "h264", "profile": "main", "level": "3.1", "crf": 20, "maxRate": 3000000},
    "resolution": {"width": 1280, "height": 720},
}
CLIPPING = {
    "start": 1,
    "duration": 2,
    "fadeInDuration": 3,
    "fadeOutDuration": 4,
    "fadeInOffset": 5,
    "fadeOutOffset": 6,
}
INFO = {
    "quality": "720p",
    "format": "mp4",
    "type": "video",
    "tag": "t",
    "width": 1280,
    "height": 720,
    "fps": "30/1",
    "duration": 90500,
    "displayAspectRatio": "16:9",
    "videoBitrate": 1700000,
    "audioBitrate": 128000,
}
FULL: dict[str, tuple[dict[str, Any], Any]] = {
    "urn:job:av.transcode": (
        {
            "destination": DESTINATION,
            "quality": "720p",
            "qualityRange": {"minimum": "240p", "maximum": "1080p"},
            "video": {"type": "video", "specification": VIDEO},
            "audio": {"type": "audio", "specification": {"channels": "stereo", "codec": {"name": "aac", "cbr": 128}}},
            "clipping": CLIPPING,
        },
        {"info": INFO, "file": FILE, "masterFFMpegCommand": "ffmpeg -i", "errorClass": "none"},
    ),
    "urn:job:av.package": ({"destination": DESTINATION, "chunkDuration": 3, "packageType": "hls"}, FILE),
    "urn:job:archive.create": (
        {
            "destination": DESTINATION,
            "archiveType": "tar.bz2",
            "sources": [{"path": "/a", "fileId": None, "pathInArchive": "/b"}],
        },
        FILE,
    ),
    "urn:job:archive.extract": (
        {
            "source": {"path": "/a.zip", "fileId": "f9"},
            "destination": DESTINATION,
            "extractedFilesReport": {"destination": {"path": "/report.csv", "acl": "private"}, "format": "csv"},
        },
        {
            "extractedFilesReport": {
                "destination": {"directory": "/r", "path": None, "acl": "public"},
                "format": "json",
            },
            "reportFileDescriptor": FILE,
        },
    ),
    "urn:job:import.file": (
        {
            "destination": DESTINATION,
            "sourceUrl": "https://example.com/a.mp4",
            "externalAuthorization": {"headers": {"Authorization": "masked-0123456789abcdef"}},
        },
        FILE,
    ),
    "urn:job:av.poster": ({"destination": DESTINATION, "format": "jpg", "second": 1.5, "percentage": 10}, FILE),
    "urn:job:av.storyboard": (
        {"destination": DESTINATION, "format": "png", "rows": 5, "columns": 6, "tileWidth": 256, "tileHeight": 144},
        [FILE, FILE],
    ),
    "urn:job:av.extra_metadata.replace": (
        {"destination": DESTINATION, "audioExtraMetadata": {"artist": "somebody", "image": None}},
        None,
    ),
    "urn:job:text.font.convert": ({"destination": DESTINATION, "fontType": "woff2"}, FILE),
    "urn:job:text.font.subset": ({"destination": DESTINATION, "languageCode": "he"}, FILE),
    "urn:job:image.operation": ({"destination": DESTINATION, "command": "fit=w_100,h_100"}, FILE),
    "urn:job:av-scanner.scan": ({}, None),
    "urn:job:visual-search.index-image": ({"collectionId": "c-1"}, None),
}
EVERY = sorted(specs.BY_URN)

TEXTS = st.text(st.characters(exclude_categories=()), max_size=12)
NUMBERS = st.integers() | st.floats(allow_nan=False) | st.sampled_from([10**400, -(10**400), 10**18, 1e300])
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
NAMES = st.sampled_from([*specs.fields.SHAPES, "destination", "path", "video", "codec", "code", "file", "0", "", "a.b"])
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def said(panels: tuple[Panel, ...]) -> dict[tuple[str, str], Any]:
    return {(panel.title, row.label): row.value for panel in panels for row in panel.rows}


def scalars(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from scalars(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from scalars(inner)
    elif value is not None:
        yield repr(value)


def shown(panels: tuple[Panel, ...]) -> set[str]:
    return {each for panel in panels for row in panel.rows for each in scalars(row.value)}


def test_all_thirteen_types_are_tried_here() -> None:
    assert len(FULL) == 13
    assert set(FULL) == {kind.urn for kind in specs.EVERY}


@pytest.mark.parametrize("urn", FULL)
def test_every_documented_field_has_a_place_of_its_own(urn: str) -> None:
    specification, payload = FULL[urn]
    described = specs.describe(urn, specification, {"code": 0, "message": "OK", "payload": payload})
    for panels, document in ((described.specification, specification), (described.result, payload)):
        assert REST not in {panel.title for panel in panels}
        assert set(scalars(document)) <= shown(panels)
    if "destination" in specification:
        found = said(described.specification)
        assert {label: found["Destination", label] for label in DESTINED} == DESTINED


def test_a_transcode_reads_as_the_contract_names_it() -> None:
    found = said(specs.describe("urn:job:av.transcode", *FULL["urn:job:av.transcode"]).specification)
    assert found["Video", "Codec"] == "h264"
    assert found["Video", "Width"] == 1280
    assert found["Audio", "Constant bitrate"] == 128
    assert found["Quality", "Lowest"] == "240p"
    assert found["Clipping", "Fade out from"] == 6


def test_what_was_asked_stands_beside_what_came_out() -> None:
    specification, payload = FULL["urn:job:av.transcode"]
    other = {**payload, "info": {**INFO, "width": 1278}}
    compared = {
        each.label: each for each in specs.describe("urn:job:av.transcode", specification, {"payload": other}).compared
    }
    assert compared["Width"].differs
    assert not compared["Height"].differs
    assert not specs.describe("urn:job:av.transcode", specification, None).compared


@pytest.mark.parametrize("urn", EVERY)
@pytest.mark.parametrize(
    "document", [None, {}, [], "text", 7, True, {"destination": None}, {"destination": 3}], ids=repr
)
def test_what_is_missing_or_misshapen_is_shown_as_it_is(urn: str, document: Any) -> None:
    described = specs.describe(urn, document, {"code": 0, "payload": document})
    for panels in (described.specification, described.result):
        assert set(scalars(document)) <= shown(panels)
        assert not [row for panel in panels for row in panel.rows if row.label == ""]


def test_an_unknown_type_reads_as_a_tree() -> None:
    found = said(specs.describe("urn:job:new.thing", {"a": {"b": [1, {"c": "x"}]}}, None).specification)
    assert found == {(REST, "a \u203a b \u203a 0"): 1, (REST, "a \u203a b \u203a 1 \u203a c"): "x"}
    assert specs.label("urn:job:new.thing") == "new.thing"


@pytest.mark.parametrize(
    ("result", "wanted"),
    [
        ({"code": 0, "message": "OK"}, "0, OK"),
        ({"code": 3, "message": "m"}, "3, extract archive failed"),
        ({"code": 77, "message": "m"}, 77),
        ({"code": "4"}, "4"),
        ({"code": {"deep": 1}}, {"deep": 1}),
    ],
    ids=repr,
)
def test_a_code_is_given_with_its_meaning(result: Any, wanted: Any) -> None:
    assert said(specs.describe("urn:job:av.package", {}, result).result)["Outcome", "Code"] == wanted


def test_too_much_is_counted_rather_than_shown() -> None:
    (panel,) = specs.describe("urn:job:other", {"n": list(range(MOST_ROWS + 5))}, None).specification
    assert (len(panel.rows), panel.more) == (MOST_ROWS, 5)


@given(urn=st.sampled_from([*EVERY, "urn:job:other"]), specification=JSON, result=JSON)
def test_no_json_is_fatal_and_none_is_hidden(urn: str, specification: Any, result: Any) -> None:
    described = specs.describe(urn, specification, result)
    assert set(scalars(specification)) <= shown(described.specification)
    assert set(scalars(result)) - {"0", "1", "2", "3", "4", "500", "False", "True"} <= shown(described.result)
    for panel in (*described.specification, *described.result):
        for row in panel.rows:
            assert looks.value(row)


@given(value=JSON, kind=st.sampled_from(sorted(looks.KINDS)))
def test_every_kind_renders_every_value(value: Any, kind: Any) -> None:
    assert looks.value(specs.fields.row("label", value, kind))


def test_markup_in_a_value_is_text() -> None:
    assert "<script>" not in looks.value(Row(label="x", value={"<script>": "<script>"}, kind="json"))


def test_depth_is_bounded() -> None:
    deep: Any = "end"
    for _ in range(DEEPEST * 40):
        deep = [deep]
    described = specs.describe("urn:job:other", {"deep": deep}, None)
    assert all(looks.value(row) for panel in described.specification for row in panel.rows)
