"""`jobs.upstream.wire`: every record stands for itself, and is given back as it came."""

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.files import FileRef
from jobs.upstream import wire
from jobs.upstream.errors import BrokenReply
from jobs.upstream.mask import may_hold_secrets
from jobs.upstream.record import Page, Record, Refused
from tests.records import MASKER, NOON, given_back, job, record

KEPT = {
    "a lone surrogate": '"\\ud800"',
    "U+0000": '"\\u0000"',
    "a raw control character": '"\x01"',
    "a number of a hundred digits": "9" * 100,
    "a number as it was written": "1.500",
    "half a thousand lists": "[" * 500 + "]" * 500,
}
REFUSED = {
    "NaN": "NaN",
    "a number of five thousand digits": "9" * 5000,
    "a number that is too large": "1e999",
    "five thousand lists": "[" * 5000 + "]" * 5000,
    "nothing": "",
    "two values": "1 2",
}

LAST_PAGES = [b'{"jobs":[]}', b'{"jobs":[],"nextPageToken":null}', b'{"jobs":[],"nextPageToken":""}', b"[]"]
NO_PAGES = [
    b'{"jobs":[],"nextPageToken":"a\\u0000"}',
    b"{}",
    b"null",
    b'"text"',
    b'{"jobs":{}}',
    b'{"jobs":null}',
    b'{"jobs":[],"nextPageToken":5}',
    b'{"jobs":[{}',
]
NO_ENVELOPES = [
    b"",
    b"<html>",
    b"[]",
    b"{}",
    b'{"code":0}',
    b'{"code":1,"payload":{}}',
    b'{"code":true,"payload":{}}',
    b'{"payload":{}}',
    b'{"code":0,"payload":{"jobs":[',
    b'{"code":0,"payload":{}}{',
]


def page_of(*records: str | bytes, token: str = "null") -> Page:
    jobs = b",".join(each.encode() if isinstance(each, str) else each for each in records)
    return wire.page(b'{"jobs": [%b], "nextPageToken": %b}' % (jobs, token.encode()), MASKER, asked=NOON)


def with_member(text: str) -> str:
    return json.dumps(job(1))[:-1] + f', "odd": {text}}}'


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT.keys())
def test_what_is_odd_but_sound_is_kept(text: str) -> None:
    page = page_of(json.dumps(job(0)), with_member(text), json.dumps(job(2)))
    assert [each.id for each in page.records] == [job(n)["id"] for n in range(3)]
    assert given_back(page.records[1]) == json.loads(with_member(text), strict=False)
    assert not page.refused


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_broken_is_refused_and_its_page_goes_on(text: str) -> None:
    page = page_of(json.dumps(job(0)), with_member(text), json.dumps(job(2)))
    assert [each.id for each in page.records] == [job(n)["id"] for n in (0, 2)]
    (refused,) = page.refused
    assert refused.text == with_member(text)
    assert refused.reason
    assert (refused.field, refused.job_id) == ("odd", job(1)["id"])


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    page = page_of(json.dumps(job(0)), b'{"id": "\xff"}')
    assert len(page.records) == 1
    assert page.refused[0].text == '{"id": "\\xff"}'
    assert (page.refused[0].field, page.refused[0].job_id) == ("id", "")


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"id": None}, "id"),
        ({"id": 7}, "id"),
        ({"id": ""}, "id"),
        ({"id": "a\0b"}, "id"),
        ({"id": "\ud800"}, "id"),
        ({"id": "x" * 4096}, "id"),
        ({"type": None}, "type"),
        ({"type": ["urn"]}, "type"),
        ({"status": None}, "status"),
        ({"status": {}}, "status"),
        ({"issuer": 5}, "issuer"),
        ({"groupId": []}, "groupId"),
    ],
)
def test_a_record_that_cannot_be_a_job_names_the_field(members: dict[str, Any], field: str) -> None:
    read = wire.record(json.dumps(job(1, **members)).encode(), MASKER)
    assert isinstance(read, Refused)
    assert read.field == field
    assert read.job_id == ("" if field == "id" else job(1)["id"])


@pytest.mark.parametrize("text", ["3", "null", '"text"', "[]", "[[]]"])
def test_a_record_that_is_no_object_is_refused(text: str) -> None:
    assert page_of(text).refused[0].reason == "It is not an object."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2017-07-25T10:10:30Z", datetime(2017, 7, 25, 10, 10, 30, tzinfo=UTC)),
        ("2017-07-25T10:10:30.250Z", datetime(2017, 7, 25, 10, 10, 30, 250000, tzinfo=UTC)),
        ("2017-07-25T12:10:30+02:00", datetime(2017, 7, 25, 10, 10, 30, tzinfo=UTC)),
        ("2017-07-25T10:10:30", datetime(2017, 7, 25, 10, 10, 30, tzinfo=UTC)),
        (1500977430000, datetime(2017, 7, 25, 10, 10, 30, tzinfo=UTC)),
        (1500977430, datetime(2017, 7, 25, 10, 10, 30, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        ("", None),
        (None, None),
        (True, None),
        (1e300, None),
        ({}, None),
    ],
)
def test_dates(text: Any, expected: datetime | None) -> None:
    assert record(1, dateUpdated=text).updated == expected


def test_a_job_without_a_group_is_its_own() -> None:
    assert record(1, groupId=None).group == job(1)["id"]


def test_files_are_read_wherever_a_type_keeps_them() -> None:
    read = record(
        1,
        sources=[{"path": "/a", "fileId": None}, {"path": None, "fileId": "f"}, None, 3],
        specification={
            "source": {"path": "/b"},
            "destination": {"directory": "/c/"},
            "extractedFilesReport": {"destination": {"path": "/d"}},
        },
        result={"code": 0, "payload": [{"path": "/e"}, {"file": {"path": "/f"}}]},
    )
    assert [(file.role, file.path) for file in read.files] == [
        ("source", "/a"),
        ("source", ""),
        ("source", "/b"),
        ("destination", "/c/"),
        ("destination", "/d"),
        ("destination", "/e"),
        ("destination", "/f"),
    ]
    assert read.files[1] == FileRef(role="source", path="", file_id="f")


@pytest.mark.parametrize("odd", [None, 3, "text", [], [[]], {}, {"destination": 3}, {"payload": 3}, {"code": "x"}])
def test_wrong_shapes_are_nothing(odd: Any) -> None:
    read = record(1, sources=odd, specification=odd, result=odd, status="error")
    assert given_back(read)["specification"] == odd


def test_a_failure_is_read() -> None:
    read = record(1, status="error", result={"code": 3, "message": "extract archive failed", "payload": None})
    assert (read.error_code, read.error) == (3, "extract archive failed")


def test_the_member_that_a_reader_does_not_see_holds_no_secret() -> None:
    text = with_member('1, "callback": {"url": "https://h/?CANARY", "url": null}')
    assert "CANARY" not in str(page_of(text))


def test_only_members_with_secrets_are_written_anew() -> None:
    text = '{"id":"a_b","type":"t","status":"s", "n": 1.500,  "sourceUrl": "https://h/?CANARY", "m": {"x":  2.50}}'
    (read,) = page_of(text).records
    assert '"n":1.500' in read.body
    assert '"m":{"x":  2.50}' in read.body
    assert "CANARY" not in read.body


@pytest.mark.parametrize("payload", LAST_PAGES)
def test_a_last_page(payload: bytes) -> None:
    assert wire.page(payload, MASKER, asked=NOON) == Page(records=(), refused=(), asked=NOON)


def test_a_page_names_the_next() -> None:
    assert page_of(token='"more"').next_token == "more"


@pytest.mark.parametrize("payload", NO_PAGES)
def test_a_payload_that_is_no_page(payload: bytes) -> None:
    with pytest.raises(BrokenReply):
        wire.page(payload, MASKER, asked=NOON)


@pytest.mark.parametrize(
    "body",
    NO_ENVELOPES,
)
def test_what_is_no_envelope(body: bytes) -> None:
    with pytest.raises(BrokenReply):
        wire.payload(body)


def test_a_broken_reply_says_what_was_looked_for() -> None:
    with pytest.raises(BrokenReply, match=r"The reply is not JSON: it does not begin with \{\."):
        wire.payload(b"<html>")
    with pytest.raises(BrokenReply, match=r"not a list: it does not begin with \[\."):
        wire.page(b'{"jobs": null, "nextPageToken": null}', MASKER, asked=NOON)


@given(st.binary(max_size=200))
def test_rubbish_is_a_broken_reply_or_a_page(body: bytes) -> None:
    with contextlib.suppress(BrokenReply):
        wire.page(wire.payload(body), MASKER, asked=NOON)
    assert isinstance(wire.record(body, MASKER), Record | Refused)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters()), inner, max_size=4),
    max_leaves=15,
).filter(lambda value: not may_hold_secrets(json.dumps({"value": value}).encode()))


@given(st.dictionaries(st.sampled_from([*job(), "flowId", "extra"]), JSON))
def test_whatever_a_member_is_the_job_is_given_back_or_refused_verbatim(members: dict[str, Any]) -> None:
    text = json.dumps(job(1, **members))
    read = wire.record(text.encode(), MASKER)
    if isinstance(read, Record):
        assert given_back(read) == json.loads(text)
    else:
        assert read.text == text
