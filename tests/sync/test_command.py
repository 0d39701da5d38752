"""`./deck sync`: whatever stops a cycle stands in its summary, and the exit status says so."""

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from dashboard.commands.sync import Tally, _bar, _show
from dashboard.services.home import ROOT
from jobs.models import Lane, Pass, Shard
from trials.deck import environment, until
from trials.platform import SandboxProcess

COMMAND = [sys.executable, "-m", "dashboard.commands.sync"]
PATIENCE = 60


def variables(folder: Path, platform: SandboxProcess, **more: str) -> dict[str, str]:
    """The environment of a cycle in the tests' database, against this platform."""
    known = {
        "DATABASE_URL": f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}",
        "MEDIA_PLATFORM_URL": platform.url,
        "MEDIA_PLATFORM_APP_ID": platform.app_id,
        "MEDIA_PLATFORM_SHARED_SECRET": platform.secret,
    }
    return environment(folder, **known | more)


def run(environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE
    )


def summary_of(ended: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    assert "Traceback" not in ended.stderr
    summary: dict[str, Any] = json.loads(ended.stdout)
    return summary


@pytest.mark.django_db(transaction=True)
def test_a_complete_cycle(tmp_path: Path, platform: SandboxProcess) -> None:
    ended = run(variables(tmp_path, platform), "--json")
    summary = summary_of(ended)
    assert (ended.returncode, summary["complete"], summary["inserted"]) == (0, True, 120)
    assert 0 < summary["seconds"] < PATIENCE


def test_a_database_that_does_not_answer(tmp_path: Path, platform: SandboxProcess) -> None:
    nowhere = variables(tmp_path, platform, DATABASE_URL="postgres://nobody:pass-word@127.0.0.1:9/x")
    ended = run(nowhere, "--json")
    summary = summary_of(ended)
    assert (ended.returncode, summary["complete"], summary["pages"]) == (1, False, 0)
    assert "DATABASE_URL: the database cannot be reached" in summary["problem"]
    assert "refused" in summary["problem"]
    assert "pass-word" not in ended.stdout + ended.stderr
    ended = run(nowhere)
    assert (ended.returncode, "Traceback" in ended.stderr) == (1, False)
    assert ended.stdout.startswith("not complete: DATABASE_URL")


@pytest.mark.django_db
def test_the_bar_is_as_far_as_the_sweep_and_counts_the_jobs() -> None:
    began = timezone.now() - timedelta(minutes=5)
    Lane.objects.create(name="sweep", number=1, began=began)
    Shard.objects.create(lane="sweep", type="urn:job:av.transcode", finished=True, weight=3)
    Shard.objects.create(lane="sweep", type="", weight=1)
    tally = Tally()
    with _bar(quiet=True) as bar:
        task = bar.add_task("asking the platform", total=1.0)
        for inserted in (500, 1000):
            _show(bar, task, tally, Pass(pk=1, lane="sweep", inserted=inserted, unchanged=5, pages=2))
        [shown] = bar.tasks
    assert shown.completed == pytest.approx(0.75)
    assert shown.description == "sweep: 1,005 jobs"


@pytest.mark.django_db(transaction=True)
def test_a_database_without_tables_says_what_to_do(tmp_path: Path, platform: SandboxProcess) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE empty_one")
    try:
        address = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/empty_one"
        ended = run(variables(tmp_path, platform, DATABASE_URL=address), "--json")
        assert "./deck manage migrate" in summary_of(ended)["problem"]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE empty_one")


def test_settings_that_are_wrong(tmp_path: Path, platform: SandboxProcess) -> None:
    ended = run(variables(tmp_path, platform, SYNC_PERIOD="never", SYNC_SWEEP="0"), "--json")
    summary = summary_of(ended)
    assert (ended.returncode, summary["complete"]) == (1, False)
    assert "SYNC_PERIOD cannot be read" in summary["problem"]
    assert "SYNC_SWEEP cannot be read" in summary["problem"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("faults", ["short:x1,stall", "stall"], ids=["backfill", "tail"])
def test_pressing_ctrl_c_ends_it_at_once(tmp_path: Path, platform: SandboxProcess, faults: str) -> None:
    """Also against a platform that has stalled, for which a fetch would wait."""
    platform.faults(faults)
    started = subprocess.Popen(
        [*COMMAND, "--json"],
        env=variables(tmp_path, platform),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until(lambda: len(platform.requests()) > faults.count(","))
        started.send_signal(signal.SIGINT)
        out, err = started.communicate(timeout=10)
    finally:
        started.kill()
    assert (started.returncode, json.loads(out)["problem"]) == (1, "It was stopped.")
    assert "Traceback" not in err
