"""Tells the platform's deliveries from others'."""

import hashlib
import hmac
import time
from dataclasses import dataclass
from typing import Any

import jwt
import msgspec

from jobs.upstream import split
from jobs.upstream.fields import Unfit, word

TOLERANCE = 300
"""By how many seconds the clock of whoever signed may differ from ours."""
LONGEST_ID = 500
CLAIMS = ["iss", "iat", "exp", "jti"]


class Forged(Exception):
    """Nothing that the platform has sent, or too old; the text is what whoever sent it is told."""


class Malformed(Exception):
    """A delivery that cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A delivery by its unique id, and the jobs that it names."""

    id: str
    jobs: tuple[str, ...]


def callback(body: bytes) -> Delivery:
    """Read a job callback, `{"job": Job, "attachment": …}`; it is known again by its bytes. Raise `Malformed`.

    Where no parser reads it, since there is something odd in the job, the job's id is enough.
    """
    try:
        named = jobs_named(_json(body))
    except Malformed:
        if not (named := _job_in(body)):
            raise
    if not named:
        raise Malformed("job: it has no id.")
    return Delivery(id=f"callback {hashlib.blake2b(body, digest_size=16).hexdigest()}", jobs=named)


def webhook(body: bytes, *, issuer: str, secret: str) -> Delivery:
    """Read a webhook, a JWT with the claim `event: {id, type, body}`; raise `Forged` or `Malformed`."""
    try:
        claims = jwt.decode(
            body.strip(),
            secret,
            algorithms=["HS256"],
            issuer=issuer,
            leeway=TOLERANCE,
            options={"require": CLAIMS, "verify_aud": False, "verify_sub": False},
        )
    except jwt.PyJWTError as why:
        raise Forged(f"The token is not valid: {why}.") from why
    if abs(time.time() - int(claims["iat"])) > TOLERANCE:
        raise Forged(f"iat lies more than {TOLERANCE} s from our clock.")
    event = claims.get("event")
    if not isinstance(event, dict):
        raise Malformed("event: it is no object.")
    name = event.get("id") or claims["jti"]
    if not (known := _id(name)):
        raise Malformed(f"event.id: it is no text of 1 to {LONGEST_ID} bytes that can be kept.")
    return Delivery(id=f"webhook {known}", jobs=jobs_named(event.get("body")))


def _job_in(body: bytes) -> tuple[str, ...]:
    """The id in the member `job` of what no parser reads."""
    try:
        job = split.members(split.members(body)["job"])
        return jobs_named({"job": {"id": split.name(job["id"])}})
    except (split.Unbalanced, KeyError):
        return ()


def is_same(given: str, secret: str) -> bool:
    """Compare a secret in a time that says nothing of it."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())


def jobs_named(body: Any) -> tuple[str, ...]:
    """The ids of jobs in the body of a callback or an event; nobody documents the shape of the latter.

    They are looked for as `jobId`, in `job`, and in the body itself where that looks like a job.
    """
    read = _json_or_nothing(body) if isinstance(body, str) else body
    if not isinstance(read, dict):
        return ()
    job = read.get("job")
    found = [read.get("jobId"), job.get("id") if isinstance(job, dict) else None]
    found += [read.get("id")] if "groupId" in read else []
    return tuple(dict.fromkeys(name for each in found if (name := _id(each))))


def _id(value: Any) -> str:
    try:
        return word({"id": value}, "id", longest=LONGEST_ID, missing="")
    except Unfit:
        return ""


def _json_or_nothing(text: str) -> Any:
    try:
        return _json(text.encode("utf-8", "replace"))
    except Malformed:
        return None


def _json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as why:
        raise Malformed(f"It is not JSON: {why}.") from why
