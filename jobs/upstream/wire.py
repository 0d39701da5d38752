"""From the bytes of a reply to a `Page` (contract: "envelope", "Search", "Job").

Every record stands for itself: one that cannot be read is refused with its reason, and its page goes on.
Members that are not masked are kept byte for byte, so that a job is given back as it came.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from jobs.files import files
from jobs.shapes import Json
from jobs.upstream import split, words
from jobs.upstream.errors import BrokenReply
from jobs.upstream.fields import Unfit, error, moment, quality, word
from jobs.upstream.mask import Masker
from jobs.upstream.record import Page, Record, Refused

ENVELOPE = {"code", "message", "payload"}
HEAD = ("id", "groupId", "type", "status", "issuer", "dateCreated", "dateUpdated")
CONTROL = re.compile(rb"[\x00-\x1f]")

Raw = bytes | msgspec.Raw
Members = Mapping[str, Raw]

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_elements = msgspec.json.Decoder(list[msgspec.Raw])
_value = msgspec.json.Decoder()


def payload(body: bytes) -> bytes:
    """Open the envelope of a successful reply; raise `BrokenReply` where it is none or its code is not 0."""
    members = _object(body, "The reply")
    code = _json(members.get("code", b"null"))
    if code != 0 or isinstance(code, bool):
        raise BrokenReply(f"The reply is no success: code {str(code)[:20]}, {message(body) or 'no message'}.")
    if "payload" not in members:
        raise BrokenReply("The reply has no payload.")
    return members["payload"]


def message(body: bytes) -> str | None:
    """The message of an envelope, fit for operators; None where the body is no envelope."""
    try:
        members = _object(body, "The reply")
        text = _json(members.get("message", b"null"))
    except BrokenReply:
        return None
    return words.cleaned(str(text or "")) if "code" in members else None


def is_refusal(body: bytes) -> bool:
    """Whether a body is an envelope that tells of a failure; errors of gateways have a code too, but other members."""
    try:
        members = _object(body, "The reply")
        code, text = (_json(members.get(name, b"null")) for name in ("code", "message"))
    except BrokenReply:
        return False
    return members.keys() <= ENVELOPE and type(code) is int and code != 0 and isinstance(text, str)


def page(payload: bytes, masker: Masker, *, asked: datetime, dated: datetime | None = None) -> Page:
    """Read the payload of a search or a group: `{jobs, nextPageToken}`, or a list (contract: "Recorded replies")."""
    if payload[:1] == b"[":
        return _page(_list(payload), None, masker, asked, dated)
    members = _object(payload, "The payload")
    token = _json(members.get("nextPageToken", b"null"))
    if "jobs" not in members or not isinstance(token, str | None) or "\0" in (token or ""):
        raise BrokenReply("The payload has no list of jobs, or a page token that is no text, or that cannot be kept.")
    return _page(_list(members["jobs"]), token or None, masker, asked, dated)


def record(raw: bytes, masker: Masker) -> Record | Refused:
    """Read one job, or say why it cannot be one."""
    masked = masker.mask(raw)
    try:
        return _record(*_read(masked))
    except Unfit as unfit:
        text = masked.decode("utf-8", "backslashreplace")
        return Refused(text=text, field=unfit.field, reason=unfit.reason, job_id=unfit.job_id)


def single(payload: bytes, masker: Masker, *, asked: datetime, dated: datetime | None = None) -> Page:
    """Read the payload of one job."""
    return _page([payload], None, masker, asked, dated)


def _page(jobs: list[bytes], token: str | None, masker: Masker, asked: datetime, dated: datetime | None) -> Page:
    read = [record(raw, masker) for raw in jobs]
    return Page(
        records=tuple(item for item in read if isinstance(item, Record)),
        refused=tuple(item for item in read if isinstance(item, Refused)),
        next_token=token,
        asked=asked,
        dated=dated,
    )


def _record(members: Members, values: dict[str, Json]) -> Record:
    """Read what is filtered and sorted by out of a job."""
    job_id = word(values, "id", longest=500)
    try:
        specification, result = values.get("specification"), values.get("result")
        code, message = error(values.get("status"), result)
        return Record(
            id=job_id,
            group=word(values, "groupId", longest=500, missing=job_id),
            type=word(values, "type", longest=200),
            status=word(values, "status", longest=200),
            issuer=word(values, "issuer", longest=500, missing="") or None,
            created=moment(values.get("dateCreated")),
            updated=moment(values.get("dateUpdated")),
            files=tuple(files(values.get("sources"), specification, result)),
            quality=quality(specification, result),
            error_code=code,
            error=message,
            head=_joined((name, members[name]) for name in HEAD if name in members),
            body=_joined(item for item in members.items() if item[0] not in (*HEAD, "result")),
            result=str(members["result"], "utf-8") if "result" in members else None,
        )
    except Unfit as unfit:
        unfit.job_id = job_id
        raise


def _illegible(raw: bytes, reason: str) -> Unfit:
    """A record that no parser reads: which of its members that is due to, and its id, as far as they can be found."""
    try:
        members = split.members(raw)
    except split.Unbalanced:
        return Unfit("", reason)
    unfit = Unfit(next((name for name, text in members.items() if not _is_legible(text)), ""), reason)
    token = members.get("id", b"")
    unfit.job_id = split.name(token) if token[:1] == b'"' and unfit.field != "id" else ""
    return unfit


def _is_legible(text: bytes) -> bool:
    try:
        _loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _read(raw: bytes) -> tuple[Members, dict[str, Json]]:
    """Give the members of a job, as text and as values."""
    try:
        return _members.decode(raw), _value.decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return _read_leniently(raw)


def _read_leniently(raw: bytes) -> tuple[Members, dict[str, Json]]:
    """Read what strict parsers refuse but can be kept: lone surrogates, raw control characters, very long numbers."""
    try:
        values = _loads(raw)
        if not isinstance(values, dict):
            raise Unfit("", "It is not an object.")
        texts = split.members(raw)
        return {name: _plain(texts[name], value) for name, value in values.items()}, values
    except UnicodeDecodeError as why:
        raise _illegible(raw, "It is not UTF-8.") from why
    except RecursionError as why:
        raise _illegible(raw, "It is nested too deeply.") from why
    except ValueError as why:
        raise why if isinstance(why, Unfit) else _illegible(raw, f"It is not JSON that can be kept: {why}.") from why


def _loads(text: bytes) -> Any:
    return json.loads(text.decode(), strict=False, parse_constant=_no_number, parse_float=_number)


def _plain(text: bytes, value: Json) -> bytes:
    """The text of a member as it came, or written anew where it has characters that JSON must escape."""
    return json.dumps(value).encode() if CONTROL.search(text) else text


def _number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:40]} is too large")
    return number


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _joined(members: Iterable[tuple[str, Raw]]) -> str:
    """Write an object of members whose values are JSON already."""
    return (b"{" + b",".join([b"%b:%b" % (_quoted(name), text) for name, text in members]) + b"}").decode()


def _quoted(name: str) -> bytes:
    return msgspec.json.encode(name) if name.isascii() else json.dumps(name).encode()


def _object(text: bytes, what: str) -> dict[str, bytes]:
    """Give the members of an object, also where something deep inside it is broken."""
    try:
        return {name: bytes(value) for name, value in _members.decode(text).items()}
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        pass
    try:
        return split.members(text)
    except split.Unbalanced as why:
        raise BrokenReply(f"{what} is not JSON: {why}. Is MEDIA_PLATFORM_URL right?") from why


def _list(text: bytes) -> list[bytes]:
    """Give the elements of a list, also where one of them is broken."""
    try:
        return [bytes(element) for element in _elements.decode(text)]
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        pass
    try:
        return split.elements(text)
    except split.Unbalanced as why:
        raise BrokenReply(f"The jobs of the reply are not a list: {why}.") from why


def _json(text: bytes) -> Any:
    try:
        return _value.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as why:
        raise BrokenReply(f"A member of the reply is not JSON: {why}.") from why
