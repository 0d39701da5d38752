"""The comparison with others: that Jobdeck's pages are read right, and that answers that differ are found."""

import socket
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import psycopg
import pytest
from django.db import connection
from django.test import Client

from benchmarks.peers import same, sqlite, table
from benchmarks.peers.jobdeck import Jobdeck
from benchmarks.peers.measure import measure
from benchmarks.peers.raw import Raw
from benchmarks.peers.tasks import AtLeast, Cannot, Export, Filter, Kind, Task, steps
from benchmarks.peers.web import Web
from benchmarks.server import HOST, Peak, Server, serving
from jobs.search import counting
from tests.records import NOON, iso, job, records, write

JOBS = 150
IN_ONE = Filter(directory="/in/1")
TASKS = (
    Task(name="list", kind=Kind.LIST),
    Task(name="filter", kind=Kind.LIST, filter=Filter(type="urn:job:av.package", status="error", issuer="urn:app:2")),
    Task(name="directory", kind=Kind.LIST, filter=IN_ONE),
    Task(name="deep list", kind=Kind.LIST, skipped=100),
    Task(name="count", kind=Kind.COUNT, filter=Filter(status="success")),
    Task(name="count of a directory", kind=Kind.COUNT, filter=IN_ONE),
    Task(name="facets", kind=Kind.FACETS, filter=Filter(type="urn:job:av.package")),
    Task(name="REST", kind=Kind.REST, filter=Filter(status="error")),
    Task(name="deep REST", kind=Kind.REST, skipped=100),
    Task(name="CSV", kind=Kind.CSV),
)


class Pages(Web):
    """Jobdeck without a server."""

    def __init__(self, client: Client) -> None:
        super().__init__(0, limit=1)
        self._client = client

    def get(self, address: str) -> bytes:
        reply = self._client.get(address)
        assert reply.status_code == 200
        return reply.content

    def save(self, address: str, file: Path, *, limit: float) -> None:
        reply = self._client.get(address)
        file.write_bytes(b"".join(reply))


class Unable:
    """A contender that counts no further than it likes, and does nothing else."""

    name = "unable"
    server: Server | None = None
    notes: ClassVar[Mapping[Kind, str]] = {Kind.LIST: "is new"}

    def prepare(self, task: Task) -> None:
        if task.kind is not Kind.COUNT:
            raise Cannot("does not know how")

    def do(self, task: Task) -> None:
        return None

    def read(self, task: Task, got: None) -> AtLeast:
        return AtLeast(jobs=1000)


@pytest.fixture
def database(transactional_db: None) -> Iterator[psycopg.Connection]:
    """A connection to a database in which there are jobs, and the table of the others."""
    write(records([made(number) for number in range(JOBS)]))
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as opened:
        table.make(opened)
        yield opened
        opened.execute("DROP TABLE usual_job")


def made(number: int) -> dict[str, object]:
    """A job; three each are of one moment."""
    stamp = iso(NOON + timedelta(minutes=number // 3))
    return job(
        number,
        type=("urn:job:av.package", "urn:job:av.transcode")[number % 2],
        status=("success", "error", "working")[number % 3],
        issuer=f"urn:app:{number % 4}",
        sources=[{"path": f"/in/{number % 5}/{number}.mp4", "fileId": f"file-{number}"}],
        dateCreated=stamp,
        dateUpdated=stamp,
    )


def test_jobdeck_says_what_plain_sql_does(database: psycopg.Connection, signed_in: Client, tmp_path: Path) -> None:
    both = Raw(database, tmp_path), Jobdeck(Pages(signed_in), tmp_path)
    created: dict[str, datetime] = dict(database.execute("SELECT key, created FROM usual_job").fetchall())
    for task in TASKS:
        answers = {}
        for each in both:
            each.prepare(task)
            answers[each.name] = each.read(task, each.do(task))
        assert answers["raw"]
        same.compare(task.name, answers, created)


def test_a_bounded_number_is_read_as_one(
    database: psycopg.Connection, signed_in: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "CHOICES_CAP", 5)
    monkeypatch.setattr(counting, "CAP", 10)
    site = Jobdeck(Pages(signed_in), tmp_path)
    task = Task(name="count", kind=Kind.COUNT, filter=IN_ONE)
    site.prepare(task)
    assert site.read(task, site.do(task)) == AtLeast(jobs=10)


def test_sqlite_gets_every_job_and_is_kept_while_it_has_them(database: psycopg.Connection, tmp_path: Path) -> None:
    file = sqlite.make(database, tmp_path)
    assert sqlite.fingerprint(file) == table.fingerprint(database, "jobs_job") != (0, 0)
    written = file.stat().st_mtime_ns
    assert sqlite.make(database, tmp_path).stat().st_mtime_ns == written
    database.execute("DELETE FROM usual_job WHERE key = (SELECT max(key) FROM usual_job)")
    assert sqlite.make(database, tmp_path).stat().st_mtime_ns != written


def test_pages_may_differ_in_the_jobs_of_one_moment_alone() -> None:
    moments = [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2, 3)]
    created = {f"{name}{number}": moment for name in "ab" for number, moment in enumerate(moments)}
    assert same.same(("a2", "a1", "a0"), ("b2", "a1", "b0"), created)
    assert not same.same(("a2", "a1", "a0"), ("a2", "b1", "a0"), created)
    assert not same.same(("a2", "a1"), ("a2", "a0"), created)


@pytest.mark.parametrize("other", [11, AtLeast(jobs=11), {"error": 10}, Export(jobs=10, keys=1)])
def test_another_answer_is_found(other: int | AtLeast | dict[str, int] | Export) -> None:
    with pytest.raises(same.Differs, match="count: raw says 10, jobdeck says"):
        same.compare("count", {"raw": 10, "jobdeck": other}, {})


def test_a_walk_ends_at_the_page() -> None:
    assert steps(0) == []
    assert steps(2450) == [1000, 1000, 450]
    assert steps(3000) == [1000, 1000, 1000]


def test_what_a_contender_does_not_do_is_said() -> None:
    unable = Unable()
    count, listed = measure(unable, [TASKS[4], TASKS[0]]).results
    assert (listed.milliseconds, listed.answer, listed.note) == (None, None, "does not know how; is new")
    assert count.milliseconds is not None
    assert count.note == "says no more than: at least 1,000"


def test_who_is_late_the_first_time_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Task] = []

    def late_once(task: Task) -> None:
        asked.append(task)
        if len(asked) == 1:
            raise Cannot("no answer in 60 s")

    unable = Unable()
    monkeypatch.setattr(unable, "do", late_once)
    [count] = measure(unable, [TASKS[4]]).results
    assert count.milliseconds is not None
    assert count.note.endswith("the first time no answer in 60 s")


def test_a_server_runs_until_it_was_measured(tmp_path: Path) -> None:
    with serving(["-m", "http.server", "{port}", "--bind", HOST], tmp_path / "log") as server:
        web = Web(server.port, limit=10)
        with Peak(server=server) as watch:
            assert b"Jobdeck" in web.get("/README.md")
        assert 0 < server.memory() < 1000
        assert watch.most > 0
        with pytest.raises(Cannot, match="HTTP 404"):
            web.get("/nothing")
    with pytest.raises(Cannot, match="broke"):
        web.get("/README.md")


def test_nobody_is_waited_for_without_end() -> None:
    with socket.create_server((HOST, 0)) as silent, pytest.raises(Cannot, match="no answer in"):
        Web(silent.getsockname()[1], limit=0.1).get("/")
