"""How everything is cut into walks that end before their page tokens do, which promise nothing (contract: "Search")."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product

from jobs.statuses import KNOWN

TYPES = (
    "urn:job:av.transcode",
    "urn:job:av.package",
    "urn:job:archive.create",
    "urn:job:archive.extract",
    "urn:job:import.file",
    "urn:job:av.poster",
    "urn:job:av.storyboard",
    "urn:job:av.extra_metadata.replace",
    "urn:job:av.replace_extra_metadata",
    "urn:job:text.font.convert",
    "urn:job:text.font.subset",
    "urn:job:image.operation",
    "urn:job:av-scanner.scan",
    "urn:job:visual-search.index-image",
)
RESTARTS = 2
"""How often a walk begins again before its shard is split."""
FAILURES = 3
"""How many passes that fail, while the platform answers others, let a walk begin again."""
MOST_ISSUERS = 1_000
"""Beyond so many nothing is split by them."""


@dataclass(frozen=True, kw_only=True)
class Shard:
    """The jobs of a type, a state and an issuer; empty is any."""

    type: str = ""
    status: str = ""
    issuer: str = ""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What there may be among the jobs: what the platform documents, and what has occurred."""

    types: Collection[str] = ()
    statuses: Collection[str] = ()
    issuers: Collection[str] = ()


EVERYTHING = Shard()
OPEN = tuple(Shard(status=each.word) for each in KNOWN if not each.terminal)
"""The jobs that are expected to change."""


def first(known: Known) -> list[Shard]:
    """The shards of a sweep: each type, and at last everything, where types are that nobody knows."""
    return [*(Shard(type=each) for each in sorted(known.types)), EVERYTHING]


def parts(shards: Iterable[Shard], known: Known, before: Collection[Shard]) -> dict[Shard, list[Shard]]:
    """What takes the place of shards that were split `before`, and of their parts: nothing where they are whole."""
    found: dict[Shard, list[Shard]] = {}
    for shard in shards:
        found[shard] = split(shard, known) if shard in before else []
        found |= parts(found[shard], known, before)
    return found


def split(shard: Shard, known: Known) -> list[Shard]:
    """Smaller shards in the place of one whose walk outlives its tokens: nothing where there are none."""
    if shard.issuer or (shard.status and len(known.issuers) > MOST_ISSUERS):
        return []
    if not shard.status:
        return [replace(shard, status=each) for each in sorted(known.statuses)]
    return [replace(shard, issuer=each) for each in sorted(known.issuers)]


def rest(shard: Shard) -> str:
    """What the parts of a shard leave out, in words; empty where the walk through everything brings it."""
    if shard.status:
        return "without an issuer, or of one that is not known here"
    return "in a state that is not known here" if shard == EVERYTHING else ""


def unread(left_out: Mapping[Shard, str]) -> dict[Shard, str]:
    """What the shards of a sweep have left out, in words, where they have, and the walk through everything has, too."""
    return {each: why for each, why in left_out.items() if why} if left_out.get(EVERYTHING) != "" else {}


def weights(here: Mapping[Shard, int]) -> Callable[[Shard], int]:
    """How many jobs shards are thought to have, where so many are `here` of each type, state and issuer.

    What is here may be the newest ones alone, so that none is thought to be all but empty.
    """
    found = Counter[Shard]()
    for each, jobs in here.items():
        for kind, state, issuer in product({each.type, ""}, {each.status, ""}, {each.issuer, ""}):
            found[Shard(type=kind, status=state, issuer=issuer)] += jobs
    least = max(1, found[EVERYTHING] // 100)
    return lambda shard: max(least, found[shard])


def page_size(number: int, largest: int) -> int:
    """The page size of the sweep of this number: another one each time, so that pages do not end where they did."""
    return max(1, largest - (number % 3) * max(1, largest // 10))


def ascends(number: int, *, everything: bool) -> bool:
    """The direction of a walk in the sweep of this number: that through `everything` comes from the other end.

    What one of the two skips at an end of its pages the other one brings, and together they have brought all of a type
    that is most of the jobs when they meet.
    """
    return (number % 2 == 0) != everything
