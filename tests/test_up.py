"""`./deck up` as an operator meets it: it starts, it brings back what dies, it stops, and it loses nothing."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
import requests

from dashboard.services.home import ROOT
from tests.canaries import CANARY, planted
from tests.records import iso
from trials.deck import SWEPT, Deck, deck, environment, until
from trials.outages import outages

JOBS = 700
OPTIONS = {"JOBDECK_SANDBOX": f"--jobs {JOBS} --rate 0", "SYNC_PERIOD": "1"}
NAMES = ("postgres", "valkey", "sandbox", "web", "worker", "beat")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deck]:
    """One Jobdeck, in a folder whose name has spaces."""
    folder = tmp_path_factory.mktemp("a folder with spaces")
    with deck(folder, **OPTIONS) as started:
        until(lambda: rows(started) == JOBS)
        yield started


def rows(deck: Deck) -> int:
    """How many jobs there are, page by page."""
    found, token = 0, ""
    while token is not None:
        page = deck.api("/jobs", pageSize=1000, nextPageToken=token)
        found, token = found + len(page["jobs"]), page["nextPageToken"]
    return found


def is_well(deck: Deck) -> bool:
    health = deck.health()
    return health.get("database") == "ok" and health.get("broker") == "ok" and health["passAge"] is not None


def alive(folder: Path) -> list[str]:
    """The processes that have to do with a data folder."""
    listed = subprocess.run(["ps", "-wweo", "pid=,args="], capture_output=True, text=True).stdout.splitlines()
    return [line for line in listed if str(folder) in line]


def test_it_says_where_it_is_and_has_jobs(running: Deck) -> None:
    reply = requests.get(f"{running.url}/jobs/", timeout=10)
    assert "Sign in" in reply.text
    assert set(running.children()) == set(NAMES)
    assert is_well(running)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_killed_comes_back(running: Deck, name: str) -> None:
    before = running.children()[name]
    os.kill(before, signal.SIGKILL)
    until(lambda: running.children().get(name, before) != before)
    until(lambda: is_well(running))
    came_back = time.time()
    until(lambda: running.health().get("passAge") is not None and running.health()["passAge"] < time.time() - came_back)
    assert rows(running) == JOBS


def test_a_second_one_in_the_same_folder_is_turned_away(running: Deck) -> None:
    ended = up(running.folder)
    assert ended.returncode == 1
    assert f"Jobdeck runs in {running.folder} already" in ended.stderr
    assert "JOBDECK_DATA_DIR" in ended.stderr


def test_commands_share_what_runs(running: Deck) -> None:
    command = [sys.executable, "-m", "dashboard.commands.sync", "--json"]
    variables = environment(running.folder, **OPTIONS)
    ended = subprocess.run(command, env=variables, cwd=ROOT, capture_output=True, text=True, timeout=60)
    summary = json.loads(ended.stdout)
    assert (ended.returncode, summary["complete"], summary["inserted"]) == (0, True, 0)
    assert is_well(running)


def test_no_file_of_the_data_folder_holds_a_secret(running: Deck) -> None:
    """Tables, write-ahead log, queue and logs, byte for byte."""
    now = iso(datetime.now(UTC))
    for record in planted(now):
        running.platform.plant(record, dateCreated=now, dateUpdated=now)
    until(lambda: len(running.api("/jobs", groupId="canary-group", pageSize=50)["jobs"]) >= 4)
    folders = [path.resolve() for path in running.folder.iterdir() if path.is_dir()]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert any("pg_wal" in str(path) for path in files)
    assert any(path.suffix == ".aof" for path in files)
    assert any(holds(path, b"canary-group") for path in files)
    assert [str(path) for path in files if holds(path, CANARY.encode())] == []


def holds(path: Path, word: bytes) -> bool:
    """Tell whether a file holds a word; a server may have removed it meanwhile."""
    try:
        return word in path.read_bytes()
    except FileNotFoundError:
        return False


def test_two_run_side_by_side(running: Deck, tmp_path: Path) -> None:
    with deck(tmp_path, **OPTIONS | {"JOBDECK_SANDBOX": "--jobs 50 --rate 0 --seed 9"}) as other:
        until(lambda: rows(other) == 50)
        assert rows(running) >= JOBS
        assert other.url != running.url


def test_it_stops_cleanly_and_leaves_nothing(tmp_path: Path) -> None:
    with deck(tmp_path, **OPTIONS) as started:
        until(lambda: rows(started) == JOBS)
        began = time.monotonic()
        assert started.stop() == 0
        assert time.monotonic() - began < 10
    assert alive(tmp_path) == []


def test_what_hangs_is_killed_in_time(tmp_path: Path) -> None:
    with deck(tmp_path, **OPTIONS) as started:
        children = started.children()
        for pid in children.values():
            os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()
        assert started.stop() == 0
        assert time.monotonic() - began < 10
    assert [pid for pid in children.values() if Path(f"/proc/{pid}").exists()] == []
    assert alive(tmp_path) == []


@pytest.fixture
def programs() -> Iterator[Path]:
    """Programs of a PostgreSQL that makes a cluster and then neither serves nor stops."""
    with tempfile.TemporaryDirectory(prefix="jobdeck-test-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        program(folder / "initdb", 'mkdir "$2" && touch "$2/PG_VERSION"')
        program(folder / "postgres", "trap '' INT TERM; while :; do sleep 1; done")
        yield folder


def program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_while_a_service_starts(tmp_path: Path, programs: Path, number: signal.Signals) -> None:
    with starting(tmp_path, JOBDECK_POSTGRES_BIN=str(programs)) as process:
        until(lambda: (tmp_path / "log" / "sandbox.log").exists())
        stops(process, number)
    assert alive(tmp_path) == []


@pytest.mark.parametrize("seconds", [1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.5])
def test_it_stops_wherever_it_is_by_then(tmp_path: Path, seconds: float) -> None:
    with starting(tmp_path, **OPTIONS) as process:
        time.sleep(seconds)
        stops(process, signal.SIGINT)
    assert alive(tmp_path) == []


def stops(process: "subprocess.Popen[str]", number: signal.Signals) -> None:
    """Send a signal; it must end in time, cleanly and without a word about it."""
    began = time.monotonic()
    process.send_signal(number)
    said, _ = process.communicate(timeout=30)
    assert time.monotonic() - began < 10
    assert (process.returncode, "Traceback" in said) == (0, False), said


@contextmanager
def starting(folder: Path, **variables: str) -> Iterator["subprocess.Popen[str]"]:
    """Run `up` without waiting for it."""
    command = [sys.executable, "-m", "dashboard.commands.up"]
    with subprocess.Popen(
        command,
        env=environment(folder, **variables),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_what_hinders_a_service_is_said_in_a_line(tmp_path: Path, programs: Path) -> None:
    program(programs / "initdb", "echo 'initdb: error: no space left' >&2; exit 1")
    ended = up(tmp_path, JOBDECK_POSTGRES_BIN=str(programs))
    assert ended.returncode == 1
    assert ended.stderr == "deck: postgres did not start: initdb failed: initdb: error: no space left\n"
    assert alive(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("JOBDECK_SANDBOX", "--jobs '", "options as a shell"),
        ("JOBDECK_POSTGRES_BIN", "/nowhere", "initdb and postgres"),
    ],
)
def test_a_variable_of_a_service_that_is_wrong_is_named(tmp_path: Path, name: str, value: str, remedy: str) -> None:
    ended = up(tmp_path, **{name: value})
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"deck: {name} cannot be read. Set it to")
    assert remedy in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_long_addresses_are_answered(running: Deck) -> None:
    """Several parameters at their longest, percent-encoded, are more than gunicorn takes by itself."""
    long = "ж" * 1999
    assert len(quote(long)) > 8190
    assert running.api("/jobs", path=f"/{long}", groupId=long, pageSize=1)["jobs"] == []


def test_killed_all_at_once_it_recovers_every_row(tmp_path: Path) -> None:
    with deck(tmp_path, **OPTIONS) as started:
        until(lambda: rows(started) == JOBS)
        children = started.children()
        assert set(children) == set(NAMES)
        os.kill(started.process.pid, signal.SIGKILL)
        for pid in children.values():
            os.killpg(pid, signal.SIGKILL)
    with deck(tmp_path, **OPTIONS) as again:
        assert rows(again) == JOBS
        assert again.password == started.password
        until(lambda: is_well(again))


def test_a_hook_reaches_its_worker_at_once(tmp_path: Path) -> None:
    """The next tick comes after an hour, so that nothing else brings the change."""
    with deck(tmp_path, JOBDECK_SANDBOX="--jobs 3 --rate 0", SYNC_PERIOD="3600") as started:
        until(lambda: started.ask(SWEPT))
        [told, *_] = started.platform.jobs()
        started.platform.patch(told["id"], status="working", note="told")
        started.call_back(told["id"])
        until(lambda: started.api(f"/jobs/{told['id']}").get("note") == "told")


def test_killed_in_turn_during_the_first_sweep_it_loses_nothing(tmp_path: Path) -> None:
    """Worker, beat, Valkey and PostgreSQL, beside a platform that fails; `./deck bench kills` does so for longer."""
    found = outages(tmp_path, jobs=4000, rounds=1, dice=Random(1))
    assert found.wrong == []
    assert found.during == found.kills


def test_when_it_is_killed_its_children_end(tmp_path: Path) -> None:
    with deck(tmp_path, **OPTIONS) as started:
        children = started.children()
        os.kill(started.process.pid, signal.SIGKILL)
        until(lambda: not [pid for pid in children.values() if Path(f"/proc/{pid}").exists()], seconds=20)
    assert alive(tmp_path) == []


def up(folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "dashboard.commands.up"]
    return subprocess.run(
        command, env=environment(folder, **variables), cwd=ROOT, capture_output=True, text=True, timeout=60
    )


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        line.listen()
        port = str(line.getsockname()[1])
        ended = up(tmp_path, PORT=port)
    assert ended.returncode == 1
    assert f"port {port} is taken" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert alive(tmp_path) == []


def test_a_setting_that_is_wrong_is_named(tmp_path: Path) -> None:
    ended = up(tmp_path, SYNC_PERIOD="never")
    assert ended.returncode == 1
    assert "SYNC_PERIOD cannot be read" in ended.stderr
    assert "Traceback" not in ended.stderr


def sync(folder: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "dashboard.commands.sync", *arguments]
    return subprocess.run(
        command, env=environment(folder, **variables), cwd=ROOT, capture_output=True, text=True, timeout=60
    )


def test_a_cycle_in_the_foreground(tmp_path: Path) -> None:
    first = sync(tmp_path, **OPTIONS)
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines()[-1].startswith("complete: ")
    assert f"{JOBS} inserted" in first.stdout
    again: dict[str, Any] = json.loads(sync(tmp_path, "--json", **OPTIONS).stdout)
    assert (again["complete"], again["inserted"], again["problem"]) == (True, 0, "")


def test_what_came_before_a_problem_is_counted(tmp_path: Path) -> None:
    ended = sync(tmp_path, "--json", JOBDECK_SANDBOX="--jobs 300 --rate 0 --page-cap 50 --faults token")
    summary = json.loads(ended.stdout)
    assert (ended.returncode, summary["complete"]) == (1, False)
    assert summary["inserted"] + summary["updated"] + summary["unchanged"] >= 50
    assert summary["pages"] > 1
    assert "nextPageToken" in summary["problem"]


@pytest.mark.parametrize(
    ("url", "words"), [("http://127.0.0.1:9", "127.0.0.1"), ("http://localhost:1", "localhost")], ids=str
)
def test_a_cycle_that_is_not_complete_says_why(tmp_path: Path, url: str, words: str) -> None:
    variables = {"MEDIA_PLATFORM_URL": url, "MEDIA_PLATFORM_APP_ID": "a", "MEDIA_PLATFORM_SHARED_SECRET": "b" * 40}
    ended = sync(tmp_path, "--json", **variables)
    summary = json.loads(ended.stdout)
    assert (ended.returncode, summary["complete"]) == (1, False)
    assert summary["problem"]
    assert "b" * 40 not in ended.stdout + ended.stderr


def test_help_and_what_is_no_command() -> None:
    helped = subprocess.run([ROOT / "deck", "help"], capture_output=True, text=True, timeout=20)
    assert helped.returncode == 0
    commands = {path.stem for path in (ROOT / "dashboard" / "commands").glob("[a-z]*.py")} - {"__init__"}
    assert {line.split()[1] for line in helped.stdout.splitlines()} == {*commands, "help"}
    wrong = subprocess.run([ROOT / "deck", "dance"], capture_output=True, text=True, timeout=20)
    assert wrong.returncode == 2
    assert "no command 'dance'" in wrong.stderr


IN_A_DESTRUCTOR = """
class Deaf:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.1)
Deaf()
time.sleep(60)
"""
IN_A_CLASS = """
class Late:
    def __set_name__(self, *_):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.1)
class Imported:
    late = Late()
"""


@pytest.mark.parametrize("code", [IN_A_DESTRUCTOR, IN_A_CLASS])
def test_a_signal_arrives_wherever_it_comes(code: str) -> None:
    """Python drops what is raised in a destructor, and wraps what is raised while a class is made."""
    program = f"""
import os, signal, time
from dashboard.commands.up import Stopped, stoppable
try:
    with stoppable():
        exec({code!r})
except Stopped:
    print("stopped")
"""
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert (ended.stdout, ended.stderr) == ("stopped\n", "")
