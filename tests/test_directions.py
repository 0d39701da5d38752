"""Imports go down only: what each room may know of the others."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("accounts", "benchmarks", "dashboard", "jobs", "sandbox", "simulation", "trials", "tests")

SEARCH = ("jobs.search", "jobs.specs", "jobs.statuses")
ROOMS = {
    "jobs.upstream": {"jobs.upstream", "jobs.files", "jobs.shapes"},
    "jobs.specs": {"jobs.specs"},
    "jobs.document": set[str](),
    "jobs.files": {"jobs.shapes"},
    "jobs.shapes": set[str](),
    "jobs.histogram": set[str](),
    "jobs.keys": set[str](),
    "jobs.statuses": set[str](),
    "jobs.paths": set[str](),
    "jobs.humans": set[str](),
    "jobs.html": set[str](),
    "jobs.links": set[str](),
    "jobs.models": {"jobs.document", "jobs.keys"},
    "jobs.watch": {"jobs.watch", "jobs.models", "jobs.rules", "jobs.store.faults"},
    "jobs.rollups": {"jobs.histogram"},
    "jobs.store": {
        *("jobs.store", "jobs.files", "jobs.histogram", "jobs.keys", "jobs.models", "jobs.paths", "jobs.statuses"),
        *("jobs.rules", "jobs.upstream.record"),
    },
    "jobs.rules": {"jobs.rules", "jobs.statuses", "jobs.upstream.errors", "jobs.upstream.record", "jobs.upstream.walk"},
    "jobs.sync": {"jobs.sync", "jobs.rules", "jobs.statuses", "jobs.store", "jobs.upstream", "jobs.models"},
    "jobs.search": {
        *(
            "jobs.search",
            "jobs.document",
            "jobs.files",
            "jobs.keys",
            "jobs.models",
            "jobs.paths",
            "jobs.specs",
            "jobs.statuses",
        ),
    },
    "jobs.looks": {
        "jobs.html",
        "jobs.humans",
        "jobs.links",
        "jobs.models",
        "jobs.search",
        "jobs.specs",
        "jobs.statuses",
    },
    "jobs.columns": {"jobs.html", "jobs.looks", "jobs.search", "jobs.specs"},
    "jobs.chips": {"jobs.looks", "jobs.search", "jobs.specs", "jobs.statuses"},
    "jobs.export": {
        *("jobs.export", "jobs.columns", "jobs.search", "jobs.watch"),
        *("accounts.authentication", "accounts.credentials"),
    },
    "jobs.api": {"jobs.api", "jobs.search", "accounts.authentication", "accounts.credentials"},
    "jobs.templatetags": {
        "jobs.rules.anomalies",
        "jobs.rules.versions",
        "jobs.watch.freshness",
        "jobs.html",
        "jobs.humans",
        "jobs.links",
        "jobs.looks",
        "jobs.models",
        *SEARCH,
    },
    "jobs.views": {
        *(
            "jobs.views",
            "jobs.chips",
            "jobs.columns",
            "jobs.files",
            "jobs.html",
            "jobs.links",
            "jobs.looks",
            "jobs.models",
        ),
        *("jobs.paths", *SEARCH),
        *("jobs.store", "jobs.sync.refresh", "jobs.upstream.errors"),  # of views.refresh and views.actions alone
        *("jobs.sync.lanes", "jobs.tasks", "jobs.watch"),
    },
    "jobs.hooks": {"jobs.hooks", "jobs.sync", "jobs.tasks", "jobs.upstream.fields", "jobs.upstream.split"},
    "jobs.tasks": {"jobs.sync", "jobs.models", "jobs.upstream.errors"},
    "jobs.management": {"jobs.store", "jobs.search.dates"},
    "accounts": {"accounts"},
    "dashboard.commands": {
        "dashboard.env",
        "dashboard.services",
        "dashboard.setup",
        "jobs.models",
        "jobs.sync",
        "jobs.watch",
    },
    "sandbox": {"sandbox"},
    "simulation": {"simulation", "jobs.rules", "jobs.statuses", "jobs.upstream"},
    "trials": {"trials", "dashboard", "jobs"},
    "benchmarks": {"benchmarks", "dashboard", "jobs", "sandbox", "simulation", "trials"},
    "dashboard.services": {"dashboard.services", "dashboard.env"},
    "dashboard.env": set[str](),
}
NO_DJANGO = (
    *(
        "jobs.upstream",
        "jobs.rules",
        "jobs.specs",
        "jobs.document",
        "jobs.files",
        "jobs.histogram",
        "jobs.keys",
        "jobs.statuses",
        "jobs.paths",
    ),
    *("jobs.humans", "sandbox", "simulation"),
)
READING = (
    *("jobs.search", "jobs.specs", "jobs.columns", "jobs.looks", "jobs.chips", "jobs.export", "jobs.api"),
    *("jobs.templatetags", "jobs.views"),
)
ASKING = ("jobs.views.refresh", "jobs.views.actions")


def modules() -> Iterator[tuple[str, Path]]:
    for folder in OURS[:-1]:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


def imported(path: Path) -> set[str]:
    """The modules that a file imports, wherever in it; `from a import b` is `a.b` where that is a module."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            assert node.module
            found |= {
                f"{node.module}.{alias.name}" if is_module(f"{node.module}.{alias.name}") else node.module
                for alias in node.names
            }
    return found


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").exists()


def within(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


EVERY = list(modules())


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_knows_what_it_may(room: str) -> None:
    inside = [(name, path) for name, path in EVERY if within(name, room)]
    assert inside
    for name, path in inside:
        for other in imported(path):
            if other.split(".")[0] in OURS:
                assert any(within(other, allowed) for allowed in ROOMS[room]), f"{name} imports {other}"


def test_every_module_is_in_a_room() -> None:
    """But for what joins them: `jobs` itself, its addresses, its migrations, and the Django project."""
    joining = ("jobs", "jobs.apps", "jobs.urls")
    for name, _ in EVERY:
        joins = name in joining or within(name, "jobs.migrations") or within(name, "dashboard")
        assert joins or any(within(name, room) for room in ROOMS), name


@pytest.mark.parametrize("room", NO_DJANGO)
def test_a_room_without_django(room: str) -> None:
    for name, path in EVERY:
        if within(name, room):
            assert not [other for other in imported(path) if within(other, "django")], name


def test_reading_never_knows_the_sync() -> None:
    for name, path in EVERY:
        if name not in ASKING and any(within(name, room) for room in READING):
            assert not [other for other in imported(path) if within(other, "jobs.sync")], name


def test_nobody_but_the_search_reads_the_parameters_of_a_request() -> None:
    """A page's own `id` aside: `?id=` stands where an id cannot be a component of the address."""
    allowed = {"jobs/views/job.py": 1, "jobs/views/group.py": 1}
    for _, path in EVERY:
        reads = path.read_text().count("request.GET") - path.read_text().count("request.GET.lists()")
        place = str(path.relative_to(ROOT))
        assert reads <= allowed.get(place, 0), place


WRITTEN = (
    "Job",
    "Document",
    "Posting",
    "Cell",
    "Value",
    "Week",
    "WeekCell",
    "Message",
    "HourRollup",
    "DayRollup",
    "Horizon",
    "Tile",
    "Transition",
)


def test_only_the_store_writes_jobs() -> None:
    tables, models = "|".join(name.lower() for name in WRITTEN), "|".join(WRITTEN)
    writes = re.compile(
        rf"(?i)(insert into|update|delete from|merge into) jobs_({tables})\b"
        rf"|(?-i:\b({models})\.objects\.(\w*create|update|bulk_\w+|[^\n]*\.(update|delete)\())"
    )
    found = {name for name, path in EVERY if "migrations" not in name and writes.search(path.read_text())}
    found = {name for name in found if not any(within(name, room) for room in ("benchmarks", "trials"))}
    assert found
    assert all(within(name, "jobs.store") for name in found), found


def test_nobody_needs_the_benchmarks_and_what_they_run() -> None:
    for name, path in EVERY:
        if not within(name, "benchmarks"):
            assert not [other for other in imported(path) if within(other, "benchmarks")], name
        if not within(name, "benchmarks") and not within(name, "trials"):
            assert not [other for other in imported(path) if within(other, "trials")], name
