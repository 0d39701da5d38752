"""How far a sweep is on its way."""

from jobs.models import Lane, Shard


def share_done() -> float:
    """The share of a sweep's walks that are over, 0 to 1; that through everything counts as much as the others."""
    walks = list(Shard.objects.filter(lane=Lane.SWEEP).values_list("type", "finished"))
    if not walks:
        return 1.0 if Lane.objects.filter(name=Lane.SWEEP, finished__isnull=False).exists() else 0.0
    weights = {True: 1, False: max(1, len(walks) - 1)}
    whole = sum(weights[bool(kind)] for kind, _ in walks)
    return sum(weights[bool(kind)] for kind, finished in walks if finished) / whole
