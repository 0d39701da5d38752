"""What a record means beside what is stored of its job (contract: "Job", `dateUpdated`: one-second resolution)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from jobs.statuses import LAST_STAGE

SECOND_ENDS = timedelta(seconds=7)
"""How long after a date, by the platform's clock, nothing new is dated so: its second, one more for rounding, and what
the clocks of its machines may differ."""
BELIEVED = timedelta(days=1)
"""For how long a read by id is believed over other content of its second that it has contradicted."""
GONE_FOR = timedelta(hours=1)
"""For how long a 404 of a job that is gone is believed over a list that shows it as before."""
LONGEST_REQUEST = timedelta(minutes=10)
"""No request takes as long, nor its answer to be written, unless whoever writes it was stopped."""
LAG = timedelta(seconds=120)
"""For how long a search of the platform may show a job as it was."""


class Doubt(StrEnum):
    """Why a job is to be read by id.

    A hook tells of it, it did not come where it should have, it came as what cannot be a job, or what two records say
    of it cannot be put in order.
    """

    HOOK = "hook"
    ABSENT = "absent"
    REFUSED = "refused"
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
    is gone. `observed` is when the last record of it had been written. `contested` is other content that came last and
    was doubted, of the same second or older, empty where none did; `settled` says that the job was read by id when the
    second of its date was over, or, where it is gone, in vain once more. `watched` says that it waits to be read by id.
    """

    updated: datetime | None
    stage: int
    digest: bytes
    observed: datetime
    settled: bool
    contested: bytes = b""
    watched: bool = False

    @property
    def gone(self) -> bool:
        """Whether the platform does not have the job any more."""
        return not self.digest


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A record of a job, `created` then if it says, brought by a request that began at `asked`.

    `point` says that the request was for this very job. `since` is when the walk began whose page it was. It is written
    `now`. `dated` is what the platform's clock said, None if nothing.
    """

    created: datetime | None
    updated: datetime | None
    stage: int
    digest: bytes
    asked: datetime
    since: datetime
    now: datetime
    point: bool
    dated: datetime | None

    @property
    def final(self) -> bool:
        """Whether it was read by id and, if it is dated, when that second was over by the platform's clock, or ours."""
        return self.point and (self.updated is None or is_final(self.updated, self.dated or self.asked))


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What is done with a record, and why its job is to be read by id, if it is.

    `contested` is what contradicts the job as it stands afterwards, empty where nothing is to be noted.
    """

    use: Use
    doubt: Doubt | None = None
    contested: bytes = b""


def began(asked: datetime, *, ago: timedelta, now: datetime) -> datetime:
    """When a request began: our clock said `asked` then, and says `now`, so long after it, as nobody can set.

    Where these differ our clock has been set meanwhile. What began earlier is believed less, whichever way that was.
    """
    return min(asked, now - ago)


def is_final(updated: datetime, now: datetime) -> bool:
    """Whether nothing else can be of the date `updated`."""
    return now >= updated + SECOND_ENDS


TAKE, SAME, DROP = Verdict(use=Use.TAKE), Verdict(use=Use.SAME), Verdict(use=Use.DROP)


def judge(stored: Stored | None, seen: Seen) -> Verdict:
    """Decide what `seen` means beside what is stored."""
    if stored is None:
        return TAKE if seen.updated or seen.point else Verdict(use=Use.TAKE, doubt=Doubt.UNDATED)
    if seen.digest == stored.digest:
        return SAME
    if seen.point and was_asked_after(stored, seen.asked, now=seen.now):
        return Verdict(use=Use.TAKE, contested=stored.digest if _is_tie(stored, seen) else b"")
    if stored.gone:
        return _returned(stored, seen)
    if seen.updated is None or stored.updated is None:
        return _undated(stored, seen)
    if _is_tie(stored, seen):
        return _tied(stored, seen)
    return _newer(stored, seen) if seen.updated > stored.updated else _older(stored, seen)


def moves(stored: Stored | None, seen: Seen) -> bool:
    """Whether it is noted that a job was seen as it is stored: not of all that have ended, at each sweep.

    Of those without a date it is: walks look for all of these at their end.
    """
    dated = stored is not None and stored.updated is not None and seen.created is not None
    return stored is not None and (stored.stage < LAST_STAGE or stored.watched or seen.point or not dated)


def was_asked_after(stored: Stored, asked: datetime, *, now: datetime) -> bool:
    """Whether a request began after what is stored was observed."""
    return asked > stored.observed or _is_ahead(stored.observed, asked, now)


def _is_ahead(observed: datetime, asked: datetime, now: datetime) -> bool:
    """Whether an observation dates from before our clock was set back: it is still to come, and not by a little.

    That it lies long after `asked` alone says nothing: then whoever asked was stopped, or our clock was set forward.
    """
    return observed > max(asked + LONGEST_REQUEST, now)


def _is_tie(stored: Stored, seen: Seen) -> bool:
    """Whether the dates say nothing: one is missing, or both are of one second, and not both more exact than that."""
    if seen.updated is None or stored.updated is None:
        return True
    exact = seen.updated.microsecond and stored.updated.microsecond
    return seen.updated == stored.updated or (not exact and second(seen.updated) == second(stored.updated))


def second(date: datetime) -> datetime:
    """The whole second of a date: some show fractions that others, between them, do not."""
    return date.replace(microsecond=0)


def _returned(stored: Stored, seen: Seen) -> Verdict:
    """A job that is gone comes back by a read by id alone."""
    if _is_refuted(stored, seen):
        return DROP
    return Verdict(use=Use.DROP, doubt=Doubt.RETURNED, contested=seen.digest)


def _undated(stored: Stored, seen: Seen) -> Verdict:
    """Show what has a date, of two without one the later stage, until the job has been read by id."""
    if _is_refuted(stored, seen):
        return DROP
    if (seen.updated is not None, seen.stage) > (stored.updated is not None, stored.stage):
        return Verdict(use=Use.TAKE, doubt=Doubt.UNDATED)
    return Verdict(use=Use.DROP, doubt=Doubt.UNDATED, contested=seen.digest)


def _tied(stored: Stored, seen: Seen) -> Verdict:
    """Show the later stage until the job has been read by id; what was read so stays until it has been once more."""
    if _is_refuted(stored, seen):
        return DROP
    if seen.stage > stored.stage and not stored.settled:
        return Verdict(use=Use.TAKE, doubt=Doubt.TIE, contested=stored.digest)
    return Verdict(use=Use.DROP, doubt=Doubt.TIE, contested=seen.digest)


def _is_refuted(stored: Stored, seen: Seen) -> bool:
    """Whether a walk brings the very content that a read by id has contradicted, not long ago: it is not made again."""
    believed = seen.since <= stored.observed + (GONE_FOR if stored.gone else BELIEVED)
    believed &= not _is_ahead(stored.observed, seen.asked, seen.now)
    return stored.settled and seen.digest == stored.contested and believed and not seen.point


def _newer(stored: Stored, seen: Seen) -> Verdict:
    """Take it, and doubt that where its date is still to come by the platform's clock, which may have been set back."""
    if seen.point or seen.dated is None or seen.updated is None or seen.updated <= seen.dated + SECOND_ENDS:
        return TAKE
    return Verdict(use=Use.TAKE, doubt=Doubt.OLDER, contested=stored.digest)


def _older(stored: Stored, seen: Seen) -> Verdict:
    """Drop it, and doubt that where no search would still show it, or where a clock has been set back.

    That is so where the date of what is stored is still to come by the platform's clock, or its observation by ours.
    A read by id that was overtaken is made again: it may be one that a clock has made older.
    """
    if seen.point:
        return Verdict(use=Use.DROP, doubt=Doubt.OLDER)
    late = seen.since > stored.observed + LAG or _is_ahead(stored.observed, seen.asked, seen.now)
    set_back = stored.updated is not None and seen.dated is not None and stored.updated > seen.dated
    if _is_refuted(stored, seen) or not (late or set_back):
        return DROP
    return Verdict(use=Use.DROP, doubt=Doubt.OLDER, contested=seen.digest)
