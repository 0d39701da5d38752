"""Runs processes together: starts them, brings back what dies, and stops them in reverse."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from dashboard.services import home as place
from dashboard.services.process import wait_for

START_SECONDS = 45
STOP_SECONDS = 4
STEADY_SECONDS = 30
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0
LOG_LINES = 8

Process = subprocess.Popen[bytes]


class DidNotStart(Exception):
    """A process that ended or was not ready in time; the text ends with the last lines of its log."""


@dataclass(kw_only=True)
class Child:
    """One process: how it is started, when it is ready, and what tells it to stop."""

    name: str
    start: Callable[[], Process]
    is_ready: Callable[[], bool] = lambda: True
    stop_signal: signal.Signals = signal.SIGTERM
    process: Process | None = field(default=None, init=False)
    started: float = field(default=0.0, init=False)
    pause: float = field(default=FIRST_PAUSE, init=False)

    def run(self) -> None:
        """Start it; what the last one left of its session goes first."""
        self.kill()
        self.process, self.started = self.start(), time.monotonic()

    def has_ended(self) -> bool:
        """Tell whether it does not run any more, or not yet."""
        return self.process is None or self.process.poll() is not None

    def stop(self) -> None:
        """Ask it to stop."""
        if self.process is not None and not self.has_ended():
            self.process.send_signal(self.stop_signal)

    def kill(self) -> None:
        """Kill what is left of its session."""
        if self.process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_SECONDS)


class Supervisor:
    """The children of one data folder, in the order in which they were started; leaving it stops them all."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._groups: list[tuple[Child, ...]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, *children: Child) -> None:
        """Start children side by side and wait until all are ready; raise `DidNotStart` where one is not."""
        self._groups.append(children)
        for child in children:
            child.run()
        for child in children:
            self._wait(child)

    def watch(self, *, until: Callable[[], bool]) -> None:
        """Bring back what dies, ever more slowly if it does not live long, until `until` holds."""
        children = [child for group in self._groups for child in group]
        while not until():
            for child in children:
                if child.has_ended():
                    self._revive(child, until)
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop the children, those started last first, and kill what does not stop in time."""
        while self._groups:
            group = self._groups.pop()
            for child in group:
                child.stop()
            wait_for(partial(_all_ended, group), seconds=STOP_SECONDS)
            for child in group:
                child.kill()

    def _wait(self, child: Child) -> None:
        wait_for(lambda: child.has_ended() or child.is_ready(), seconds=START_SECONDS)
        if child.has_ended() or not child.is_ready():
            raise DidNotStart(f"{child.name} did not start.\n{self._said(child)}")

    def _revive(self, child: Child, until: Callable[[], bool]) -> None:
        steady = time.monotonic() - child.started > STEADY_SECONDS
        child.pause = FIRST_PAUSE if steady else min(LONGEST_PAUSE, child.pause * 2)
        print(f"{child.name} ended; starting it again.\n{self._said(child)}", file=sys.stderr)  # noqa: T201
        if not wait_for(until, seconds=child.pause):
            child.run()

    def _said(self, child: Child) -> str:
        with suppress(OSError):
            lines = place.log(self._home, child.name).read_text(errors="replace").splitlines()[-LOG_LINES:]
            return "\n".join(f"  {child.name}: {line}" for line in lines)
        return ""


def _all_ended(group: tuple[Child, ...]) -> bool:
    return all(child.has_ended() for child in group)
