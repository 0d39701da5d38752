"""What the grid's searches cost: in the database, as counts, as rendered pages; the slowest with their plans."""

from dataclasses import dataclass
from functools import partial

from django.db import connection
from django.test import Client

from benchmarks import grid, visitor
from benchmarks.given import Given, Json
from benchmarks.measure import followed, milliseconds, percentile, say, spread
from benchmarks.places import SIZE, search_of
from jobs.search import JobSearch, counts, query, sql

RENDERED, SLOWEST = 120, 10
GOAL, RENDERED_GOAL = 25, 60  # milliseconds


@dataclass(frozen=True, kw_only=True)
class Timed:
    """What was asked for, and how long each of several runs took, in milliseconds."""

    name: str
    search: JobSearch
    runs: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return percentile(self.runs, 0.5)

    @property
    def p95(self) -> float:
        """What nineteen of twenty runs do not exceed."""
        return percentile(self.runs, 0.95)


def measure(given: Given) -> Json:
    """Measure each search of the grid, the counts of each, and about `RENDERED` whole pages."""
    asked = [(case, search_of(case)) for case in followed("places", grid.cases())]
    pages = [_page(case.name, search, given.rounds) for case, search in followed("pages", asked)]
    counted = [_counts(search, given.rounds) for search in followed("counts", _without_orders(asked))]
    rendered = _rendered(pages[:: max(1, len(pages) // RENDERED)], given.rounds)
    slowest = sorted(pages, key=lambda page: -page.median)[:SLOWEST]
    file = given.folder / f"plans-{given.size}.txt"
    plans = "\n\n".join(map(_plan, slowest))
    file.write_text(plans + "\n")
    say(plans)
    return {
        "pages": _said(pages),
        "counts": _said(counted),
        "rendered": _said(rendered, RENDERED_GOAL),
        "slowest": [{"name": page.name, "ms": round(page.median, 2)} for page in slowest],
    }


def _page(name: str, search: JobSearch, rounds: int) -> Timed:
    asked = sql.page_query(search, SIZE + 1)
    asked.fetch()
    runs = tuple(milliseconds(asked.fetch) for _ in range(rounds))
    return Timed(name=name, search=search, runs=runs)


def _counts(search: JobSearch, rounds: int) -> Timed:
    count = partial(counts, search)
    count()
    return Timed(name="", search=search, runs=tuple(milliseconds(count) for _ in range(rounds)))


def _without_orders(asked: list[tuple[grid.Case, JobSearch]]) -> list[JobSearch]:
    """Each search once: an order or a place makes no difference to its counts."""
    return list(dict.fromkeys(search.but(order="created", ascending=False) for _, search in asked))


def _rendered(pages: list[Timed], rounds: int) -> list[Timed]:
    """The whole list as a browser gets it, but for the way over the network."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(visitor.operator(), backend=visitor.BACKEND)
    found = []
    for page in followed("rendered pages", pages):
        ask = partial(client.get, f"/jobs/?{query(page.search)}")
        if ask().status_code != 200:
            raise ValueError(f"{page.name} was refused")
        runs = tuple(milliseconds(ask) for _ in range(rounds))
        found.append(Timed(name=page.name, search=page.search, runs=runs))
    return found


def _plan(page: Timed) -> str:
    """A search and how PostgreSQL answers it."""
    asked = sql.page_query(page.search, SIZE + 1)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {asked.text}", asked.parameters)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    return f"{page.name}: {page.median:.1f} ms, {max(page.runs):.1f} ms at worst\n{plan}"


def _said(found: list[Timed], goal: float = GOAL) -> Json:
    """The spread of the cases' medians and of their p95, and the share of cases whose p95 is within a goal."""
    within = sum(each.p95 <= goal for each in found) / len(found)
    return {
        "cases": len(found),
        "median": spread([each.median for each in found]),
        "p95": spread([each.p95 for each in found]),
        "slowest": round(max(max(each.runs) for each in found), 3),
        "within": round(within, 4),
    }
