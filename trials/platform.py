"""Runs a sandbox as a process of its own, and speaks to its control plane."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from requests import Response, request

ROOT = Path(__file__).resolve().parent.parent
APP_ID = "tests"
SECRET = "the-shared-secret-of-the-tests-0123456789"  # noqa: S105 - it opens a sandbox alone


@dataclass(frozen=True, kw_only=True)
class SandboxProcess:
    """A running sandbox at `url`; `app_id` and `secret` open its API."""

    url: str
    app_id: str = APP_ID
    secret: str = SECRET

    def plant(self, job: dict[str, Any] | bytes, **places: str) -> None:
        """Put a record in, byte for byte; `dateCreated` and `dateUpdated` place it where its own dates do not."""
        raw = job if isinstance(job, bytes) else json.dumps(job).encode()
        self._ask("POST", "jobs", data=raw, params=places)

    def patch(self, job_id: str, *, keep_dates: bool = False, **members: Any) -> dict[str, Any]:
        """Change members of a job, and give it; it was updated now, unless its dates are kept or given."""
        places = {"keepDates": "1"} if keep_dates else {}
        path = f"jobs/{quote(job_id, safe='')}"
        changed: dict[str, Any] = self._ask("PATCH", path, data=json.dumps(members).encode(), params=places).json()
        return changed

    def jobs(self) -> list[dict[str, Any]]:
        """Every job that there is, as of one moment, the oldest first."""
        found: list[dict[str, Any]] = self._ask("GET", "jobs").json()["jobs"]
        return found

    def delete(self, job_id: str) -> None:
        """Let a job be gone."""
        self._ask("DELETE", f"jobs/{quote(job_id, safe='')}")

    def empty(self) -> None:
        """Let there never have been a job."""
        self._ask("DELETE", "jobs")

    def faults(self, text: str) -> None:
        """Set the faults, as `--faults` has them."""
        self._ask("PUT", "faults", data=text.encode())

    def advance(self, seconds: float) -> None:
        """Move the clock forward, or back."""
        self._ask("POST", "clock", data=str(seconds).encode())

    def now(self) -> int:
        """What the clock says, in milliseconds since 1970."""
        said: int = self._ask("GET", "clock").json()["now"]
        return said

    def hooks(self, *, callback: str = "", webhook: str = "", headers: dict[str, str] | None = None) -> None:
        """Have callbacks and webhooks sent there from now on, callbacks with these headers."""
        targets = {"callback": callback, "webhook": webhook, "headers": headers or {}}
        self._ask("PUT", "hooks", data=json.dumps(targets).encode())

    def told(self) -> dict[str, int]:
        """How many callbacks and webhooks there were: `told`, and of them `delivered`, or `failed` for good."""
        counts: dict[str, int] = self._ask("GET", "hooks").json()
        return counts

    def rotate(self, secret: str) -> "SandboxProcess":
        """Give it another shared secret; what is given back knows it."""
        self._ask("PUT", "secret", data=secret.encode())
        return replace(self, secret=secret)

    def requests(self) -> list[dict[str, Any]]:
        """What the API was asked since the last `forget`."""
        asked: list[dict[str, Any]] = self._ask("GET", "requests").json()
        return asked

    def forget(self) -> None:
        """Begin a new log of requests."""
        self._ask("DELETE", "requests")

    def _ask(self, method: str, path: str, **more: Any) -> Response:
        reply = request(method, f"{self.url}/_sandbox/{path}", timeout=60, **more)
        reply.raise_for_status()
        return reply


@contextmanager
def sandbox(*options: str) -> Iterator[SandboxProcess]:
    """Run a sandbox with `options` on any free port."""
    command = [sys.executable, "-m", "sandbox", "--app-id", APP_ID, *options]
    environment = {"MEDIA_PLATFORM_SHARED_SECRET": SECRET, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd="/") as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line.startswith("sandbox: "), line
            yield SandboxProcess(url=line.removeprefix("sandbox: ").strip())
        finally:
            process.terminate()
