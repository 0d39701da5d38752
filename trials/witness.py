"""Sees what a mirror holds after each of its commits, and says where it holds what it must not."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from jobs.models import UNDATED, Job, Lane, Pass
from jobs.rules.versions import BELIEVED
from trials.past import Past, rank


@dataclass(frozen=True, kw_only=True)
class Held:
    """A job as it is stored."""

    updated: datetime | None
    stage: int
    digest: bytes
    observed: datetime
    settled: bool
    contested: bytes


class Reached(NamedTuple):
    """How far a lane has come."""

    watermark: datetime | None
    complete: datetime | None


NOWHERE = Reached(watermark=None, complete=None)


class Witness:
    """What was held at the last look, beside the `past` of the platform."""

    def __init__(self, past: Past) -> None:
        self._past = past
        self.crashed: set[str] = set()
        self._complete: set[int] = set()
        self.accept()

    def accept(self) -> None:
        """Take what is held now as it is: time has passed, or jobs were pruned."""
        self._held, self._lanes = _jobs(), _lanes()

    def look_behind(self, record: Pass) -> None:
        """Look when a page of a pass was written; the tail says with its last one alone that it is complete."""
        assert record.pk not in self._complete, "a pass goes on that was said to be complete"
        self.look(point=record.lane == Lane.RECHECKS)
        if record.lane == Lane.TAIL and self._lanes[Lane.TAIL].complete == record.began:
            self._complete.add(record.pk)

    def look(self, *, point: bool) -> None:
        """Compare with the last look, since when one page was written; `point` says that it was read by id."""
        former, lanes = self._held, self._lanes
        self.accept()
        assert former.keys() <= self._held.keys(), "a job was lost"
        for key, held in self._held.items():
            if held != former.get(key):
                self._compare(key, former.get(key), held, point=point)
        self._compare_lanes(lanes)

    def look_at_passes(self) -> None:
        """See that every pass has ended, but the last one of a lease whose worker was killed."""
        left = list(Pass.objects.filter(outcome=Pass.Outcome.RUNNING).values_list("lease", flat=True))
        assert len(left) == len(set(left)), f"not closed: {left}"
        assert set(left) <= self.crashed, f"not ended: {left}"

    def _compare(self, key: str, former: Held | None, held: Held, *, point: bool) -> None:
        assert former is None or held.observed >= former.observed, f"{key}: observed goes back"
        if not held.digest:
            assert former is None or not former.digest or self._past.may_be_gone(key), f"{key} is called gone too soon"
            return
        story = self._past.jobs[key]
        places = story.places(held.digest)
        assert places, f"{key} has never been so"
        if former is None or held.digest == former.digest:
            return
        if point and (not former.digest or places[-1] >= min(story.places(former.digest), default=0)):
            return
        assert former.digest, f"{key}: no walk brings back what is gone"
        assert rank(held.updated, held.stage) > rank(former.updated, former.stage), f"{key} regresses"
        assert not _was_refuted(former, held), f"{key}: a read by id has said otherwise"

    def _compare_lanes(self, former: dict[str, Reached]) -> None:
        for name, now in self._lanes.items():
            then = former.get(name, NOWHERE)
            assert not _goes_back(then.complete, now.complete), f"{name}: its last complete pass goes back"
            assert not _goes_back(then.watermark, now.watermark), "the watermark goes back"
            assert now.watermark is None or now.watermark <= self._past.latest, "the watermark is ahead of the platform"
            if then.complete is not None:  # before, the first sweep says where the tail begins
                assert now.watermark == then.watermark or now.complete != then.complete, "the watermark moves too soon"


def _was_refuted(former: Held, held: Held) -> bool:
    """Whether what is held now is what a read by id has contradicted."""
    believed = held.observed <= former.observed + BELIEVED
    return former.settled and held.updated == former.updated and held.digest == former.contested and believed


def _goes_back(former: datetime | None, now: datetime | None) -> bool:
    return former is not None and (now is None or now < former)


def _jobs() -> dict[str, Held]:
    columns = ("key", "updated", "cell__stage", "digest", "observed", "settled", "contested")
    return {
        key: Held(
            updated=None if updated == UNDATED else updated,
            stage=stage,
            digest=bytes(content),
            observed=observed,
            settled=settled,
            contested=bytes(contested),
        )
        for key, updated, stage, content, observed, settled, contested in Job.objects.values_list(*columns)
    }


def _lanes() -> dict[str, Reached]:
    lanes = Lane.objects.values_list("name", "watermark", "complete")
    return {name: Reached(watermark=watermark, complete=complete) for name, watermark, complete in lanes}
