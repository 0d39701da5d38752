"""Runs `./deck up` as its users do, in a folder of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
import psycopg
import requests

from dashboard.services.home import ROOT
from dashboard.services.postgres import Postgres
from trials.platform import SandboxProcess

LINE = re.compile(r"Jobdeck: (http://\S+)  operator: (\S+)  password: (\S+)")
NAMED = ("DATABASE_URL", "CELERY_BROKER_URL", "MEDIA_PLATFORM_URL", "DJANGO_SETTINGS_MODULE")
SWEPT = "SELECT 1 FROM jobs_lane WHERE name = 'sweep' AND finished IS NOT NULL"
PATIENCE = 60


@dataclass(kw_only=True)
class Deck:
    """A running Jobdeck: where it is, and who may sign in."""

    folder: Path
    process: "subprocess.Popen[str]"
    url: str = ""
    operator: str = ""
    password: str = ""
    said: list[str] = field(default_factory=list)

    def api(self, path: str, /, **query: Any) -> Any:
        """What the REST API says, asked with a token of the platform."""
        secret = (self.folder / "secrets" / "sandbox-shared-secret").read_text()
        token = jwt.encode({"iss": "urn:app:sandbox", "exp": int(time.time()) + 600}, secret, algorithm="HS256")
        reply = requests.get(f"{self.url}/_api{path}", params=query, headers={"Authorization": token}, timeout=20)
        reply.raise_for_status()
        return reply.json()["payload"]

    def health(self) -> dict[str, Any]:
        """What `/healthz` says; nothing while nobody answers."""
        try:
            found: dict[str, Any] = requests.get(f"{self.url}/healthz", timeout=5).json()
        except requests.RequestException:
            return {}
        return found

    @property
    def platform(self) -> SandboxProcess:
        """The sandbox that it mirrors."""
        return SandboxProcess(url=f"http://127.0.0.1:{(self.folder / 'sandbox-port').read_text()}")

    @property
    def callback(self) -> dict[str, Any]:
        """Where it wants to be told of jobs, and by which headers it knows who tells."""
        secret = (self.folder / "secrets" / "hook-secret").read_text()
        return {"callback": f"{self.url}/hooks/callback", "headers": {"X-Jobdeck-Secret": secret}}

    def call_back(self, key: str) -> None:
        """Tell of a job, as the platform does."""
        told, (url, headers) = {"job": {"id": key}}, self.callback.values()
        requests.post(url, json=told, headers=headers, timeout=20).raise_for_status()

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask its database; nothing while that does not answer."""
        try:
            with psycopg.connect(Postgres(self.folder).url, connect_timeout=5) as line:
                return line.execute(statement.encode(), values).fetchall()
        except psycopg.OperationalError:
            return []

    def children(self) -> dict[str, int]:
        """The processes that it started, by what they are."""
        words = {
            "postgres": "postgres -D",
            "valkey": "valkey-server",
            "sandbox": "-m sandbox",
            "web": "gunicorn dashboard.wsgi",
            "worker": "celery --app dashboard worker",
            "beat": "celery --app dashboard beat",
        }
        listed = subprocess.run(
            ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(self.process.pid)], capture_output=True, text=True
        )
        found = [line.strip().split(" ", 1) for line in listed.stdout.splitlines()]
        return {name: int(pid) for name, part in words.items() for pid, args in found if part in args}

    def stop(self) -> int:
        """Press Ctrl-C; give the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(20)


def until(condition: Any, *, seconds: float = PATIENCE) -> Any:
    """Wait for what `condition` gives to be true, and give it."""
    end = time.monotonic() + seconds
    while not (met := condition()):
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.1)
    return met


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
    return port


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The variables of a new user, but for these."""
    kept = {name: value for name, value in os.environ.items() if name not in NAMED}
    return kept | {"JOBDECK_DATA_DIR": str(folder), "PORT": str(free_port())} | more


@contextmanager
def deck(folder: Path, **more: str) -> Iterator[Deck]:
    """Run it; leaving stops it."""
    command = [sys.executable, "-m", "dashboard.commands.up"]
    with subprocess.Popen(
        command, env=environment(folder, **more), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        running = Deck(folder=folder, process=process)
        assert process.stdout is not None
        try:
            while not running.url:
                line = process.stdout.readline()
                assert line, "".join(running.said)
                running.said.append(line)
                if found := LINE.search(line):
                    running.url, running.operator, running.password = found.groups()
            yield running
        finally:
            if process.poll() is None:
                running.stop()
