"""The types and statuses that a search may name: the documented ones, and those that the platform has sent."""

from jobs import specs
from jobs.models import Tile
from jobs.statuses import BY_WORD


def known_types() -> frozenset[str]:
    """Every type."""
    return frozenset([*specs.BY_URN, *Tile.objects.values_list("type", flat=True)])


def known_statuses() -> frozenset[str]:
    """Every status."""
    return frozenset([*BY_WORD, *Tile.objects.values_list("status", flat=True)])
