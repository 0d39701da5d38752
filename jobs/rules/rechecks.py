"""Reads by id: in which order, what a 404 means, when a failed one is made again."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import zip_longest

from jobs.rules.circuit import is_failure, is_forbidden, is_success, was_never_asked
from jobs.rules.versions import Stored, was_asked_after
from jobs.upstream.errors import UpstreamError

SPACING = timedelta(seconds=60)
"""How long after the first 404 a second one says that a job is gone."""
SHARE = 4
"""Of so many reads one is of each turn, if anything has it."""
TRIES = 8
"""So often, for some 20 minutes in all, a job is read that is not here and comes as what cannot be one."""
FAILURES = 2
FORBIDDEN = 5
"""After so many in a row a pass stops reading: that fail, or that are forbidden."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Due:
    """A job that is to be read: its group, empty where that is unknown, and how often that has been tried.

    `raised` is by what it is told whether that has been said once more since: no clock is needed for it. `failed` says
    that the last read of it did.
    """

    key: str
    group: str
    raised: datetime
    attempts: int = 0
    failed: bool = False


@dataclass(frozen=True, kw_only=True)
class Read:
    """A request that answers for `due`: of the whole `group`, or of the one job where that is empty."""

    due: tuple[Due, ...]
    group: str = ""

    @property
    def failed(self) -> bool:
        """Whether it was made in vain before: none of a group was."""
        return any(each.failed for each in self.due)


def plan(due: Sequence[Due]) -> list[Read]:
    """The requests for jobs that are due, in that order: a group where several of it are that were not tried before."""
    together = [each for each in due if each.group and not each.attempts]
    sizes = Counter(each.group for each in together)
    alone = [each for each in due if each not in together or sizes[each.group] == 1]
    groups = [group for group, size in sizes.items() if size > 1]
    reads = [Read(due=tuple(each for each in together if each.group == group), group=group) for group in groups]
    turns = {each.key: turn for turn, each in enumerate(due)}
    return sorted([*reads, *(Read(due=(each,)) for each in alone)], key=lambda read: turns[read.due[0].key])


class Streak:
    """How the reads of a pass go, one after the other.

    Two failures in a row end it, or five jobs that may not be read: what is left has its turn with the next one. Where
    none has been answered before these, it is not these jobs, but all are `forbidden`; then one more is enough, until
    any has been. Jobs of which the last read failed too end the reads of such jobs alone, so that they stop no others.
    """

    def __init__(self, *, forbidden: bool) -> None:
        self.forbidden = forbidden
        self._failed, self._refused = Counter[bool](), Counter[bool]()
        self._answered = self._is_refused = False

    def take(self, error: UpstreamError | None, *, again: bool = False) -> None:
        """Take how a read ended, None where it was answered; `again` where the last one of that job failed, too."""
        self._is_refused = is_forbidden(error)
        self._failed[again] = self._failed[again] + 1 if is_failure(error) else 0
        self._refused[again] = self._refused[again] + 1 if self._is_refused else 0
        self._answered |= is_success(error) and not was_never_asked(error)
        self.forbidden = not self._answered and (self.forbidden or self._refused[False] >= FORBIDDEN)

    @property
    def is_refused(self) -> bool:
        """Whether there is no use in asking for any other job now."""
        return self.forbidden and self._is_refused

    @property
    def is_over(self) -> bool:
        """Whether to stop."""
        return self.is_refused or self._ends(again=False)

    @property
    def leaves_failed(self) -> bool:
        """Whether to ask for no job any more of which the last read failed."""
        return self._ends(again=True)

    def _ends(self, *, again: bool) -> bool:
        return self._refused[again] >= FORBIDDEN or self._failed[again] >= FAILURES


def chosen(turns: Iterable[Sequence[Due]], most: int) -> list[Due]:
    """The jobs that are read next, of those that have the first turn, the second, and so on.

    A share is for each turn, so that none waits for ever, whatever else there is to read; the rest is for the first.
    They alternate: where all reads of one turn fail, those of another are made all the same.
    """
    share, waiting = most // SHARE, list(turns)
    free = most - sum(min(len(each), share) for each in waiting)
    found = list[Sequence[Due]]()
    for each in waiting:
        found.append(each[: min(len(each), share) + free])
        free -= max(0, len(found[-1]) - share)
    return [due for together in zip_longest(*found) for due in together if due is not None]


class Absence(StrEnum):
    """What a 404 of a job means.

    Nothing, since the job has been seen meanwhile or the last one was too shortly before; that it is the first one;
    that the job is gone; or that nobody has to look for it any more.
    """

    WAIT = "wait"
    FIRST = "first"
    GONE = "gone"
    FORGET = "forget"


def absence(stored: Stored | None, missing: datetime | None, asked: datetime, *, now: datetime) -> Absence:
    """Decide `now` what a 404 means whose request began at `asked`, where the first one's began at `missing`.

    Both must have been asked for after the job was seen last. One that lies ahead, since our clock has been set back,
    is none: it would have to be waited for.
    """
    if stored is not None and stored.gone:
        return Absence.FORGET
    if stored is not None and not was_asked_after(stored, asked, now=now):
        return Absence.WAIT
    if missing is None or missing > asked:
        return Absence.FIRST
    if stored is not None and not was_asked_after(stored, missing, now=now):
        return Absence.FIRST
    if asked < missing + SPACING:
        return Absence.WAIT
    return Absence.GONE if stored is not None else Absence.FORGET


def wait(attempts: int, *, least: timedelta = FIRST_WAIT) -> timedelta:
    """How long a read that has been in vain so often is put off, `least` at first."""
    return max(least, min(LONGEST_WAIT, FIRST_WAIT * (1 << min(attempts, 20))))
