"""How recorded replies are uneven (contract: "Job", "Recorded replies"): one small change to a job each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.kinds import Json, Subject

EVERY = 211


@dataclass(frozen=True, kw_only=True)
class Bend:
    """A job that is about to be bent, what it works on, and what its type would give."""

    job: Json
    subject: Subject
    payload: Callable[[Subject], Any]


def _drop(*names: str) -> Callable[[Bend], None]:
    def bend(it: Bend) -> None:
        for name in names:
            del it.job[name]

    return bend


def _put(**members: Any) -> Callable[[Bend], None]:
    return lambda it: it.job.update(members)


def _fractions(it: Bend) -> None:
    it.job["dateCreated"] = it.job["dateCreated"].replace("Z", ".417Z")


def _source_without_path(it: Bend) -> None:
    it.job["sources"] = [{"fileId": it.subject.file_id}]


def _source_without_id(it: Bend) -> None:
    it.job["sources"] = [{"path": it.subject.path, "fileId": None}]


def _early_result(it: Bend) -> None:
    it.job["result"] = {"code": 0, "message": "OK", "payload": it.payload(it.subject)}


def _both_acls(it: Bend) -> None:
    if "destination" in it.job["specification"]:
        it.job["specification"]["destination"]["acl"] = "public|private"


def _newer(it: Bend) -> None:
    it.job.update(flowId=it.subject.dice.hex(32), callback=None)


def _callback(it: Bend) -> None:
    dice = it.subject.dice
    it.job["callback"] = {
        "url": f"https://hooks:CANARY{dice.hex(8)}@hooks.example.com/done?token=CANARY{dice.hex(16)}",
        "headers": {"X-Secret": f"CANARY-{dice.hex(20)}"},
        "attachment": {"order": dice.below(10_000)},
        "passthrough": False,
    }


def _quoted_secret(it: Bend) -> None:
    """Let an error message repeat the secret of the source."""
    address = f"https://cdn.example.com/{it.subject.stem}.mov?signature=CANARY{it.subject.dice.hex(16)}"
    it.job["specification"]["sourceUrl"] = address
    if it.job["result"] is not None:
        it.job["result"] = {"code": 500, "message": f"GET {address} answered 403 Forbidden", "payload": None}


def _nothing(it: Bend) -> None:
    """What this oddity changes is among the facts of a job (`content`)."""


BENDS: dict[str, Callable[[Bend], None]] = {
    "no dates": _drop("dateCreated", "dateUpdated"),
    "no update": _put(dateUpdated=None),
    "fractions": _fractions,
    "sources null": _put(sources=None),
    "sources missing": _drop("sources"),
    "sources empty": _put(sources=[]),
    "source without id": _source_without_id,
    "source without path": _source_without_path,
    "early result": _early_result,
    "no result": _put(result=None),
    "both acls": _both_acls,
    "newer members": _newer,
    "callback secrets": _callback,
    "extra members": _put(priority=5, tags=["nightly", {"nested": [1, 2.50, None]}]),
    "quoted secret": _quoted_secret,
    "unknown type": _nothing,
    "unknown status": _nothing,
    "group is id": _nothing,
    "no issuer": _nothing,
    "old name": _nothing,
    "double slash": _nothing,
    "very long name": _nothing,
}
NAMES = tuple(BENDS)


def dealt(index: int) -> str:
    """The oddity of a job, or nothing."""
    return NAMES[index % EVERY] if index % EVERY < len(NAMES) else ""
