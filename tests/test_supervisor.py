"""The supervisor: what hangs, what dies, and what is written without end."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.services import process
from dashboard.services.process import DidNotStart, is_running, wait_for
from dashboard.services.supervisor import FIRST_PAUSE, KILL_SECONDS, STOP_SECONDS, Child, Supervisor

DEAF = "import signal; [signal.signal(each, signal.SIG_IGN) for each in (signal.SIGINT, signal.SIGTERM)]"
IN_ANOTHER_SESSION = "os.fork() or os.setsid()"
CHATTY = "while True: print('x' * 999, flush=True); time.sleep(0.001)"


def python(home: Path, name: str, *before: str, then: str = "time.sleep(300)") -> Child:
    """A child that runs the lines `before`, says that it is ready, and then does something for ever."""
    log = home / "log" / f"{name}.log"
    code = "\n".join(["import os, time", *before, "print('ready', os.getpid(), flush=True)", then])
    command = [sys.executable, "-c", code]
    return Child(name=name, start=lambda: process.launch(command, log), is_ready=lambda: "ready" in log.read_text())


def test_those_that_hang_are_killed_together(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor:
        supervisor.start(python(tmp_path, "service", DEAF))
        supervisor.start(python(tmp_path, "web", DEAF))
        both = [python(tmp_path, name, DEAF) for name in ("worker", "beat")]
        supervisor.start(*both, beside=True)
        began = time.monotonic()
        supervisor.stop()
    assert time.monotonic() - began < 2 * (STOP_SECONDS + KILL_SECONDS) + 1 <= 10
    assert all(child.has_ended() for child in both)


def test_what_has_left_its_session_is_killed_too(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor:
        supervisor.start(python(tmp_path, "web", IN_ANOTHER_SESSION, DEAF))
        log = tmp_path / "log" / "web.log"
        assert wait_for(lambda: log.read_text().count("\n") == 2, seconds=10)
        pids = [int(line.split()[1]) for line in log.read_text().splitlines()]
        assert all(map(is_running, pids))
    assert wait_for(lambda: not any(map(is_running, pids)), seconds=5)


def test_nobody_waits_for_another_to_come_back(tmp_path: Path) -> None:
    """One that dies at once, with an ever longer pause, does not hold up another."""
    log = tmp_path / "log" / "sick.log"
    sick = Child(name="sick", start=lambda: process.launch(["false"], log), is_ready=lambda: False)
    sick.pause, well = 8.0, python(tmp_path, "well")
    with Supervisor(tmp_path) as supervisor:
        supervisor.start(well)
        with pytest.raises(DidNotStart):
            supervisor.start(sick, beside=True)
        well.started -= 60
        assert well.process is not None
        well.process.kill()
        assert wait_for(tending(supervisor, lambda: well.due is not None), seconds=5)
        began = time.monotonic()
        assert wait_for(tending(supervisor, lambda: not well.has_ended() and well.due is None), seconds=5)
        assert time.monotonic() - began < FIRST_PAUSE + 2
        assert sick.due is not None
        assert sick.due - time.monotonic() > 5


def tending(supervisor: Supervisor, condition: Callable[[], bool]) -> Callable[[], bool]:
    """Look after the children, then tell whether the condition holds."""

    def met() -> bool:
        supervisor.tend()
        return condition()

    return met


def test_a_log_stays_bounded_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "LOG_KEPT", 10_000)
    with Supervisor(tmp_path) as supervisor:
        supervisor.start(python(tmp_path, "worker", then=CHATTY))
        log = tmp_path / "log" / "worker.log"
        for _ in range(5):
            assert wait_for(lambda: log.stat().st_size > 10_000, seconds=10)
            supervisor.tend()
            assert log.stat().st_size < 10_000
    assert sorted(path.name for path in log.parent.iterdir()) == ["worker.log", "worker.old.log"]
    assert set(log.read_text()) <= {"x", "\n"}
