"""What every contender is asked for, and what an answer is."""

from dataclasses import dataclass
from enum import Enum, auto

from benchmarks.generate import RARE_STATUS
from jobs.models import Value
from sandbox.content import ISSUERS

ROWS, REST_ROWS, DEEP = 50, 100, 1000
LONGEST_WALK = 1000
TRANSCODE = "urn:job:av.transcode"
OLD, LARGE = "/legacy/tapes", "/video"


class Kind(Enum):
    """The form in which jobs are asked for."""

    LIST = auto()
    COUNT = auto()
    FACETS = auto()
    REST = auto()
    CSV = auto()


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which jobs; what is empty allows everything. `directory` is where the source lies, or above."""

    type: str = ""
    status: str = ""
    issuer: str = ""
    directory: str = ""

    def exact(self) -> dict[str, str]:
        """The columns that have one value."""
        values = {"type": self.type, "status": self.status, "issuer": self.issuer}
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing to ask for. `skipped` jobs lie before its page, the newest first."""

    name: str
    kind: Kind
    filter: Filter = Filter()
    skipped: int = 0

    @property
    def rows(self) -> int:
        """How many jobs its page has at most."""
        return REST_ROWS if self.kind is Kind.REST else ROWS


@dataclass(frozen=True, kw_only=True)
class AtLeast:
    """A number of jobs that was not counted to its end."""

    jobs: int


@dataclass(frozen=True, kw_only=True)
class Export:
    """What a file holds: how many jobs, and a number made of all their keys, in whichever order."""

    jobs: int
    keys: int


Answer = tuple[str, ...] | int | AtLeast | dict[str, int] | Export
"""The keys of a page in their order, a number of jobs, numbers of jobs by state, or a file."""


class Cannot(Exception):
    """A contender did not do a task; the text says why."""


def tasks(jobs: int) -> list[Task]:
    """All of them, for a database of so many jobs."""
    issuers = Value.objects.filter(kind=Value.Kind.ISSUER).order_by("id").values_list("text", flat=True)
    common = Filter(type=TRANSCODE, status="success")
    new = Filter(status="working", issuer=issuers[ISSUERS // 2])
    old, large = Filter(directory=OLD), Filter(directory=LARGE)
    deep = min(DEEP, jobs // (2 * REST_ROWS))
    return [
        Task(name=f"list: {ROWS} newest", kind=Kind.LIST),
        Task(name="list: common type and state", kind=Kind.LIST, filter=common),
        Task(name="list: rare state", kind=Kind.LIST, filter=Filter(status=RARE_STATUS)),
        Task(name="list: working, uncommon issuer", kind=Kind.LIST, filter=new),
        Task(name="list: old directory", kind=Kind.LIST, filter=old),
        Task(name=f"list: page {deep:,}", kind=Kind.LIST, skipped=(deep - 1) * ROWS),
        Task(name="count: common type and state", kind=Kind.COUNT, filter=common),
        Task(name="count: old directory", kind=Kind.COUNT, filter=old),
        Task(name="count: large directory", kind=Kind.COUNT, filter=large),
        Task(name="facets: states of a type", kind=Kind.FACETS, filter=Filter(type=TRANSCODE)),
        Task(name=f"REST: {REST_ROWS} newest", kind=Kind.REST),
        Task(name="REST: working, uncommon issuer", kind=Kind.REST, filter=new),
        Task(name="REST: old directory", kind=Kind.REST, filter=old),
        Task(name=f"REST: page {deep:,}", kind=Kind.REST, skipped=(deep - 1) * REST_ROWS),
        Task(name="CSV: everything", kind=Kind.CSV),
    ]


def steps(skipped: int) -> list[int]:
    """The sizes of the pages by which `skipped` jobs are walked past."""
    whole, rest = divmod(skipped, LONGEST_WALK)
    return [LONGEST_WALK] * whole + [rest] * bool(rest)
