"""How far the backfill is on its way through time."""

from datetime import timedelta

from django.db.models import Min

from jobs.models import UNDATED, Job, Lane

RESOLUTION = timedelta(seconds=1)


def share_done() -> float:
    """The share of the time between the oldest job and the watermark that the backfill has read, 0 to 1."""
    lanes = {lane.name: lane for lane in Lane.objects.filter(name__in=(Lane.TAIL, Lane.BACKFILL))}
    behind, ahead = lanes.get(Lane.BACKFILL), lanes.get(Lane.TAIL)
    if behind is not None and behind.finished:
        return 1.0
    oldest = Job.objects.exclude(created=UNDATED).aggregate(oldest=Min("created"))["oldest"]
    if behind is None or ahead is None or not (behind.reached and ahead.watermark and oldest):
        return 0.0
    share: float = (behind.reached - oldest) / max(ahead.watermark - oldest, RESOLUTION)
    return min(1.0, max(0.0, share))
