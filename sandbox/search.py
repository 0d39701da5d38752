"""Search, one job, one group (contract: "Search"), over the world as it stands at the moment of the request."""

import base64
import hashlib
import json
import time
from dataclasses import dataclass

from sandbox.clock import SECOND
from sandbox.content import Writer
from sandbox.order import Order
from sandbox.view import View
from sandbox.world import World

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
    """The three calls. `tokens` is `offset` or `cursor`; a page holds `cap` jobs at most.

    Searches show what was there `lag` seconds ago, one job and one group what is there now.
    """

    def __init__(self, world: World, writer: Writer, *, tokens: str, cap: int, lag: float = 0) -> None:
        self.world, self._tokens, self._cap = world, tokens, cap
        self._writer, self._lag = writer, int(lag * SECOND)
        world.ledger.keep = self._lag

    def view(self, ago: int = 0) -> View:
        """What is there, or was `ago` nanoseconds ago; the world's lock must be held for as long as it is used."""
        at = self.world.clock.tick() - ago
        now = self.world.clock.latest(at)
        self.world.grow(now)
        return View(world=self.world, writer=self._writer, at=at, now=now)

    def search(self, query: dict[str, str], *, most: int | None = None) -> Found:
        """Answer `GET /jobs`, with `most` jobs where the query allows more.

        A filter that matches little gives short pages with a token, so that none takes long.
        """
        with self.world.lock:
            view = self.view(self._lag)
            asked, ascending, order = self._order(query, view)
            size = asked if most is None else min(asked, most)
            wanted = {name: query[name] for name in FILTERS if query.get(name)}
            jobs: list[bytes] = []
            position, patience = self._start(query, order, ascending), time.monotonic() + SCAN_SECONDS
            end = len(order) if ascending else -1
            while position != end and len(jobs) < size and (not jobs or time.monotonic() < patience):
                ref = order.ref(position)
                if view.is_there(ref) and view.matches(ref, wanted):
                    jobs.append(view.write(ref))
                position += 1 if ascending else -1
            token = None if position == end else self._token(query, order, position)
        return Found(jobs=jobs, token=token)

    def job(self, job_id: str) -> bytes | None:
        """Answer `GET /jobs/{jobId}`; None where there is none."""
        with self.world.lock:
            view = self.view()
            ref = view.find(job_id)
            return None if ref is None else view.write(ref)

    def group(self, group_id: str) -> bytes | None:
        """Answer `GET /jobs/groups/{groupId}`; None where there is none."""
        with self.world.lock:
            view = self.view()
            jobs = [view.write(ref) for ref in view.group(group_id)]
        return b"[%b]" % b",".join(jobs) if jobs else None

    def _order(self, query: dict[str, str], view: View) -> tuple[int, bool, Order]:
        size = query.get("pageSize", "20")
        if not size.isdigit() or int(size) < 1:
            raise BadRequest("pageSize must be a positive number")
        direction, by = query.get("orderDirection") or "des", query.get("orderBy") or "dateCreated"
        if direction not in ASCENDING or by not in ORDERS:
            raise BadRequest("unknown orderBy or orderDirection")
        updated, group = ORDERS[by] == "updated", query.get("groupId")
        order = view.few(view.group(group), updated=updated) if group else view.order(updated=updated)
        return min(int(size), self._cap), ASCENDING[direction], order

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


def _fingerprint(query: dict[str, str]) -> str:
    text = json.dumps(sorted(item for item in query.items() if item[0] != "nextPageToken"))
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
