"""Runs processes together: starts them, brings back what dies, and stops them in reverse.

Stopping takes less than 10 s: there are two tiers, what serves and what it needs, and each
has `STOP_SECONDS` to stop by itself and `KILL_SECONDS` to be gone once it is killed.
"""

import os
import signal
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
from dashboard.services.process import DidNotStart, Process, bound, descendants, undisturbed, wait_for

START_SECONDS = 45
STOP_SECONDS = 4
KILL_SECONDS = 0.5
STEADY_SECONDS = 30
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0
LOG_LINES = 8


@dataclass(kw_only=True)
class Child:
    """One process: what goes before it, how it is started, when it is ready, and what tells it to stop."""

    name: str
    start: Callable[[], Process]
    prepare: Callable[[], None] = lambda: None
    is_ready: Callable[[], bool] = lambda: True
    stop_signal: signal.Signals = signal.SIGTERM
    process: Process | None = field(default=None, init=False)
    started: float = field(default=0.0, init=False)
    pause: float = field(default=FIRST_PAUSE, init=False)
    due: float | None = field(default=None, init=False)

    def run(self) -> None:
        """Start it; what the last one left goes first."""
        self.kill()
        wait_for(self.has_ended, seconds=KILL_SECONDS)
        self.prepare()
        with undisturbed():
            self.process = self.start()
        self.started, self.due = time.monotonic(), None

    def has_ended(self) -> bool:
        """Tell whether it does not run any more, or not yet."""
        return self.process is None or self.process.poll() is not None

    def stop(self) -> None:
        """Ask it to stop."""
        if self.process is not None and not self.has_ended():
            self.process.send_signal(self.stop_signal)

    def kill(self) -> None:
        """Kill what is left of it: its session, and what it started that has left that."""
        if self.process is None:
            return
        for pid in [] if self.has_ended() else descendants(self.process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)


class Supervisor:
    """The children of one data folder, in tiers; leaving it stops them all."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._tiers: list[list[Child]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, *children: Child, beside: bool = False) -> None:
        """Start children side by side and wait until all are ready; raise `DidNotStart` where one is not.

        They are a tier, which stops together and before the earlier ones; `beside` puts them into the last one.
        """
        if not beside:
            self._tiers.append([])
        self._tiers[-1] += children
        for child in children:
            child.run()
        for child in children:
            self._wait(child)

    def watch(self) -> None:
        """Look after the children for ever."""
        while True:
            self.tend()
            time.sleep(0.1)

    def tend(self) -> None:
        """Bring back what has died, ever more slowly if it does not live long, and keep the logs bounded."""
        for child in (child for tier in self._tiers for child in tier):
            bound(place.log(self._home, child.name))
            if child.has_ended():
                self._revive(child)

    def stop(self) -> None:
        """Stop the children, the last tier first, and kill what does not stop in time."""
        while self._tiers:
            tier = self._tiers.pop()
            for child in tier:
                child.stop()
            wait_for(partial(_all_ended, tier), seconds=STOP_SECONDS)
            for child in tier:
                child.kill()
            wait_for(partial(_all_ended, tier), seconds=KILL_SECONDS)

    def _wait(self, child: Child) -> None:
        wait_for(lambda: child.has_ended() or child.is_ready(), seconds=START_SECONDS)
        if child.has_ended() or not child.is_ready():
            raise DidNotStart(f"{child.name} did not start.\n{self._said(child)}")

    def _revive(self, child: Child) -> None:
        """Say that it has ended and when it is due again, or start it once it is: nobody waits for another."""
        now = time.monotonic()
        if child.due is None:
            steady = now - child.started > STEADY_SECONDS
            child.pause = FIRST_PAUSE if steady else min(LONGEST_PAUSE, child.pause * 2)
            child.due = now + child.pause
            print(f"{child.name} ended; starting it again.\n{self._said(child)}", file=sys.stderr)  # noqa: T201
        elif now >= child.due:
            child.run()

    def _said(self, child: Child) -> str:
        with suppress(OSError):
            lines = place.log(self._home, child.name).read_text(errors="replace").splitlines()[-LOG_LINES:]
            return "\n".join(f"  {child.name}: {line}" for line in lines)
        return ""


def _all_ended(tier: list[Child]) -> bool:
    return all(child.has_ended() for child in tier)
