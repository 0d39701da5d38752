"""Push (contract: "Push"): what the platform says by itself of jobs that have ended, whether or not anybody asks.

A thread of its own looks for them, sends, and sends again what was not taken. Each request is built when it is sent:
a webhook is signed with the secret of that moment, by the machine's clock as receivers check it, and keeps its event's
id.
"""

import heapq
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from threading import Event, Lock, Thread
from typing import Any

import requests

from sandbox.auth import Guard
from sandbox.search import Api

TICK = 0.2
TRIES, FIRST_WAIT = 5, 0.25
TIMEOUT = 5
VALID_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Targets:
    """Where callbacks and webhooks go, nowhere by default, and the headers of callbacks."""

    callback: str = ""
    webhook: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Push:
    """One message: a callback or a webhook, to whom, of which job, and the id of its event."""

    kind: str
    targets: Targets
    job: Callable[[], bytes]
    event: str


@dataclass
class Counts:
    """How many messages there were, how many of them were taken, and how many given up."""

    told: int = 0
    delivered: int = 0
    failed: int = 0


class Hooks:
    """Tells its targets of every job that ends, from when they are set on."""

    def __init__(self, api: Api, guard: Guard) -> None:
        self._api, self._guard = api, guard
        self._targets, self._until = Targets(), 0
        self._lock, self._wake = Lock(), Event()
        self._due: list[tuple[float, int, int, Push]] = []
        self._counts = Counts()

    def start(self) -> None:
        """Send from now on."""
        Thread(target=self._run, daemon=True).start()

    def set(self, targets: Targets) -> None:
        """Tell these from now on; what waits still goes to the former ones."""
        with self._lock:
            if self._targets == Targets():
                self._until = self._api.moment()
            self._targets = targets

    def notice(self) -> None:
        """Find the generated jobs that have ended since the last time."""
        with self._lock:
            if self._targets != Targets():
                view, ended = self._api.ended(self._until)
                self._until = view.now
                for index in ended:
                    if view.is_there(index) and view.facts(index).ended:
                        self._queue(partial(view.write, index))

    def tell(self, job: bytes) -> None:
        """Say that this job has ended."""
        with self._lock:
            self._queue(lambda: job)
        self._wake.set()

    def counts(self) -> dict[str, int]:
        """How many messages there were, and what has become of them."""
        with self._lock:
            return asdict(self._counts)

    def _queue(self, job: Callable[[], bytes]) -> None:
        for kind in ("callback", "webhook"):
            if getattr(self._targets, kind):
                self._counts.told += 1
                push = Push(kind=kind, targets=self._targets, job=job, event=os.urandom(16).hex())
                heapq.heappush(self._due, (time.monotonic(), self._counts.told, 0, push))

    def _run(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while True:
                self.notice()
                while due := self._next():
                    self._deliver(session, *due)
                self._wake.wait(TICK)
                self._wake.clear()

    def _next(self) -> tuple[int, int, Push] | None:
        with self._lock:
            if self._due and self._due[0][0] <= time.monotonic():
                return heapq.heappop(self._due)[1:]
        return None

    def _deliver(self, session: requests.Session, number: int, tries: int, push: Push) -> None:
        """Send a message; where it is not taken, later again, and at last no more."""
        taken = self._is_taken(session, push)
        with self._lock:
            if taken:
                self._counts.delivered += 1
            elif tries + 1 < TRIES:
                heapq.heappush(self._due, (time.monotonic() + FIRST_WAIT * 2**tries, number, tries + 1, push))
            else:
                self._counts.failed += 1

    def _is_taken(self, session: requests.Session, push: Push) -> bool:
        address, headers, body = self._request(push)
        try:
            reply = session.post(address, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False)
        except (requests.RequestException, ValueError):
            return False
        return 200 <= reply.status_code < 300

    def _request(self, push: Push) -> tuple[str, dict[str, str], bytes]:
        """The address, headers and body of a message."""
        targets, job = push.targets, push.job()
        if push.kind == "callback":
            headers = {"Content-Type": "application/json", **targets.headers}
            return targets.callback, headers, b'{"job": %b, "attachment": {}}' % job
        now = int(time.time())
        event = {"id": push.event, "type": "file_transcode_completed", "body": json.loads(job)}
        claims: dict[str, Any] = {"iat": now, "exp": now + VALID_SECONDS, "jti": os.urandom(6).hex(), "event": event}
        return targets.webhook, {"Content-Type": "application/jwt"}, self._guard.sign(claims).encode()


def parse(text: str) -> Targets:
    """Read one address for both, or a JSON object with `callback`, `webhook` and `headers`; raise `ValueError`."""
    text = text.strip()
    given: dict[str, Any] = json.loads(text) if text.startswith("{") else {"callback": text, "webhook": text}
    targets = Targets(**{name: given.pop(name) for name in ("callback", "webhook", "headers") if name in given})
    if given:
        raise ValueError(f"hooks have no {', '.join(given)}; there are callback, webhook, headers")
    for address in (targets.callback, targets.webhook):
        if not isinstance(address, str) or (address and not address.startswith(("http://", "https://"))):
            raise ValueError("callback and webhook are addresses with http:// or https:// in front")
    if not isinstance(targets.headers, dict) or not all(isinstance(value, str) for value in targets.headers.values()):
        raise ValueError("headers is an object of texts")
    return targets
