"""What a record means beside what is stored of its job (contract: "Job", `dateUpdated`: one-second resolution)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from jobs.statuses import LAST_STAGE

SECOND_ENDS = timedelta(seconds=2)
"""How long after a date, by the platform's clock, nothing new is dated so: its second, and one more for rounding."""
LAG = timedelta(seconds=120)
"""For how long a search of the platform may show a job as it was."""


class Doubt(StrEnum):
    """Why a job is to be read by id: what two records say of it cannot be put in order, or a hook tells of it."""

    HOOK = "hook"
    TIE = "tie"
    UNDATED = "undated"
    OLDER = "older"
    RETURNED = "returned"


class Use(StrEnum):
    """What is done with a record: it takes the place of what is stored, says the same, or is dropped."""

    TAKE = "take"
    SAME = "same"
    DROP = "drop"


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """A job as it is stored.

    `updated` is None where it has no date, `stage` as in `jobs.statuses`, `digest` of its content, empty where the job
    is gone. `observed` is when the last record of it had been written; `settled` says that other content of the same
    date is older.
    """

    updated: datetime | None
    stage: int
    digest: bytes
    observed: datetime
    settled: bool

    @property
    def gone(self) -> bool:
        """Whether the platform does not have the job any more."""
        return not self.digest


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A record of a job, brought by a request that began at `asked`.

    `point` says that the request was for this very job. `since` is when the walk began whose page it was. `final` says
    that it was read by id when, by the platform's clock, the second of its date was over.
    """

    updated: datetime | None
    stage: int
    digest: bytes
    asked: datetime
    since: datetime
    point: bool
    final: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What is done with a record, and why its job is to be read by id, if it is."""

    use: Use
    doubt: Doubt | None = None


def is_final(updated: datetime | None, dated: datetime | None) -> bool:
    """Whether nothing else can be of the date `updated` when the platform's clock says `dated`; None is unknown."""
    return updated is not None and dated is not None and dated >= updated + SECOND_ENDS


TAKE, SAME, DROP = Verdict(use=Use.TAKE), Verdict(use=Use.SAME), Verdict(use=Use.DROP)


def judge(stored: Stored | None, seen: Seen) -> Verdict:
    """Decide what `seen` means beside what is stored."""
    if stored is None:
        return TAKE if seen.updated or seen.point else Verdict(use=Use.TAKE, doubt=Doubt.UNDATED)
    if seen.digest == stored.digest:
        return SAME
    if seen.point and seen.asked > stored.observed:
        return TAKE
    if stored.gone:
        return Verdict(use=Use.DROP, doubt=Doubt.RETURNED)
    if seen.updated is None or stored.updated is None:
        return _undated(stored, seen)
    if seen.updated == stored.updated:
        return _tied(stored, seen)
    return TAKE if seen.updated > stored.updated else _older(stored, seen)


def moves(stored: Stored | None, seen: Seen) -> bool:
    """Whether it is noted that a job was seen as it is stored: not of all that have ended, at each sweep."""
    return stored is not None and (stored.stage < LAST_STAGE or stored.updated is None or seen.point)


def _undated(stored: Stored, seen: Seen) -> Verdict:
    """Show what has a date, of two without one the later stage, until the job has been read by id."""
    better = (seen.updated is not None, seen.stage) > (stored.updated is not None, stored.stage)
    return Verdict(use=Use.TAKE if better else Use.DROP, doubt=Doubt.UNDATED)


def _tied(stored: Stored, seen: Seen) -> Verdict:
    """Show the later stage until the job has been read by id, unless that has been done."""
    if stored.settled:
        return DROP
    return Verdict(use=Use.TAKE if seen.stage > stored.stage else Use.DROP, doubt=Doubt.TIE)


def _older(stored: Stored, seen: Seen) -> Verdict:
    """Drop it; where its walk began so late that no search would still show it, a clock has run backwards."""
    return Verdict(use=Use.DROP, doubt=Doubt.OLDER) if seen.since > stored.observed + LAG else DROP
