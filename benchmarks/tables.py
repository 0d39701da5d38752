"""Tables out of the results of several sizes, in Markdown."""

from collections.abc import Iterable, Sequence

from benchmarks.given import Json


def ordered(found: Json) -> list[Json]:
    """The results of each size, the smallest first."""
    return sorted(found["sizes"].values(), key=lambda size: size["jobs"])


def searches(sizes: Sequence[Json]) -> str:
    """Pages, counts and rendered pages."""
    kinds = {"pages": "a page in the database", "counts": "its counts", "rendered": "a rendered page"}
    rows = [
        [jobs_of(size), words, *_spread(part[kind])]
        for kind, words in kinds.items()
        for size, part in _having(sizes, "searches")
    ]
    return table(["jobs", "", "cases", "p50", "p95", "max", "slowest", "always within the goal"], rows)


def _spread(said: Json) -> list[str]:
    medians = [number(said["median"][each]) for each in ("p50", "p95", "max")]
    return [f"{said['cases']:,}", *medians, number(said["worst"]["max"]), f"{said['within']:.1%}"]


def slowest(sizes: Sequence[Json]) -> str:
    """The slowest searches of the largest size."""
    found = _having(sizes, "searches")
    if not found:
        return ""
    size, part = found[-1]
    rows = [[each["name"], number(each["ms"])] for each in part["slowest"]]
    listed = table(["search", "ms"], rows)
    return f"The slowest at {jobs_of(size)}; the run prints their plans and keeps them beside its results:\n\n{listed}"


def writing(sizes: Sequence[Json]) -> str:
    """Rates of writing."""
    rows = [
        [
            jobs_of(size),
            *(f"{part[kind]['rate']:,}" for kind in ("new", "begun", "changed", "unchanged")),
            *(f"{part['plain'][kind]:,}" for kind in ("new", "changed")),
            *(number(part[kind]["rate"] / part["plain"][kind]) for kind in ("new", "changed")),
        ]
        for size, part in _having(sizes, "writing")
    ]
    plain = ["plain: ended", "plain: changed", "ratio: ended", "ratio: changed"]
    return table(["jobs", "ended", "begun", "changed", "unchanged", *plain], rows)


def exports(sizes: Sequence[Json]) -> str:
    """Exports beside psql."""
    rows = [
        [
            *(jobs_of(size), kind.upper(), f"{part[kind]['rows']:,}", f"{part[kind]['bytes'] / 1e6:,.0f}"),
            *(number(part[kind][each]) for each in ("seconds", "psql")),
            *(number(part[kind]["psql"] / part[kind]["seconds"]), number(part[kind]["first"])),
            number(part["memory"]["above"] / 1e6),
        ]
        for size, part in _having(sizes, "exporting")
        for kind in ("csv", "ndjson")
    ]
    return table(["jobs", "", "rows", "MB", "s", "psql, s", "ratio", "first byte, ms", "memory of all, MB"], rows)


def replies(sizes: Sequence[Json]) -> str:
    """Replies beside the least."""
    kinds = {
        "rest": "100 jobs over REST",
        "bare": "the least",
        "list": "the list",
        "beside": "the list beside two exports",
    }
    rows = [
        [jobs_of(size), words, *(number(part[kind][each]) for each in ("p50", "p95", "max"))]
        for size, part in _having(sizes, "serving")
        for kind, words in kinds.items()
    ]
    return table(["jobs", "", "p50", "p95", "max"], rows)


def load(sizes: Sequence[Json]) -> str:
    """Many operators."""
    columns = {"a_second": "requests/s", "p50": "p50, ms", "p95": "p95, ms", "p99": "p99, ms", "errors": "errors"}
    rows = [
        [jobs_of(size), *(number(part[each]) for each in columns), number(part["exports"])]
        for size, part in _having(sizes, "load")
    ]
    return table(["jobs", *columns.values(), "exports that ended"], rows)


def sizes(sizes: Sequence[Json]) -> str:
    """How large everything is, and each relation at the largest size."""
    found = _having(sizes, "sizes")
    whole = [
        [jobs_of(size), f"{part['bytes'] / 1e9:.2f}", number(part["bytes"] / part["jobs"])] for size, part in found
    ]
    if not found:
        return ""
    size, part = found[-1]
    each = [
        [held["index"] or f"**{held['table']}**", number(held["bytes"] / 1e6), number(held["bytes"] / part["jobs"])]
        for held in part["relations"]
        if held["bytes"] >= part["jobs"]
    ]
    largest = table([f"of {jobs_of(size)} jobs", "MB", "bytes a job"], each)
    return f"{table(['jobs', 'GB', 'bytes a job'], whole)}\n\n{largest}"


def _having(sizes: Sequence[Json], part: str) -> list[tuple[Json, Json]]:
    """Each size at which a part has been measured, and what it found."""
    return [(size, size[part]) for size in sizes if part in size]


def jobs_of(size: Json) -> str:
    """A size as a number."""
    return f"{size['jobs']:,}"


def number(value: float) -> str:
    """A figure with as many digits as mean something."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; words stand left, figures right."""
    lines = [heads, ["---" if head in ("", "search") else "--:" for head in heads], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
