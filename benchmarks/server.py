"""The web servers that are measured: Jobdeck as `./deck up` runs it, and others, one at a time."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from benchmarks.given import Given
from dashboard.commands import up
from dashboard.services import home, process

HOST = up.HOST
JOBDECK = "dashboard.wsgi"
START_SECONDS, STOP_SECONDS = 60, 10
BETWEEN = 0.1


@dataclass(kw_only=True)
class Server:
    """A running server, and the port on which it listens."""

    port: int
    process: process.Process

    def memory(self) -> float:
        """What its processes take together, in MB: what they share counts once."""
        return memory_of(self.process.pid)

    def private(self) -> dict[int, int]:
        """The bytes that each worker holds for itself and shares with nobody, by its number."""
        workers = process.descendants(self.process.pid)
        return {pid: _held(pid, "Private_Clean") + _held(pid, "Private_Dirty") for pid in workers}


@dataclass(kw_only=True)
class Peak:
    """The most memory that a server takes while this is entered, in MB."""

    server: Server
    most: float = 0.0
    _done: threading.Event = field(default_factory=threading.Event, init=False)
    _thread: threading.Thread = field(init=False)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            self.most = max(self.most, self.server.memory())
            if self._done.wait(BETWEEN):
                return


def jobdeck(given: Given, application: str = JOBDECK) -> AbstractContextManager[Server]:
    """Serve Jobdeck, or another application under the same settings, where a part is told to."""
    return serving(gunicorn(application), home.log(given.folder, "web"), up.SESSION, port=given.port)


@contextmanager
def serving(
    words: Sequence[str], log: Path, variables: Mapping[str, str] | None = None, *, port: int | None = None
) -> Iterator[Server]:
    """Run a module of Python that serves pages; `{port}` in `words` is the port on which it is to listen."""
    port = port or free_port()
    command = [sys.executable, *(word.format(port=port) for word in words)]
    with process.undisturbed():
        child = process.launch(command, log, environment={"PORT": str(port), **(variables or {})}, folder=home.ROOT)
    try:
        if not process.wait_for(lambda: child.poll() is not None or _listens(port), seconds=START_SECONDS):
            raise process.DidNotStart(f"{words[1]} does not answer; see {log}")
        if child.poll() is not None:
            raise process.DidNotStart(f"{words[1]} ended; see {log}")
        yield Server(port=port, process=child)
    finally:
        _stop(child)


def gunicorn(application: str) -> list[str]:
    """The words that serve `application` as `./deck up` serves Jobdeck."""
    return [*(application if word == JOBDECK else word for word in up.WEB), "--bind", f"{HOST}:{{port}}"]


def memory_of(pid: int) -> float:
    """What a process and its descendants take together, in MB: what they share counts once."""
    return round(sum(_held(each, "Pss") for each in [pid, *process.descendants(pid)]) / (1 << 20), 1)


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as line:
        line.bind((HOST, 0))
        port: int = line.getsockname()[1]
        return port


def _stop(child: process.Process) -> None:
    """Ask the server to end; kill what is left of its session."""
    child.send_signal(signal.SIGTERM)
    process.wait_for(lambda: child.poll() is not None, seconds=STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _listens(port: int) -> bool:
    with socket.socket() as line:
        line.settimeout(1)
        return line.connect_ex((HOST, port)) == 0


def _held(pid: int, name: str) -> int:
    """A figure of a process's memory, in bytes; nothing of one that has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) << 10
    return 0
