"""Search, one job, one group (contract: "Search"), over the world as it stands at the moment of the request."""

import json
import time
from dataclasses import dataclass

from sandbox import facts
from sandbox import query as queries
from sandbox.clock import SECOND
from sandbox.content import Writer
from sandbox.order import Order
from sandbox.query import Limits, Query
from sandbox.tokens import Tokens, Walk
from sandbox.view import View
from sandbox.world import World

SCAN_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Found:
    """One page: jobs as JSON, and the token of the next."""

    jobs: list[bytes]
    token: str | None

    def payload(self) -> bytes:
        """Write the payload of a search."""
        return b'{"nextPageToken": %b, "jobs": [%b]}' % (json.dumps(self.token).encode(), b",".join(self.jobs))


class Api:
    """The three calls. Searches show what was there `lag` seconds ago, one job and one group what is there now."""

    def __init__(self, world: World, writer: Writer, *, tokens: Tokens, limits: Limits, lag: float = 0) -> None:
        self.world, self._writer = world, writer
        self._tokens, self._limits, self._lag = tokens, limits, int(lag * SECOND)
        world.ledger.keep = self._lag + tokens.past

    def empty(self) -> None:
        """Let there never have been a job, nor a walk through them."""
        with self.world.lock:
            self.world.ledger.empty(len(self.world.created))
            self._tokens.forget()

    def view(self, ago: int = 0) -> View:
        """What is there, or was `ago` nanoseconds ago; the world's lock must be held for as long as it is used."""
        at = self.world.clock.tick() - ago
        now = self.world.clock.latest(at)
        self.world.grow(now)
        return View(world=self.world, writer=self._writer, at=at, now=now)

    def search(self, asked: dict[str, str], *, most: int | None = None) -> Found:
        """Answer `GET /jobs`, with `most` jobs where the query allows more.

        A filter that matches little gives short pages with a token, so that none takes long.
        """
        query = queries.parse(asked, self._limits)
        with self.world.lock:
            view = self.view(self._lag)
            walk = Walk(view=view, order=_order(query, view), ascending=query.ascending)
            walk, position = self._tokens.start(query, walk)
            return self._page(query, walk, position, query.size if most is None else min(query.size, most))

    def _page(self, query: Query, walk: Walk, position: int, size: int) -> Found:
        view, order, step, end = walk.view, walk.order, walk.step, walk.end
        jobs: list[bytes] = []
        last, patience = position, time.monotonic() + SCAN_SECONDS
        while position != end and len(jobs) < size and (not jobs or time.monotonic() < patience):
            ref = order.ref(position)
            if view.is_there(ref) and (not query.wanted or view.matches(ref, query.wanted)):
                jobs.append(view.write(ref))
                last = position
            position += step
        while position != end and not view.is_there(order.ref(position)):
            position += step  # a cursor would lead back to what has taken the place of this one
        token = None if position == end else self._tokens.write(query, walk, position, last)
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

    def every(self) -> list[bytes]:
        """All jobs at one moment; records that are no JSON are none.

        Others wait until it is settled which they are, and not until all are written.
        """
        with self.world.lock:
            view = self.view()
            order = view.order(updated=False)
            refs = [ref for ref in map(order.ref, range(len(order))) if view.is_there(ref)]
            planted = {ref: raw for ref in refs if ref < 0 and facts.is_json(raw := view.write(ref))}
        return [planted[ref] if ref < 0 else view.write(ref) for ref in refs if ref >= 0 or ref in planted]

    def moment(self) -> int:
        """How far the generated jobs have come."""
        with self.world.lock:
            return self.view().now

    def ended(self, after: int) -> tuple[View, list[int]]:
        """The generated jobs whose time was up since a moment; the view may tell of them without the lock."""
        with self.world.lock:
            view = self.view()
            return view, self.world.ended_in(after, view.now)


def _order(query: Query, view: View) -> Order:
    """The jobs to look through: all, or those of the group that is asked for."""
    group = query.wanted.get("groupId")
    return view.few(view.group(group), updated=query.updated) if group else view.order(updated=query.updated)
