"""The web server as `./deck up` runs it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import visitor
from benchmarks.given import Given
from dashboard.commands import up
from dashboard.services import home, process
from dashboard.services.process import DidNotStart, descendants, wait_for

PAGES = "dashboard.wsgi"
SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Server:
    """A web server that runs."""

    port: int
    pid: int

    def memory(self) -> dict[int, int]:
        """The bytes that each worker holds for itself and shares with nobody, by its number."""
        return {pid: _private(pid) for pid in descendants(self.pid)}


@contextmanager
def serving(given: Given, application: str = PAGES) -> Iterator[Server]:
    """Have it run, or another application under the same settings."""
    words = [application if word == PAGES else word for word in up.WEB]
    command = [sys.executable, *words, "--bind", f"{up.HOST}:{given.port}"]
    log = home.log(given.folder, "web")
    with process.undisturbed():
        child = process.launch(command, log, environment=up.SESSION, folder=home.ROOT)
    try:
        if not wait_for(lambda: child.poll() is not None or _answers(given.port), seconds=SECONDS) or child.poll():
            raise DidNotStart(f"The web server did not start; see {log}.")
        yield Server(port=given.port, pid=child.pid)
    finally:
        child.terminate()
        child.wait()


def _answers(port: int) -> bool:
    try:
        return visitor.ask(visitor.connect(port), "/healthz", {}).status > 0
    except OSError:
        return False


def _private(pid: int) -> int:
    """What a process has of its own, in bytes."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))
