"""The sandbox's clock: it goes on by itself unless it is still, and is moved by hand, forward and back."""

import time
from dataclasses import dataclass

MILLISECOND = 1_000_000
SECOND = 1000 * MILLISECOND
END = 221_845_392_000_000


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The clock was set back: how much time had passed then, what it says from then on, the latest that it had said."""

    passed: int
    said: int
    latest: int


class Clock:
    """Says the time in milliseconds since 1970, and counts in nanoseconds how much has passed since it began.

    Where it is set back it says times for the second time, and what has passed goes on growing: what has happened
    stays in the past. One that is `still` goes on where it is moved alone.
    """

    def __init__(self, epoch: float, *, still: bool = False) -> None:
        self._began, self._moved, self._last = time.monotonic_ns(), 0, 0
        self._still = still
        self._turns = [Turn(passed=0, said=int(epoch * 1000), latest=0)]

    def now(self) -> int:
        """What it says."""
        return _said(self._turns[-1], self._passed())

    def tick(self) -> int:
        """How much has passed, and never the same for two callers, so that one of them comes first."""
        self._last = max(self._passed(), self._last + 1)
        return self._last

    def latest(self, passed: int) -> int:
        """The latest time that it had said when so much had passed."""
        turn = next((turn for turn in reversed(self._turns) if turn.passed <= passed), self._turns[0])
        return max(turn.latest, _said(turn, passed))

    def move(self, seconds: float) -> None:
        """Move it forward, or back; raise `ValueError` where it would leave the years 1970 to 8999."""
        passed, said = self._passed(), self.now()
        if not -said <= seconds * 1000 < END - said:
            raise ValueError("the clock goes from 1970 to 8999: give seconds by which it may move")
        moved = int(seconds * 1000)
        if moved < 0:
            self._turns.append(Turn(passed=passed, said=said + moved, latest=self.latest(passed)))
        self._moved += max(0, moved) * MILLISECOND

    def _passed(self) -> int:
        return self._moved if self._still else time.monotonic_ns() - self._began + self._moved


def _said(turn: Turn, passed: int) -> int:
    return turn.said + (passed - turn.passed) // MILLISECOND
