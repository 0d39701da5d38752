"""What happens on the platform of the stateful test: jobs come, change and go, the clock turns, something fails."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from trials.choices import BAD, BEHIND, FAULTS, GROUPS, KINDS, MISLEADING, NUMBERS, STATES
from trials.past import Past
from trials.platform import SandboxProcess
from trials.worlds import EPOCH, World

MOST_BAD, MOST_JOBS = 10, 24


class Played(RuleBasedStateMachine):
    """A platform, and what it has said so far.

    `sure` says that a complete tail brings all that it can find; `fresh` that there has been no sweep when it began.
    """

    platform: SandboxProcess
    world: World

    def __init__(self) -> None:
        super().__init__()
        self.past = Past(datetime.fromisoformat(EPOCH))
        self.number = self.bad = 0
        self.sure, self.fresh = self.world.sure, True
        self.platform.empty()
        self.platform.faults("")
        self.platform.advance(self.past.clock.timestamp() - self.platform.now() / 1000)

    @precondition(lambda self: len(self.past.jobs) < MOST_JOBS)
    @rule(count=st.integers(1, 5), state=STATES, kind=KINDS, group=GROUPS, behind=BEHIND)
    def create(self, count: int, state: str, kind: str, group: str, behind: float) -> None:
        """Let jobs come, all of one second."""
        self._spread()
        for _ in range(count):
            key = f"{group or f'g{self.number}'}_{self.number}"
            stamp = _iso(self.past.clock)
            job = {"id": key, "groupId": key.partition("_")[0], "type": kind, "dateCreated": stamp, "came": stamp}
            self._say(job | {"note": "\ud800 \0"}, state, self._ago(behind))

    @precondition(lambda self: self.past.jobs)
    @rule(number=NUMBERS, state=STATES, behind=BEHIND, again=st.booleans())
    def change(self, number: int, state: str, behind: float, again: bool) -> None:
        """Let a job go on, be requeued, or come back; maybe in the second in which it changed last."""
        key = self._any(number)
        date = self.past.date(key, self._ago(behind), again=again)
        if date is None:
            self._move(1)
            date = self.past.date(key, self.past.clock, again=False)
        if date is not None:
            self._say(self.past.jobs[key].members, state, date)

    @precondition(lambda self: self.past.jobs)
    @rule(number=NUMBERS, state=STATES, name=st.sampled_from(["dateUpdated", "dateCreated"]))
    def lose_a_date(self, number: int, state: str, name: str) -> None:
        """Let a job change and lose a date."""
        key = self._any(number)
        date = self.past.date(key, self.past.clock, again=False)
        if date is not None:
            members = {**self.past.jobs[key].members, name: None}
            self._say(members, state, None if name == "dateUpdated" else date)

    @precondition(lambda self: self.past.there())
    @rule(number=NUMBERS)
    def delete(self, number: int) -> None:
        """Let a job be gone."""
        keys = self.past.there()
        if keys:
            key = keys[number % len(keys)]
            self.platform.delete(key)
            self.past.delete(key)
            self.sure &= not self.world.shifts

    @precondition(lambda self: len(self.past.there()) < len(self.past.jobs))
    @rule(number=NUMBERS)
    def restore(self, number: int) -> None:
        """Let a job that was gone be there as it was."""
        keys = [key for key, story in self.past.jobs.items() if not story.there]
        key = keys[number % len(keys)]
        members = self.past.jobs[key].members
        self._plant(members)
        self.past.jobs[key].there = True
        self.past.hidden.add(key)

    @precondition(lambda self: self.bad < MOST_BAD)
    @rule(kind=BAD)
    def plant_a_bad_record(self, kind: bytes) -> None:
        """Let there be a record that cannot be a job."""
        self._spread()
        self.bad += 1
        stamp = _iso(self.past.clock)
        self.platform.plant(kind % self.bad, dateCreated=stamp, dateUpdated=stamp)

    @rule(seconds=st.sampled_from([-3600, -5, 1, 5, 3600]))
    def turn_the_clock(self, seconds: int) -> None:
        """Set the platform's clock forward or back."""
        self._move(seconds)
        self.sure &= seconds > 0

    @rule(text=FAULTS)
    def break_or_mend(self, text: str) -> None:
        """Let the platform fail from now on, or work again."""
        self.platform.faults(text)
        misleads = text.startswith(MISLEADING) and (self.fresh or text.startswith("empty"))
        self.sure &= not misleads

    def _say(self, members: dict[str, Any], state: str, date: datetime | None) -> None:
        self.number += 1
        self._put(members | {"status": state, "n": self.number, "dateUpdated": date and _iso(date)})

    def _put(self, members: dict[str, Any]) -> None:
        """Let a job be this."""
        self._plant(members)
        self.past.put(members)

    def _plant(self, members: dict[str, Any]) -> None:
        """Put a job in, in its place among those that were created, even where it does not say when."""
        self.platform.plant(members, dateCreated=members["came"])

    def _any(self, number: int) -> str:
        keys = list(self.past.jobs)
        return keys[number % len(keys)]

    def _ago(self, seconds: float) -> datetime:
        return self.past.clock - timedelta(seconds=seconds)

    def _spread(self) -> None:
        """Where a page token knows nothing but a date, let no more come in a second than a page holds."""
        if not self.world.sure:
            self._move(1)

    def _move(self, seconds: int) -> None:
        self.platform.advance(seconds)
        self.past.move(seconds)


def _iso(date: datetime) -> str:
    """Write a date as the wire does, its fraction only where it has one."""
    return date.strftime("%Y-%m-%dT%H:%M:%S.%fZ" if date.microsecond else "%Y-%m-%dT%H:%M:%SZ")
