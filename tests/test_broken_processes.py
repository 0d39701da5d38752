"""Processes that are killed, stopped or doubled while they work: faults 22 to 25 of docs/reliability.md."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from dashboard.services.home import ROOT
from dashboard.services.process import descendants, wait_for
from dashboard.services.valkey import Valkey
from jobs.document import joined
from jobs.upstream import wire
from jobs.upstream.mask import Masker
from jobs.upstream.record import Record
from tests.test_up import is_well, rows
from trials.deck import Deck, deck, environment, until

JOBS = 1000
SLOWLY = {"JOBDECK_SANDBOX": f"--jobs {JOBS} --rate 0 --page-cap 10", "SYNC_PERIOD": "1"}
"""A first sync of so many pages that it is struck in the middle of one."""


def there(running: Deck) -> dict[str, Any]:
    """What the platform has, by id, its secrets masked as they are here."""
    port = (running.folder / "sandbox-port").read_text()
    masker = Masker((running.folder / "secrets" / "secret-key").read_bytes())
    jobs = requests.get(f"http://127.0.0.1:{port}/_sandbox/jobs", timeout=60).json()["jobs"]
    read = [wire.record(json.dumps(job).encode(), masker) for job in jobs]
    return {each.id: json.loads(joined(each.head, each.body, each.result)) for each in read if isinstance(each, Record)}


def here(running: Deck) -> dict[str, Any]:
    """What the mirror gives back, by id."""
    found: dict[str, Any] = {}
    token = None
    while token != "":
        page = running.api("/jobs", pageSize=1000, **({"nextPageToken": token} if token else {}))
        found |= {job["id"]: job for job in page["jobs"]}
        token = page["nextPageToken"] or ""
    return found


def is_equal(running: Deck) -> bool:
    return here(running) == there(running)


def becomes_fresh(running: Deck) -> None:
    """Wait for a complete pass that begins from now on."""
    asked = time.time()
    until(lambda: (age := running.health().get("passAge")) is not None and age < time.time() - asked)


def the_middle(running: Deck) -> None:
    """Wait until some jobs are here, and not all."""
    until(lambda: 0 < rows(running) < JOBS - 100)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_22_a_database_that_starts_anew_in_the_middle_of_a_sync(tmp_path: Path, number: signal.Signals) -> None:
    """It crashes, or stops at once; the supervisor brings it back."""
    with deck(tmp_path, **SLOWLY) as running:
        the_middle(running)
        before = running.children()["postgres"]
        os.kill(before, number)
        until(lambda: running.children().get("postgres", before) != before)
        until(lambda: is_well(running))
        until(lambda: rows(running) == JOBS)
        becomes_fresh(running)
        assert is_equal(running)


def test_23_workers_that_are_killed_in_the_middle_of_a_page(tmp_path: Path) -> None:
    """As the kernel does where memory runs out: whoever works, not the one who looks after them."""
    with deck(tmp_path, **SLOWLY) as running:
        the_middle(running)
        for pid in descendants(running.children()["worker"]):
            kill(pid)
        until(lambda: rows(running) == JOBS)
        becomes_fresh(running)
        assert is_equal(running)


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


DEADLY = '''
"""A task that ends the process it runs in."""
import os, signal
from celery import shared_task

@shared_task(name="jobs.tasks.deadly")
def deadly():
    with open({log!r}, "a") as log:
        log.write("x")
    os.kill(os.getpid(), signal.SIGKILL)

@shared_task(name="jobs.tasks.lively")
def lively():
    with open({log!r}, "a") as log:
        log.write("!")
'''
SEND = """
from dashboard.celery import app
app.send_task("jobs.tasks.deadly", expires=3600)
app.send_task("jobs.tasks.lively", expires=3600, countdown=3)
"""


def test_23_a_task_that_kills_its_worker_is_not_given_to_another(tmp_path: Path, broker: Valkey) -> None:
    """What it should have done is the next tick's; a task that is given out again would kill without end."""
    log = tmp_path / "log"
    (tmp_path / "deadly.py").write_text(DEADLY.format(log=str(log)))
    variables = environment(tmp_path / "data", CELERY_BROKER_URL=broker.url, PYTHONPATH=f"{tmp_path}:{ROOT}")
    worker = [sys.executable, "-m", "celery", "--app", "dashboard", "worker", "--queues", "sync", "--concurrency", "1"]
    worker += ["--include", "deadly", "--without-gossip", "--without-mingle"]
    with subprocess.Popen(worker, env=variables, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as it:
        try:
            subprocess.run([sys.executable, "-c", SEND], env=variables, cwd=ROOT, check=True, timeout=60)
            until(lambda: log.exists() and "!" in log.read_text())
            assert log.read_text() == "x!"
        finally:
            it.terminate()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Valkey]:
    """A broker of the test's own."""
    server = Valkey(tmp_path / "broker")
    with served(server):
        yield server


@contextmanager
def served(server: Valkey) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a broker; leaving ends it."""
    server.home.mkdir(exist_ok=True)
    server.prepare()
    with server.start() as running:
        try:
            assert wait_for(server.is_ready, seconds=20)
            yield running
        finally:
            running.send_signal(signal.SIGCONT)
            running.terminate()


def test_24_two_beats(tmp_path: Path) -> None:
    """Every task comes twice; of two that are there at once, one does the work."""
    with deck(tmp_path, **SLOWLY) as running:
        beat = [
            sys.executable,
            "-m",
            "celery",
            "--app",
            "dashboard",
            "beat",
            "--loglevel=info",
            "--pidfile=",
            "-s",
            str(tmp_path / "beat"),
        ]
        variables = environment(tmp_path, **SLOWLY)
        with subprocess.Popen(
            beat, env=variables, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as second:
            try:
                until(lambda: rows(running) == JOBS)
                becomes_fresh(running)
                assert second.poll() is None
                assert is_equal(running)
            finally:
                second.terminate()
            assert second.stdout is not None
            assert second.stdout.read().count("Sending due task tail") > 1, "the second beat sent nothing"
        log = (tmp_path / "log" / "worker.log").read_text()
        assert "raised unexpected" not in log


def operator_of(running: Deck) -> requests.Session:
    """Somebody who has signed in."""
    session = requests.Session()
    form = session.get(f"{running.url}/sign-in/", timeout=20)
    [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form.text)
    known = {"username": running.operator, "password": running.password, "csrfmiddlewaretoken": token}
    session.post(form.url, data=known, headers={"Referer": form.url}, timeout=20).raise_for_status()
    return session


def age_said(page: str) -> float:
    """How many seconds ago the last complete pass began, as a page says."""
    [began] = re.findall(r"The last complete pass began (.+?) UTC", page)
    return time.time() - datetime.fromisoformat(f"{began}+00:00").timestamp()


@pytest.mark.parametrize(("way", "seconds"), [("gone", 60), ("silent", 12)])
def test_25_a_broker_that_is_down(tmp_path: Path, way: str, seconds: int) -> None:
    """Pages are served and say how old they are; when it is back, the mirror becomes fresh by itself."""
    server = Valkey(tmp_path / "broker")
    with served(server) as first, deck(tmp_path / "data", CELERY_BROKER_URL=server.url, **SLOWLY) as running:
        until(lambda: rows(running) == JOBS)
        becomes_fresh(running)
        operator = operator_of(running)
        first.send_signal(signal.SIGSTOP if way == "silent" else signal.SIGTERM)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            page = operator.get(f"{running.url}/jobs/", timeout=10)
            assert (page.status_code, "/job/" in page.text) == (200, True)
            assert rows(running) == JOBS
            time.sleep(0.5)
        assert age_said(page.text) > seconds - 5
        assert running.health()["broker"] != "ok"
        assert running.health()["database"] == "ok"
        if way == "silent":
            first.send_signal(signal.SIGCONT)
            becomes_fresh(running)
            assert is_equal(running)
        else:
            first.wait()
            with served(server):
                becomes_fresh(running)
                assert is_equal(running)
            log = (tmp_path / "data" / "log" / "worker.log").read_text()
            assert set(re.findall(r"Trying again in (\S+) second", log)) == {"1.00"}
