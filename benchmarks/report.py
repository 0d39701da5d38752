"""Writes docs/performance.md out of the results: whatever the figures are, what it says stays true."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks import tables
from benchmarks.given import Json
from benchmarks.goals import GOALS, Goal

PAGE = """\
# What Jobdeck costs

`./deck bench` measures this and writes this page; `./deck bench searches --sizes 100k` measures a part of it. The jobs
are distributed as the sandbox's are, over two years, with rare, old and late ones. Each size is a database of its own
in `bench` in the data folder, under the settings that `./deck up` gives.

{machine}

## Goals

A mark says whether the goal is met. A factor is a ratio measured in the same run, so that it says the same on another
machine; times and rates do not.

{goals}

## Searches

Every filter alone in each order, at the first, tenth and ten-thousandth page or at the last where there are fewer, and
every pair of filters; common, rare, old and without a match. Each case runs once unmeasured, then several times.
Its median is what the columns p50, p95 and max are over; then come the highest p95 of a case's own runs, which the
goals are about, and the slowest run of all. Milliseconds, from the statement to its last row; a rendered page is the
whole reply, templates included, for a sample of the cases.

{searches}

![What searches cost at each size](performance/searches.svg)

![What counts cost at each size](performance/counts.svg)

{slowest}

## Overview

Milliseconds of a sum of rollups: what was created, finished and failed, how long it took and who waited.

{overview}

## Beside others

The same tasks on the same jobs, one after another: `raw` is plain SQL on a table that holds a job a row, without a web
server; `usual` is what most would write on that table: Django's admin, REST framework with django-filter, and
django-import-export; `datasette` serves the same rows out of SQLite, with the same indexes. All that answer give the
same answer, which the run checks. A figure is how many times as long as Jobdeck each takes; `none` stands where it did
not come to an end within a minute, or ten for the file.

{others}

## Writing

Jobs a second, by the sync itself with one worker, from the JSON of a page on: jobs that have ended, jobs that have just
begun, these when they end, and these again. Beside it stands what a table with nothing but a primary key takes of the
same rows, ready made, by `COPY` and `INSERT … ON CONFLICT`: the limit of any way to write them. The jobs written lie in
the last weeks of those that are here; they are deleted afterwards. As many others are written before, unmeasured, so
that what a sync touches all day is in memory.

{writing}

![How many jobs a second are written at each size](performance/writing.svg)

## Exports

The newest million jobs, or all where there are fewer, over HTTP from the web server that `./deck up` runs, in turn with
`\\copy` of the same query by psql. Memory is what the worker that exports all jobs of the size holds for itself beyond
what it held before.

{exports}

![How fast exports are beside psql at each size](performance/exports.svg)

## Replies

Milliseconds of requests one after another, on one connection. The least is a WSGI function under the same server that
runs the statements that Jobdeck runs for this request and gives the bytes of the reply, made before.

{replies}

## Load

Fifty operators, who think for 0.2 to 1 s and ask for lists, jobs, groups and pages of the API, each time over a new
connection; beside them two exports of everything, which begin again when they end; for two minutes.

{load}

## Sizes

{sizes}

## Where documents are kept

Of the newest hundred thousand jobs, in tables of their own: documents in a table beside the narrow rows, as Jobdeck
keeps them; in the rows; and in the rows, but moved out of them by PostgreSQL wherever they are longer than 128 bytes.
A change is one of state: the row and the first, short part of the document.

{storage}

## What partitions by month would do

Jobs' rows in a table with a partition for each month of their creation, and the same indexes, beside the one table that
there is: what it takes to plan a search and to find the first page of it.

{partitions}
"""


def write(found: Json, docs: Path) -> None:
    """Write the page into the folder `docs`."""
    sizes = tables.ordered(found)
    (docs / "performance.md").write_text(
        PAGE.format(
            machine=_machine(found),
            goals=_goals(sizes),
            searches=tables.searches(sizes),
            slowest=tables.slowest(sizes),
            overview=tables.overview(sizes),
            others=tables.others(sizes),
            writing=tables.writing(sizes),
            exports=tables.exports(sizes),
            replies=tables.replies(sizes),
            load=tables.load(sizes),
            sizes=tables.sizes(sizes),
            storage=tables.storage(sizes),
            partitions=tables.partitions(sizes),
        )
    )


def _machine(found: Json) -> str:
    told, memory = found["machine"], found["machine"]["memory"] / (1 << 30)
    commits = {part["commit"]: part["at"][:10] for size in found["sizes"].values() for part in _parts(size).values()}
    return (
        f"Machine: {told['processor']}, {told['cores']} cores, {memory:.0f} GB, {told['system']}, "
        f"PostgreSQL {told['postgresql']}, Python {told['python']}. "
        f"Measured: {', '.join(f'{day} (commit {commit})' for commit, day in sorted(commits.items()))}."
    )


def _parts(size: Json) -> Json:
    return {name: part for name, part in size.items() if isinstance(part, dict)}


def _goals(sizes: Sequence[Json]) -> str:
    rows = [[goal.text, _limit(goal), *(_reached(goal, size, sizes[0]) for size in sizes)] for goal in GOALS]
    return tables.table(["", "goal", *map(tables.jobs_of, sizes)], rows)


def _limit(goal: Goal) -> str:
    return f"{'≥' if goal.least else '≤'} {goal.limit:,} {goal.unit}".strip()


def _reached(goal: Goal, size: Json, smallest: Json) -> str:
    try:
        figure = goal.figure(size, smallest)
    except KeyError:
        return ""
    return f"{tables.number(figure)} {'✓' if goal.met(figure) else '✗'}"
