"""Tables out of the results of several sizes, in Markdown."""

from collections.abc import Iterable, Sequence

from benchmarks.given import Json

OTHERS = ("raw", "usual", "datasette")


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
    return table(["jobs", "", "cases", "p50", "p95", "max", "highest p95", "slowest run", "p95 within the goal"], rows)


def _spread(said: Json) -> list[str]:
    medians = [number(said["median"][each]) for each in ("p50", "p95", "max")]
    highest = [number(said["p95"]["max"]), number(said["slowest"])]
    return [f"{said['cases']:,}", *medians, *highest, f"{said['within']:.1%}"]


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


def overview(sizes: Sequence[Json]) -> str:
    """Medians of sums of rollups at each size."""
    having = _having(sizes, "overview")
    sums = [name for name, found in having[-1][1].items() if isinstance(found, dict)] if having else []
    rows = [[name, *(number(part[name]["p50"]) if name in part else "" for _, part in having)] for name in sums]
    return table(["", *(jobs_of(size) for size, _ in having)], rows)


def others(sizes: Sequence[Json]) -> str:
    """How long others take, as multiples of Jobdeck's time, at the largest size at which they were compared."""
    having = _having(sizes, "comparing")
    if not having:
        return ""
    size, part = having[-1]
    rows = [[each["task"], *(_multiple(each, name) for name in OTHERS)] for each in part["tasks"]]
    said = [
        [name, *(f"{held[each]:,.0f}" for each in ("start", "after", "csv_peak"))]
        for name, held in part["memory"].items()
    ]
    notes = [f"- {each['task']}, {name}: {note}." for each in part["tasks"] for name, note in each["notes"].items()]
    return "\n\n".join(
        [
            table([f"at {jobs_of(size)} jobs; Jobdeck = 1", *OTHERS], rows),
            table(["MB", "at the start", "after the tasks", "at most during the export"], said),
            "\n".join(dict.fromkeys(notes)),
        ]
    )


def _multiple(task: Json, name: str) -> str:
    if task[name] is None or task["jobdeck"] is None:
        return "none"
    return number(task[name] / task["jobdeck"])


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


def storage(sizes: Sequence[Json]) -> str:
    """Where documents may be kept, at the largest size at which it was measured."""
    having = _having(sizes, "storage")
    if not having:
        return ""
    columns = {
        "row": "bytes a row that lists read",
        "total": "bytes a job",
        "listed": "pages that a list of 1,000 reads",
        "log": "bytes of log a change",
        "ms": "ms a thousand changes",
    }
    _, part = having[-1]
    rows = [
        [words, *(number(found[each]) for each in columns)] for words, found in part.items() if isinstance(found, dict)
    ]
    return table(["", *columns.values()], rows)


def partitions(sizes: Sequence[Json]) -> str:
    """Searches of one table and of a table by month, at the largest size at which it was measured, and deletions."""
    having = _having(sizes, "partitions")
    if not having:
        return ""
    size, part = having[-1]
    kinds = ("one", "months")
    rows = [
        [words, *(number(found[kind][each]) for each in ("pages", "ms") for kind in kinds)]
        for words, found in part["searches"].items()
    ]
    heads = [f"at {jobs_of(size)} jobs", "pages", "by month", "ms", "by month"]
    return (
        f"{table(heads, rows)}\n\n"
        f"`./deck manage prune` deletes {part['batch']:,} jobs, with all that belongs to them, in "
        f"{number(part['pruned'])} ms. The partition of a month, {part['jobs']:,} rows without documents, postings and "
        f"counts, is gone in {number(part['dropped'])} ms."
    )


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
