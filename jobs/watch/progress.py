"""How far a sweep is on its way, and when it will be over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.db.models.functions import Now

from jobs.models import UNDATED, Job, Lane, Pass, Shard
from jobs.rules.shards import ascends

ENOUGH = 0.01
"""Before so much is done nobody can say when the rest will be."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """The `share` of a sweep that is done, 0 to 1, how long the rest takes at its pace, and its walks.

    `left` is None where nobody can say. `failing` are walks that have failed since their last page; `runs` says that
    somebody walks now.
    """

    share: float
    left: timedelta | None = None
    over: int = 0
    walks: int = 0
    failing: int = 0
    runs: bool = False

    @property
    def fails_in_part(self) -> bool:
        """Whether what fails is not all."""
        return self.runs or 0 < self.failing < self.walks - self.over


def progress() -> Progress:
    """Read how far the sweep is that is under way, or the last one."""
    lane = Lane.objects.filter(name=Lane.SWEEP).annotate(gone=Now() - F("began")).first()
    walks = list(Shard.objects.filter(lane=Lane.SWEEP))
    if lane is None or not walks:
        return Progress(share=1.0 if lane and lane.finished else 0.0)
    oldest = Job.objects.filter(created__gt=UNDATED).order_by("created").values_list("created", flat=True).first()
    done = sum(walk.weight * _share(walk, oldest, lane.number) for walk in walks)
    share = done / sum(walk.weight for walk in walks)
    left = _left(share, lane.gone) if lane.gone else None
    over = sum(walk.finished for walk in walks)
    failing = sum(not walk.finished and walk.failures > 0 for walk in walks)
    runs = Pass.objects.filter(lane=Lane.SWEEP, outcome=Pass.Outcome.RUNNING).exists()
    return Progress(share=share, left=left, over=over, walks=len(walks), failing=failing, runs=runs)


def _left(share: float, gone: timedelta) -> timedelta | None:
    return gone * ((1 - share) / share) if share > ENOUGH else None


def _share(walk: Shard, oldest: datetime | None, number: int) -> float:
    """The share of a walk of the sweep of this number that is over, by the time that it has come through."""
    if walk.finished:
        return 1.0
    if walk.since is None or walk.reached is None or oldest is None or oldest >= walk.since:
        return 0.0
    through = (walk.reached - oldest) / (walk.since - oldest)
    return min(1.0, max(0.0, through if ascends(number, everything=not walk.scope) else 1 - through))
