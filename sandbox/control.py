"""The control plane, `/_sandbox/…`: for tests and demonstrations; no part of the Jobs API."""

import json
import time
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote

from sandbox import faults
from sandbox.faults import Faults
from sandbox.search import Api, members
from sandbox.world import Planted

LOG_KEPT = 10_000


@dataclass
class Control:
    """What can be done to a sandbox while it runs, and what it has been asked."""

    api: Api
    faults: Faults
    requests: list[dict[str, object]] = field(default_factory=list)

    def log(self, method: str, path: str, query: dict[str, str], status: int) -> None:
        """Remember a request to the Jobs API."""
        self.requests.append({"method": method, "path": path, "query": query, "status": status, "at": time.time()})
        del self.requests[:-LOG_KEPT]

    def handle(self, method: str, path: str, query: dict[str, str], body: bytes) -> tuple[int, object]:
        """Do what `method path` says; give a status and what to answer."""
        try:
            match method, path.split("/")[2:]:
                case "GET", ["requests"]:
                    return 200, self.requests
                case "DELETE", ["requests"]:
                    self.requests.clear()
                case "PUT", ["faults"]:
                    self.faults.faults = faults.parse(body.decode())
                case "POST", ["clock"]:
                    self.api.world.advance(float(body))
                case "POST", ["jobs"]:
                    self._plant(body, query)
                case "DELETE", ["jobs", job_id]:
                    return (200, {}) if self.api.delete(unquote(job_id)) else (404, {"error": "no such job"})
                case _:
                    return 404, {"error": f"no {method} {path}"}
        except ValueError as why:
            return 400, {"error": str(why)}
        return 200, {}

    def _plant(self, raw: bytes, query: dict[str, str]) -> None:
        """Put a record in, byte for byte; dates that cannot be read place it first, as the newest."""
        world, read = self.api.world, members(raw)
        with world.lock:
            places = {name: query.get(name) or read.get(name) for name in ("dateCreated", "dateUpdated")}
            created, updated = (_moment(place, world.now()) for place in places.values())
            job_id, group = str(read.get("id") or ""), str(read.get("groupId") or "")
            if job_id and not any(planted.id == job_id for planted in world.planted):
                self.api.delete(job_id)
            world.plant(Planted(raw=raw, id=job_id, group=group or job_id, created=created, updated=updated))


def _moment(text: object, otherwise: int) -> int:
    try:
        return int(datetime.fromisoformat(str(text)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return otherwise


def written(value: object) -> bytes:
    """Write an answer."""
    return json.dumps(value).encode()
