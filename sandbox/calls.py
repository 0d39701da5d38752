"""What a call of the Jobs API is answered, in its envelope (contract: "Transport")."""

import json
import os
from dataclasses import dataclass, replace
from urllib.parse import unquote

from sandbox import facts
from sandbox.auth import Denied, Guard
from sandbox.control import Control
from sandbox.faults import Fault
from sandbox.query import BadRequest
from sandbox.search import Api, Found

SEARCH, GET = "urn:service:job.search", "urn:service:job.get"
AGAIN, BLANK = "again", "blank"


class Refused(Exception):
    """A request that is answered with a status and a message in the envelope."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """What every request shares."""

    api: Api
    guard: Guard
    control: Control

    def answer(self, call: str, query: dict[str, str], header: str | None, fault: Fault | None) -> tuple[int, bytes]:
        """Give the status and the body that answer `call`, a method and a path."""
        try:
            if fault and fault.status is not None:
                raise Refused(fault.status, "a fault of the sandbox")
            return 200, envelope(self._payload(call, query, header, fault.kind if fault else ""))
        except Refused as refused:
            return refused.status, envelope(b"null", code=refused.status, message=str(refused))

    def _payload(self, call: str, query: dict[str, str], header: str | None, kind: str) -> bytes:
        if not call.startswith("GET /_api/"):
            raise Refused(404, "not found")
        parts = [unquote(part) for part in call.split("/")[2:]]
        try:
            self.guard.check(header, SEARCH if len(parts) == 1 else GET)
            found = self._found(parts, query, kind)
        except Denied as denied:
            raise Refused(denied.status, str(denied)) from denied
        except BadRequest as bad:
            raise Refused(400, str(bad)) from bad
        if found is None:
            raise Refused(404, "not found")
        return found

    def _found(self, parts: list[str], query: dict[str, str], kind: str) -> bytes | None:
        match parts:
            case ["jobs"]:
                return self._search(query, kind).payload()
            case ["jobs", "groups", group_id]:
                return self.api.group(group_id)
            case ["jobs", job_id]:
                return self.api.job(job_id)
        return None

    def _search(self, query: dict[str, str], kind: str) -> Found:
        token = _meant(query.get("nextPageToken"))
        query = {name: value for name, value in query.items() if name != "nextPageToken"}
        if kind == "token" and token:
            raise BadRequest("nextPageToken has expired")
        if kind in ("repeat", "endless") or (kind == "cycle" and token == AGAIN):
            token = None
        found = self.api.search(
            query | ({"nextPageToken": token} if token else {}), most=1 if kind == "short" else None
        )
        return replace(found, jobs=[], token=_blank(token)) if kind == "blank" else _bent(found, kind, first=not token)


def _meant(token: str | None) -> str | None:
    """The token that a page without jobs was asked for with, where one was given on it."""
    return token.split(".", 2)[2] if token and token.startswith(f"{BLANK}.") else token


def _blank(token: str | None) -> str:
    """A token that leads to where `token` does, and is another each time."""
    return f"{BLANK}.{os.urandom(8).hex()}.{token or ''}"


def _bent(found: Found, kind: str, *, first: bool) -> Found:
    """Let a page lead elsewhere: to the first one again, and that to the second or to itself; or hold other jobs."""
    if kind == "repeat" or (kind == "cycle" and not first):
        return replace(found, token=AGAIN)
    if kind == "endless":
        return replace(found, token=os.urandom(8).hex())
    if kind == "twice":
        return replace(found, jobs=[text for job in found.jobs for text in (job, _otherwise(job))])
    return replace(found, jobs=[], token=found.token or "more") if kind == "empty" else found


def _otherwise(job: bytes) -> bytes:
    """The same job with another content, as if it had changed within a second; what is no object stays."""
    members = facts.members(job)
    return json.dumps(members | {"status": "error", "again": True}).encode() if members else job


def envelope(payload: bytes, *, code: int = 0, message: str = "OK") -> bytes:
    """Wrap a payload as every JSON reply is."""
    return b'{"code": %d, "message": %b, "payload": %b}' % (code, json.dumps(message).encode(), payload)
