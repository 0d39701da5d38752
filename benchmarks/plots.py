"""Draws cost against size, in colours that can be read on light and on dark; the same figures give the same files."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from benchmarks.given import Json
from benchmarks.tables import jobs_of, ordered

INK = "#7f8790"
COLOURS = ("#2f81c7", "#c2701d", "#9a5fc0", "#3f9142")
STYLE = {
    "svg.hashsalt": "jobdeck",
    "svg.fonttype": "none",
    "font.size": 10,
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
}

Series = Mapping[str, Callable[[Json], float]]

SPREAD, RATES = ("p50", "p95", "max"), ("new", "changed", "unchanged")


def _at(*path: str) -> Callable[[Json], float]:
    """What stands there in the results of a size; a part that has not run is a `KeyError`."""

    def find(size: Json) -> float:
        found: Any = size
        for name in path:
            found = found[name]
        return float(found)

    return find


def _beside_psql(kind: str) -> Callable[[Json], float]:
    return lambda size: size["exporting"][kind]["psql"] / size["exporting"][kind]["seconds"]


SEARCHES: Series = {each: _at("searches", "pages", "median", each) for each in SPREAD}
COUNTS: Series = {each: _at("searches", "counts", "median", each) for each in SPREAD}
WRITING: Series = {each: _at("writing", each, "rate") for each in RATES}
EXPORTS: Series = {each.upper(): _beside_psql(each) for each in ("csv", "ndjson")}


def write(found: Json, folder: Path) -> None:
    """Draw all of them into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = ordered(found)
    _draw(folder / "searches.svg", "a page of a search, ms", sizes, SEARCHES)
    _draw(folder / "counts.svg", "the counts of a search, ms", sizes, COUNTS)
    _draw(folder / "writing.svg", "jobs written a second", sizes, WRITING)
    _draw(folder / "exports.svg", "speed of an export, psql = 1", sizes, EXPORTS)


def _draw(file: Path, label: str, sizes: Sequence[Json], series: Series) -> None:
    """Draw a line for each of `series`, over those sizes at which it was measured."""
    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 3.2), layout="constrained")
        axes = figure.subplots()
        for (word, value), colour in zip(series.items(), COLOURS, strict=False):
            points = [(size["jobs"], y) for size in sizes if (y := _known(value, size)) is not None]
            axes.plot([x for x, _ in points], [y for _, y in points], marker="o", color=colour, label=word)
        _dress(axes, label, sizes)
        figure.savefig(file, transparent=True, metadata={"Date": None})


def _dress(axes: Any, label: str, sizes: Sequence[Json]) -> None:
    axes.set_xscale("log")
    axes.set_xticks([size["jobs"] for size in sizes], labels=map(jobs_of, sizes), minor=False)
    axes.minorticks_off()
    axes.set_ylim(bottom=0)
    axes.set_xlabel("jobs")
    axes.set_ylabel(label)
    axes.grid(visible=True, color=INK, alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(COLOURS))


def _known(value: Callable[[Json], float], size: Json) -> float | None:
    try:
        return value(size)
    except KeyError:
        return None
