"""Search, one job, one group (contract: "Search"), over the world as it stands at the moment of the request."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.content import Facts, Writer
from sandbox.order import Order
from sandbox.world import Planted, World

ASCENDING = {"asc": True, "acs": True, "des": False, "desc": False}
ORDERS = {"dateCreated": "created", "dateUpdated": "updated", "date": "created"}
FILTERS = ("issuer", "type", "status", "groupId", "fileId", "path")
SCAN_SECONDS = 2.0


class BadRequest(ValueError):
    """A query that the API refuses with 400."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """One page: jobs as JSON, and the token of the next."""

    jobs: list[bytes]
    token: str | None

    def payload(self) -> bytes:
        """Write the payload of a search."""
        return b'{"nextPageToken": %b, "jobs": [%b]}' % (json.dumps(self.token).encode(), b",".join(self.jobs))


class Api:
    """The three calls. `tokens` is `offset` or `cursor`; a page holds `cap` jobs at most."""

    def __init__(self, world: World, writer: Writer, *, tokens: str, cap: int) -> None:
        self.world, self._tokens, self._cap = world, tokens, cap
        self._writer = writer

    def search(self, query: dict[str, str], *, most: int | None = None) -> Found:
        """Answer `GET /jobs`, with `most` jobs where the query allows more.

        A filter that matches little gives short pages with a token, so that none takes long.
        """
        with self.world.lock:
            now = self.world.now()
            asked, ascending, order = self._order(query, now)
            size = asked if most is None else min(asked, most)
            wanted = {name: query[name] for name in FILTERS if query.get(name)}
            jobs: list[bytes] = []
            position, patience = self._start(query, order, ascending), time.monotonic() + SCAN_SECONDS
            end = len(order) if ascending else -1
            while position != end and len(jobs) < size and (not jobs or time.monotonic() < patience):
                ref = order.ref(position)
                if ref not in self.world.gone and self._matches(ref, wanted, now):
                    jobs.append(self._write(ref, now))
                position += 1 if ascending else -1
            token = None if position == end else self._token(query, order, position)
        return Found(jobs=jobs, token=token)

    def job(self, job_id: str) -> bytes | None:
        """Answer `GET /jobs/{jobId}`; None where there is none."""
        with self.world.lock:
            now = self.world.now()
            for ref in self._refs(job_id.partition("_")[0], now):
                if self._id(ref, now) == job_id:
                    return self._write(ref, now)
        return None

    def group(self, group_id: str) -> bytes | None:
        """Answer `GET /jobs/groups/{groupId}`; None where there is none."""
        with self.world.lock:
            now = self.world.now()
            refs = self._refs(group_id.partition("_")[0], now)
            jobs = [self._write(ref, now) for ref in refs if self._matches(ref, {"groupId": group_id}, now)]
        return b"[%b]" % b",".join(jobs) if jobs else None

    def delete(self, job_id: str) -> bool:
        """Let a job be gone."""
        with self.world.lock:
            now = self.world.now()
            refs = [ref for ref in self._refs(job_id.partition("_")[0], now) if self._id(ref, now) == job_id]
            self.world.gone.update(refs)
        return bool(refs)

    def _order(self, query: dict[str, str], now: int) -> tuple[int, bool, Order]:
        size = query.get("pageSize", "20")
        if not size.isdigit() or int(size) < 1:
            raise BadRequest("pageSize must be a positive number")
        direction, by = query.get("orderDirection") or "des", query.get("orderBy") or "dateCreated"
        if direction not in ASCENDING or by not in ORDERS:
            raise BadRequest("unknown orderBy or orderDirection")
        return min(int(size), self._cap), ASCENDING[direction], self._jobs(query, now, updated=ORDERS[by] == "updated")

    def _jobs(self, query: dict[str, str], now: int, *, updated: bool) -> Order:
        """The jobs to look through: all, or those of the group that the query names."""
        every = self.world.by_updated(now) if updated else self.world.by_created(now)
        if not query.get("groupId"):
            return every
        return self.world.few(self._refs(query["groupId"].partition("_")[0], now), now, updated=updated)

    def _matches(self, ref: int, wanted: dict[str, str], now: int) -> bool:
        return not wanted or all(_holds(self._facts(ref, now), name, value) for name, value in wanted.items())

    def _refs(self, group: str, now: int) -> Iterator[int]:
        """The jobs that could be of a group, planted ones first, so that they stand for generated ones of their id."""
        yield from (-1 - n for n, planted in enumerate(self.world.planted) if -1 - n not in self.world.gone)
        yield from (i for i in self.world.group_of(group) if i not in self.world.gone and self.world.created[i] <= now)

    def _id(self, ref: int, now: int) -> str:
        return self._planted(ref).id if ref < 0 else self._writer.facts(ref, now).id

    def _write(self, ref: int, now: int) -> bytes:
        return self._planted(ref).raw if ref < 0 else self._writer.job(ref, now)

    def _facts(self, ref: int, now: int) -> Facts:
        if ref >= 0:
            return self._writer.facts(ref, now)
        planted = self._planted(ref)
        read = members(planted.raw)
        sources = read.get("sources")
        source = sources[0] if isinstance(sources, list) and sources and isinstance(sources[0], dict) else {}
        texts = {name: str(read.get(name) or "") for name in ("type", "status", "issuer")}
        path, file_id = str(source.get("path") or ""), str(source.get("fileId") or "")
        return Facts(id=planted.id, group=planted.group, path=path, file_id=file_id, odd="", **texts)

    def _planted(self, ref: int) -> Planted:
        return self.world.planted[-1 - ref]

    def _token(self, query: dict[str, str], order: Order, position: int) -> str:
        place = position if self._tokens == "offset" else list(order.key(position))
        if self._tokens == "offset" and not ASCENDING[query.get("orderDirection") or "des"]:
            place = len(order) - 1 - position
        text = json.dumps([_fingerprint(query), place])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _start(self, query: dict[str, str], order: Order, ascending: bool) -> int:
        """The position at which a page begins: an offset shifts with what comes and moves, a cursor does not."""
        token = query.get("nextPageToken")
        if not token:
            return 0 if ascending else len(order) - 1
        try:
            fingerprint, place = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
            position = order.position(tuple(place)) if self._tokens == "cursor" else int(place)
        except (ValueError, TypeError) as why:
            raise BadRequest("nextPageToken is not valid") from why
        if fingerprint != _fingerprint(query):
            raise BadRequest("nextPageToken belongs to another search")
        if self._tokens == "offset":
            return min(position, len(order)) if ascending else max(-1, len(order) - 1 - position)
        return _of_cursor(order, position, tuple(place), ascending)


def _of_cursor(order: Order, position: int, key: tuple[int, ...], ascending: bool) -> int:
    """Where a cursor leads whose job may have moved away: the next one in its direction."""
    if ascending or (position < len(order) and order.key(position) == key):
        return position
    return position - 1


def _holds(facts: Facts, name: str, value: str) -> bool:
    match name:
        case "path":
            return facts.path == value or facts.path.startswith(value.rstrip("/") + "/")
        case "groupId":
            return facts.group == value
        case "fileId":
            return facts.file_id == value
    return value == {"type": facts.type, "status": facts.status, "issuer": facts.issuer}[name]


def _fingerprint(query: dict[str, str]) -> str:
    text = json.dumps(sorted(item for item in query.items() if item[0] != "nextPageToken"))
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def members(raw: bytes) -> dict[str, object]:
    """Read a planted record; one that is none has no members."""
    try:
        read = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}
