"""Reads by id: in which order, what a 404 means, when a failed one is made again."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from jobs.rules.versions import Stored, was_asked_after

SPACING = timedelta(seconds=60)
"""How long after the first 404 a second one says that a job is gone."""
LAST_SHARE = 4
"""Of so many reads one is of what did not come where it should have, if anything is."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Due:
    """A job that is to be read: its group, empty where that is unknown, and how often that has been tried.

    `raised` is by what it is told whether that has been said once more since: no clock is needed for it.
    """

    key: str
    group: str
    raised: datetime
    attempts: int = 0


@dataclass(frozen=True, kw_only=True)
class Read:
    """A request that answers for `due`: of the whole `group`, or of the one job where that is empty."""

    due: tuple[Due, ...]
    group: str = ""


def plan(due: Sequence[Due]) -> list[Read]:
    """The requests for jobs that are due, in that order: a group where several of it are that were not tried before."""
    together = [each for each in due if each.group and not each.attempts]
    sizes = Counter(each.group for each in together)
    alone = [each for each in due if each not in together or sizes[each.group] == 1]
    groups = [group for group, size in sizes.items() if size > 1]
    reads = [Read(due=tuple(each for each in together if each.group == group), group=group) for group in groups]
    turns = {each.key: turn for turn, each in enumerate(due)}
    return sorted([*reads, *(Read(due=(each,)) for each in alone)], key=lambda read: turns[read.due[0].key])


def chosen(early: Sequence[Due], late: Sequence[Due], most: int) -> list[Due]:
    """The jobs that are read next, of those that have an early turn and of those that have the last one.

    A share is for the last ones, so that what is gone is found whatever else there is to read.
    """
    first = early[: most - min(len(late), most // LAST_SHARE)]
    return [*first, *late[: most - len(first)]]


class Absence(StrEnum):
    """What a 404 of a job means.

    Nothing, since the job has been seen meanwhile or the last one was too shortly before; that it is the first one;
    that the job is gone; or that nobody has to look for it any more.
    """

    WAIT = "wait"
    FIRST = "first"
    GONE = "gone"
    FORGET = "forget"


def absence(stored: Stored | None, missing: datetime | None, asked: datetime) -> Absence:
    """Decide what a 404 means whose request began at `asked`, where the first one's began at `missing`.

    Both must have been asked for after the job was seen last.
    """
    if stored is not None and stored.gone:
        return Absence.FORGET
    if stored is not None and not was_asked_after(stored, asked):
        return Absence.WAIT
    if missing is None or (stored is not None and not was_asked_after(stored, missing)):
        return Absence.FIRST
    if asked < missing + SPACING:
        return Absence.WAIT
    return Absence.GONE if stored is not None else Absence.FORGET


def wait(attempts: int) -> timedelta:
    """How long a read that has failed so often is put off."""
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << min(attempts, 20)))
