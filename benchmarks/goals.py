"""What Jobdeck is meant to keep to, as figures out of the results of one size, beside those of the smallest."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.given import Json

Figure = Callable[[Json, Json], float]


@dataclass(frozen=True, kw_only=True)
class Goal:
    """One of them. `figure` takes the results of a size and of the smallest; a part that has not run is a `KeyError`.

    At `limit` it is met; beyond that it is where `least`, and below otherwise.
    """

    text: str
    figure: Figure
    limit: float
    least: bool = False
    unit: str = ""

    def met(self, figure: float) -> bool:
        """Tell whether a figure meets it."""
        return figure >= self.limit if self.least else figure <= self.limit


def _growth(size: Json, smallest: Json) -> float:
    return float(size["searches"]["pages"]["median"]["p95"] / smallest["searches"]["pages"]["median"]["p95"])


def _written(kind: str) -> Figure:
    return lambda size, _: size["writing"][kind]["rate"]


def _kept(kind: str) -> Figure:
    return lambda size, smallest: size["writing"][kind]["rate"] / smallest["writing"][kind]["rate"]


def _exported(kind: str) -> Figure:
    """How fast an export is beside psql."""
    return lambda size, _: size["exporting"][kind]["psql"] / size["exporting"][kind]["seconds"]


def _first_byte(size: Json, _: Json) -> float:
    return float(max(size["exporting"][kind]["first"] for kind in ("csv", "ndjson")))


GOALS = (
    Goal(
        text="every search, its p95",
        figure=lambda s, _: s["searches"]["pages"]["p95"]["max"],
        limit=25,
        unit="ms",
    ),
    Goal(
        text="every rendered page, its p95",
        figure=lambda s, _: s["searches"]["rendered"]["p95"]["max"],
        limit=60,
        unit="ms",
    ),
    Goal(text="p95 of searches, beside the smallest size", figure=_growth, limit=1.5),
    Goal(text="new jobs written", figure=_written("new"), limit=6000, least=True, unit="/s"),
    Goal(text="changed jobs written", figure=_written("changed"), limit=5000, least=True, unit="/s"),
    Goal(text="new jobs, beside the smallest size", figure=_kept("new"), limit=0.7, least=True),
    Goal(text="changed jobs, beside the smallest size", figure=_kept("changed"), limit=0.7, least=True),
    Goal(text="CSV, beside psql", figure=_exported("csv"), limit=0.6, least=True),
    Goal(text="NDJSON, beside psql", figure=_exported("ndjson"), limit=0.6, least=True),
    Goal(text="first byte of an export", figure=_first_byte, limit=300, unit="ms"),
    Goal(
        text="memory of an export of everything",
        figure=lambda s, _: s["exporting"]["memory"]["above"] / 1e6,
        limit=60,
        unit="MB",
    ),
    Goal(
        text="p95 of the list beside two exports, to that alone",
        figure=lambda s, _: s["serving"]["beside"]["p95"] / s["serving"]["list"]["p95"],
        limit=2,
    ),
    Goal(
        text="p50 of 100 jobs over REST, to the least",
        figure=lambda s, _: s["serving"]["rest"]["p50"] / s["serving"]["bare"]["p50"],
        limit=2,
    ),
    Goal(text="errors of fifty operators", figure=lambda s, _: s["load"]["errors"], limit=0),
    Goal(text="making the jobs", figure=lambda s, _: s["making"]["seconds"], limit=600, unit="s"),
)
