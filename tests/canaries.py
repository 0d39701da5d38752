"""Jobs with planted secrets: one for each place in which a secret may ride, and for each way a record may break."""

import json
from typing import Any

CANARY = "canary7f3a"


def word(place: str) -> str:
    """The secret planted at `place`: long, and made of characters that headers and queries carry."""
    return f"{CANARY}-{place}-Zm9vYmFy+/="


def user(place: str) -> str:
    """The same as an address carries it before its host."""
    return word(place).replace("/", ".")


def source(name: str) -> str:
    """An address with secrets in every part that may hold one."""
    who = f"{user(name + '-user')}:{user(name + '-password')}"
    return f"https://{who}@example.com/v.mp4?X-Signature={word(name + '-query')}#{word(name + '-fragment')}"


def callback(name: str) -> dict[str, Any]:
    """A callback with secrets in its address and its headers."""
    return {
        "url": f"https://{user(name + '-user')}@hooks.example.com/x?token={word(name + '-query')}",
        "headers": {"X-Token": word(f"{name}-header")},
        "attachment": {"kept": "yes"},
    }


def specification(name: str) -> dict[str, Any]:
    """What an import of such a source is asked."""
    return {
        "sourceUrl": source(name),
        "externalAuthorization": {"headers": {"Authorization": f"Bearer {word(name)}", "X": [word(f"{name}-list")]}},
        "destination": {"path": "/in/v.mp4", "acl": "private"},
        "jobCallback": {"callback": callback(f"{name}-inner")},
    }


def job(name: str, stamp: str, **members: Any) -> dict[str, Any]:
    """A failed import whose message quotes its source."""
    return {
        "id": f"canary-group_canary-{name}",
        "groupId": "canary-group",
        "type": "urn:job:import.file",
        "issuer": "urn:app:tests",
        "status": "error",
        "sources": [],
        "specification": specification(name),
        "callback": callback(name),
        "result": {"code": 500, "message": f"GET {source(name)} gave 403", "payload": None},
        "dateCreated": stamp,
        "dateUpdated": stamp,
    } | members


def planted(stamp: str) -> list[bytes]:
    """The records, as a platform might send them at `stamp`."""
    written = [
        json.dumps(job("whole", stamp)),
        json.dumps(job("unknown", stamp, type="urn:job:new", deep=[{"x": specification("deep")}])),
        json.dumps(job("nameless", stamp, id=None)),
        json.dumps(job("odd", stamp, note="NUL SURROGATE")).replace("NUL SURROGATE", r"\u0000 \ud800"),
        json.dumps(job("escaped", stamp)).replace("sourceUrl", r"source\u0055rl"),
        json.dumps(job("twice", stamp))[:-1] + f', "callback": {json.dumps(callback("again"))}}}',
        json.dumps(job("nan", stamp, rate=float("nan"))),
        json.dumps(job("number", stamp, id=7)),
    ]
    return [text.encode() for text in written]
