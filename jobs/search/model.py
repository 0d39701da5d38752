"""What a search is."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, Self

from jobs.models import NO_ISSUER

Side = Literal["source", "destination", "both"]
Order = Literal["created", "updated"]


@dataclass(frozen=True, kw_only=True)
class Among:
    """Values of which a job has one, and values of which it has none; empty allows everything."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.include or self.exclude)

    def allows(self, value: str | None) -> bool:
        """Tell whether a job with this value is among them; no issuer goes by the word `none`."""
        word = NO_ISSUER if value is None else value
        return (not self.include or word in self.include) and word not in self.exclude


@dataclass(frozen=True, kw_only=True)
class Span:
    """From `start` on and before `end`. `texts` are the parameters that say so, by their suffix."""

    start: datetime | None = None
    end: datetime | None = None
    texts: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.texts)


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """A text that was looked up: `found` are the few things that it stands for, by the numbers that they go by."""

    text: str = ""
    found: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A job's place in an order, and whether to read on `forward` from it or back."""

    value: datetime
    id: int
    forward: bool = True


@dataclass(frozen=True, kw_only=True)
class JobSearch:
    """Which jobs, in which order, from which place on.

    `path` is normalised. `id_prefix` stands for jobs, by their ids here, `error` for messages, by their terms.
    """

    type: Among = Among()
    status: Among = Among()
    issuer: Among = Among()
    group: str = ""
    file_id: str = ""
    path: str = ""
    side: Side = "source"
    id_prefix: Lookup = Lookup()
    error: Lookup = Lookup()
    created: Span = Span()
    updated: Span = Span()
    order: Order = "created"
    ascending: bool = False
    page_size: int = 50
    place: Place | None = None

    @property
    def by_cell_alone(self) -> bool:
        """Tell whether type, status and issuer say everything, so that counts are exact."""
        return not (self.by_term or self.id_prefix or self.created or self.updated)

    @property
    def by_term(self) -> bool:
        """Tell whether jobs are asked for by something that they have a posting for."""
        return bool(self.group or self.file_id or self.path or self.error)

    @property
    def upwards(self) -> bool:
        """Tell whether dates are read from the oldest on: backwards from a place it is the other way round."""
        return self.ascending == (self.place is None or self.place.forward)

    def but(self, **changes: Any) -> Self:
        """The same search from its beginning, with these changes."""
        return replace(self, place=None, **changes)


@dataclass(frozen=True, kw_only=True)
class JobRow:
    """A job as lists show it; dates are None where the job has none that make sense."""

    id: int
    key: str
    group: str
    type: str
    status: str
    issuer: str | None
    created: datetime | None
    updated: datetime | None
    source: str
    destination: str
    quality: str
    error_code: int | None
    error: str
