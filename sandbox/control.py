"""The control plane, `/_sandbox/…`: for tests and demonstrations; no part of the Jobs API."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote

from sandbox import edits, faults, hooks
from sandbox.auth import Guard
from sandbox.faults import Faults
from sandbox.hooks import Hooks
from sandbox.search import Api

LOG_KEPT = 10_000


class NotThere(Exception):
    """A job that the control plane is asked for and nobody knows."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call of the control plane: the job that its path names, its query and its body."""

    job_id: str
    query: dict[str, str]
    body: bytes


@dataclass
class Control:
    """What can be done to a sandbox while it runs, and what it has been asked."""

    api: Api
    guard: Guard
    faults: Faults
    hooks: Hooks
    requests: list[dict[str, object]] = field(default_factory=list)

    def log(self, method: str, path: str, query: dict[str, str], status: int) -> None:
        """Remember a request to the Jobs API."""
        self.requests.append({"method": method, "path": path, "query": query, "status": status, "at": time.time()})
        del self.requests[:-LOG_KEPT]

    def handle(self, method: str, path: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Do what `method path` says; give a status and what to answer.

        What has ended by then is told of as it was.
        """
        self.hooks.notice()
        name, slash, job_id = path.removeprefix("/_sandbox/").partition("/")
        route = ROUTES.get(f"{method} {name}{slash}")
        if route is None:
            return 404, _written({"error": f"no {method} {path}"})
        try:
            return 200, route(self, Call(job_id=unquote(job_id), query=query, body=body))
        except NotThere:
            return 404, _written({"error": "no such job"})
        except (ValueError, RecursionError) as why:
            return 400, _written({"error": str(why)})

    def _asked(self, _: Call) -> bytes:
        return _written(self.requests)

    def _forget(self, _: Call) -> bytes:
        self.requests.clear()
        return DONE

    def _set_faults(self, call: Call) -> bytes:
        self.faults.faults = faults.parse(call.body.decode())
        return DONE

    def _clock(self, _: Call) -> bytes:
        return _written({"now": self.api.world.clock.now()})

    def _move(self, call: Call) -> bytes:
        with self.api.world.lock:
            self.api.world.clock.move(float(call.body))
        return DONE

    def _rotate(self, call: Call) -> bytes:
        secret = call.body.decode().strip()
        if not secret:
            raise ValueError("give the new shared secret as the body")
        self.guard.secret = secret
        return DONE

    def _set_hooks(self, call: Call) -> bytes:
        self.hooks.set(hooks.parse(call.body.decode()))
        return DONE

    def _hooked(self, _: Call) -> bytes:
        return _written(self.hooks.counts())

    def _jobs(self, _: Call) -> bytes:
        return b'{"jobs": [%b]}' % b",".join(self.api.every())

    def _plant(self, call: Call) -> bytes:
        edits.plant(self.api, call.body, call.query)
        return DONE

    def _empty(self, _: Call) -> bytes:
        self.api.empty()
        return DONE

    def _change(self, call: Call) -> bytes:
        changes = json.loads(call.body)
        if not isinstance(changes, dict):
            raise ValueError("give the members to change as a JSON object")
        changed = edits.change(self.api, call.job_id, changes, keep_dates=call.query.get("keepDates") == "1")
        if changed is None:
            raise NotThere
        if changed.ended:
            self.hooks.tell(changed.job)
        return changed.job

    def _delete(self, call: Call) -> bytes:
        if not edits.delete(self.api, call.job_id):
            raise NotThere
        return DONE


ROUTES: dict[str, Callable[[Control, Call], bytes]] = {
    "GET requests": Control._asked,
    "DELETE requests": Control._forget,
    "PUT faults": Control._set_faults,
    "GET clock": Control._clock,
    "POST clock": Control._move,
    "PUT secret": Control._rotate,
    "PUT hooks": Control._set_hooks,
    "GET hooks": Control._hooked,
    "GET jobs": Control._jobs,
    "POST jobs": Control._plant,
    "DELETE jobs": Control._empty,
    "PATCH jobs/": Control._change,
    "DELETE jobs/": Control._delete,
}
DONE = b"{}"


def _written(value: object) -> bytes:
    return json.dumps(value).encode()
