"""What a job says, derived from its index, its place in its lifecycle and the oddities that it was dealt."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec

from sandbox import oddities
from sandbox.dice import Dice, Names
from sandbox.facts import Facts
from sandbox.kinds import FAILURES, KINDS, Json, Kind, Subject
from sandbox.oddities import BENDS, Bend
from sandbox.world import World

ISSUERS = 60
FOLDERS = (
    "/video/input/porcupines",
    "/video/input/series/season 1",
    "/video/input/series/season 2/episodes",
    "/live/recordings/2026/03",
    "/uploads/customers/acme",
    "/uploads/customers/größe & söhne",
    "/uploads/customers/アーカイブ",
    "/archive/legacy/100%_done",
    "/archive/legacy/old_takes",
    "/audio/podcasts",
    "/fonts/latin",
    "/images/catalogue/spring",
)
STEMS = (
    "interview",
    "trailer",
    "episode",
    "teaser",
    "b-roll",
    "keynote",
    "final cut",
    "raw_take",
    "promo=sale",
    "@cover",
    "+bonus",
    "ärger",
)


class Writer:
    """Writes the jobs of a world; `even` ones have no oddities."""

    def __init__(self, world: World, *, even: bool) -> None:
        self._world, self._even = world, even
        self._issuers = [f"urn:app:{Dice(world.seed, 'issuer', n).hex(32)}" for n in range(ISSUERS)]
        self._issuers[7] = f"urn:member:{Dice(world.seed, 'member', 0).hex(32)}"
        self._issuers[23] = f"urn:member:{Dice(world.seed, 'member', 1).hex(32)}"
        self._files = Names(world.seed, "file")
        self._keys = Names(world.seed, "key")

    def facts(self, index: int, now: int) -> Facts:
        """Give what searches compare; cheaper than the whole job."""
        world, number = self._world, self._world.request[index]
        odd = "" if self._even else oddities.dealt(index)
        dice, kind = Dice(world.seed, "facts", number), KINDS[world.kind[number]]
        issuer, path = dice.skewed(self._issuers), _path(dice, number, kind, odd)
        group = world.groups.of(number)
        whole = f"{group}_{self._keys.of(index)}"
        return Facts(
            id=whole,
            group=whole if odd == "group is id" else group,
            type=_named(kind.type, odd),
            status=self._status(index, now, odd),
            issuer=None if odd == "no issuer" else issuer,
            path=path,
            file_id=self._files.of(number),
            odd=odd,
        )

    def job(self, index: int, now: int) -> bytes:
        """Write a whole job."""
        facts, world = self.facts(index, now), self._world
        kind, dice = KINDS[world.kind[world.request[index]]], Dice(world.seed, "content", index)
        subject = Subject(
            dice=dice,
            path=facts.path,
            file_id=facts.file_id,
            folder=facts.path.rpartition("/")[0].replace("/input", "/output"),
            stem=facts.path.rpartition("/")[2].partition(".")[0],
            place=world.place[index],
            made=iso(world.updated(index, now)),
        )
        job: Json = {
            "id": facts.id,
            "groupId": facts.group,
            "type": facts.type,
            "issuer": facts.issuer,
            "status": facts.status,
            "sources": [{"path": facts.path, "fileId": facts.file_id}] if kind.reads else [],
            "specification": kind.specification(subject),
            "result": None,
            "dateCreated": iso(world.created[index]),
            "dateUpdated": subject.made,
        }
        if world.ended[index] <= now:
            job["result"] = _result(dice, facts.status, kind.payload(subject))
        if facts.odd:
            BENDS[facts.odd](Bend(job=job, subject=subject, payload=kind.payload))
        return _written(job, escaped=index % 2 == 0)

    def _status(self, index: int, now: int, odd: str) -> str:
        world = self._world
        if odd == "unknown status":
            return "paused"
        stuck = odd == "early result" and index % 4 == 0
        if now < world.working[index] or stuck:
            return "pending"
        if now < world.ended[index]:
            return "working"
        return "error" if Dice(world.seed, "fate", index).chance(16) or odd == "quoted secret" else "success"


def _written(job: Json, *, escaped: bool) -> bytes:
    """Write a job; what is not ASCII is escaped in some and not in others, as different writers do."""
    text = msgspec.json.encode(job)
    return json.dumps(job).encode() if escaped and not text.isascii() else text


def _path(dice: Dice, number: int, kind: Kind, odd: str) -> str:
    folder, stem = dice.skewed(FOLDERS), f"{dice.of(STEMS)} {number}"
    if odd == "double slash":
        folder = folder.replace("/", "//", 2)
    if odd == "very long name":
        stem = f"{stem} {'and more of the same ' * 11}".strip()
    return f"{folder}/{dice.below(40):02d}/{stem}.{dice.of(kind.sources)}"


def _named(type_: str, odd: str) -> str:
    if odd == "unknown type":
        return "urn:job:text.glyph.pack"
    if odd == "old name" and type_ == "urn:job:av.extra_metadata.replace":
        return "urn:job:av.replace_extra_metadata"
    return type_


def _result(dice: Dice, status: str, payload: Any) -> Json:
    if status != "error":
        return {"code": 0, "message": "OK", "payload": payload}
    code, message = dice.skewed(FAILURES)
    return {"code": code, "message": message, "payload": None}


def iso(moment: int) -> str:
    """Write a date as jobs have it, in whole seconds."""
    return f"{datetime.fromtimestamp(moment // 1000, UTC).isoformat()[:19]}Z"
