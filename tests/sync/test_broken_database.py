"""A database that is cut off, read-only, or full, while the sync runs: faults 22 and 26 of docs/reliability.md.

The watermark stays where it was, whoever looks is told, pages are served, and it goes on by itself.
"""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import Error, close_old_connections, connection
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from dashboard.services import process
from jobs import tasks
from jobs.models import Lane, Lease, Pass
from jobs.sync.lanes import run_sweep, run_tail
from jobs.watch.freshness import freshness
from trials.consistency import is_consistent
from trials.equality import differing, run_cycle
from trials.platform import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)
TASKS = (tasks.tail, tasks.sweep, tasks.reconcile, tasks.rechecks)
DAY = 86_400


@pytest.fixture(autouse=True)
def _small_pages(settings: Settings) -> None:
    settings.SYNC_PAGE_SIZE, settings.SYNC_OVERLAP = 20, DAY


def do(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def tick() -> list[str]:
    """What the scheduler does; the errors that the tasks end with are Celery's to log."""
    said = []
    for task in TASKS:
        close_old_connections()
        try:
            task()
        except Error as error:
            said.append(type(error.__cause__).__name__)
    close_old_connections()
    return said


def leases_run_out() -> None:
    """Let the time be over that a worker keeps a lane which cannot give it up."""
    close_old_connections()
    Lease.objects.update(expires="2020-01-01T00:00:00Z")


def change_some(platform: SandboxProcess) -> None:
    """Let jobs change, of more than one page."""
    for number, job in enumerate(platform.jobs()[::2]):
        platform.patch(job["id"], status="working" if number % 2 else "error", note="x" * 100)


def problems() -> set[str]:
    """Why passes have failed."""
    return set(Pass.objects.filter(outcome="failed").values_list("problem", flat=True))


def place() -> tuple[object, object]:
    """How far the tail has come."""
    lane = Lane.objects.get(name="tail")
    return lane.watermark, lane.complete


@contextmanager
def a_trigger(statement: str) -> Iterator[None]:
    """Let this happen before every row of a document is written."""
    do(
        f"CREATE FUNCTION blow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {statement}; RETURN new; END $$",
        "CREATE TRIGGER blow BEFORE INSERT OR UPDATE ON jobs_document FOR EACH ROW EXECUTE FUNCTION blow()",
    )
    try:
        yield
    finally:
        connection.close()
        do("DROP TRIGGER blow ON jobs_document", "DROP FUNCTION blow")


CUT = """IF nextval('blows') % 33 = 0 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF"""


@pytest.fixture
def _blows() -> Iterator[None]:
    """Counts rows, and is not taken back with them."""
    do("CREATE SEQUENCE blows")
    yield
    do("DROP SEQUENCE blows")


@pytest.mark.usefixtures("_blows")
def test_22_a_connection_that_is_cut_in_the_middle_of_a_write(platform: SandboxProcess) -> None:
    run_cycle()
    before = place()
    change_some(platform)
    with a_trigger(CUT):
        assert "AdminShutdown" in tick()
        assert place() == before
        for _ in range(8):
            leases_run_out()
            tick()
    leases_run_out()
    tick()
    assert place() != before
    run_cycle()
    assert differing(platform) == []
    assert is_consistent()
    assert {problem.partition(":")[0] for problem in problems()} == {"The database fails"}
    assert not Pass.objects.filter(outcome="running").exists()


EVERY_OTHER = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@pytest.mark.parametrize("lane", ["tail", "sweep"])
def test_22_every_connection_of_a_pass_that_is_cut(platform: SandboxProcess, lane: str) -> None:
    """That of whoever writes, of whoever fetches and of the heart; the next pass finds the lane as it was committed."""
    tasks.tail()
    cut: list[bool] = []
    run: Callable[..., object] = run_tail
    if lane == "sweep":
        run = lambda *, watch: run_sweep(seconds=60, watch=watch)  # noqa: E731 - as short as it can be said
    change_some(platform)

    def cut_off(_: Pass) -> None:
        if not cut:
            cut.append(True)
            with connection.get_new_connection(connection.get_connection_params()) as line:
                line.execute(EVERY_OTHER)

    with suppress(Error):
        run(watch=cut_off)
    assert cut
    leases_run_out()
    tick()
    run_cycle()
    assert differing(platform) == []
    assert is_consistent()


@contextmanager
def read_only() -> Iterator[None]:
    """A database that takes no writes from now on."""
    name = connection.settings_dict["NAME"]
    do(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    connection.close()
    try:
        yield
    finally:
        do("SET default_transaction_read_only = off", f"ALTER DATABASE {name} RESET default_transaction_read_only")
        connection.close()


def test_26_a_read_only_database(platform: SandboxProcess, signed_in: Client) -> None:
    run_cycle()
    before = place()
    change_some(platform)
    quiet = Client(raise_request_exception=False)
    quiet.cookies = signed_in.cookies
    with read_only():
        assert set(tick()) == {"ReadOnlySqlTransaction"}
        assert place() == before
        seen = freshness()
        assert (seen.state, seen.problem_since) == ("down", before[1])
        for path in ("/jobs/", "/sync/", f"/job/{platform.jobs()[0]['id']}"):
            page = quiet.get(path)
            assert page.status_code == 200, path
            assert "Sync fails" in page.content.decode()
        assert "The database is read-only. Let it take writes again" in quiet.get("/sync/").content.decode()
        assert quiet.get("/_api/jobs").status_code == 200
        assert b"".join(quiet.get("/jobs/export.csv")).count(b"\n") > 100
        assert quiet.get("/healthz").json()["database"] == "read-only"
        assert quiet.get("/healthz").status_code == 503
        refused = quiet.post("/sync/now/")
        assert (refused.status_code, "takes no writes" in refused.content.decode()) == (503, True)
    tick()
    assert freshness().state == "fresh"
    run_cycle()
    assert differing(platform) == []


FULL = """RAISE SQLSTATE '53100' USING MESSAGE = 'could not extend file "base/1/2": No space left on device'"""


@contextmanager
def said_to_be_full() -> Iterator[None]:
    """A trigger that says what PostgreSQL says then: everywhere, and no more than that."""
    with a_trigger(FULL):
        yield


@contextmanager
def really_full() -> Iterator[None]:
    """Documents that lie on a disk of their own, which holds no more; only root can have one."""
    account = process.servant()
    if account is None or connection.settings_dict["HOST"][:1] != "/":
        pytest.skip("a disk of its own needs root, and a PostgreSQL that runs here")
    folder = Path(tempfile.mkdtemp(prefix="jobdeck-test-", dir="/tmp"))
    options = f"size=1m,mode=700,uid={account.pw_uid},gid={account.pw_gid}"
    os.chmod(folder, 0o755)
    (folder / "disk").mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder / "disk")])
    if mounted.returncode:
        pytest.skip("nothing can be mounted here")
    space = f"tiny_{connection.settings_dict['NAME']}"
    try:
        do(
            "VACUUM FULL jobs_document",  # tests before this one may have left more than the disk holds
            f"CREATE TABLESPACE {space} LOCATION '{folder / 'disk'}'",
            f"ALTER TABLE jobs_document SET TABLESPACE {space}",
        )
        rest = os.statvfs(folder / "disk")
        (folder / "disk" / "ballast").write_bytes(b"x" * rest.f_bavail * rest.f_bsize)
        yield
    finally:
        (folder / "disk" / "ballast").unlink(missing_ok=True)
        connection.close()
        do("ALTER TABLE jobs_document SET TABLESPACE pg_default", f"DROP TABLESPACE {space}")
        subprocess.run(["umount", str(folder / "disk")], check=True)
        (folder / "disk").rmdir()
        folder.rmdir()


@pytest.mark.parametrize("full", [said_to_be_full, really_full], ids=["said", "real"])
def test_26_a_full_disk(platform: SandboxProcess, signed_in: Client, full: Callable[[], object]) -> None:
    run_cycle()
    before = place()
    change_some(platform)
    with full():  # type: ignore[attr-defined]
        assert "DiskFull" in tick()
        assert place() == before
        seen = freshness()
        assert seen.state == "down"
        assert seen.problem == "The database's disk is full. Make room on it."
        for path in ("/jobs/", "/sync/"):
            assert "disk is full" in signed_in.get(path).content.decode()
    Lane.objects.filter(name="sweep").update(finished=timezone.now() - timedelta(days=2))
    tick()
    assert freshness().state == "fresh"
    run_cycle()
    assert differing(platform) == []
    assert is_consistent()
