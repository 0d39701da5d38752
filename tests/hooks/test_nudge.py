"""`Nudge`: whoever asks does not wait, and what is asked for is sent, once for all who ask meanwhile."""

from threading import Event

import pytest
from kombu.exceptions import OperationalError

from jobs.hooks.nudge import Nudge

PATIENCE = 10


def test_one_thread_sends_what_many_ask_for(monkeypatch: pytest.MonkeyPatch) -> None:
    began, go_on, done = Event(), Event(), Event()
    sent: list[tuple[str, tuple[int, ...]]] = []

    def send(task: str, given: tuple[int, ...], **_: object) -> None:
        sent.append((task, given))
        began.set()
        assert go_on.wait(PATIENCE)
        if len(sent) == 3:
            done.set()

    monkeypatch.setattr("jobs.hooks.nudge.current_app.send_task", send)
    nudge = Nudge()
    nudge("first")
    assert began.wait(PATIENCE)
    for _ in range(100):
        nudge("second")
        nudge("third", 10)
    go_on.set()
    assert done.wait(PATIENCE)
    assert sorted(sent) == [("first", ()), ("second", ()), ("third", (10,))]


def test_a_broker_that_does_not_answer_is_told_of(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked, again = Event(), Event()

    def send(task: str, given: tuple[int, ...], **_: object) -> None:
        (again if asked.is_set() else asked).set()
        raise OperationalError(f"no broker for {task}")

    monkeypatch.setattr("jobs.hooks.nudge.current_app.send_task", send)
    nudge = Nudge()
    nudge("task")
    assert asked.wait(PATIENCE)
    while not again.is_set():
        nudge("task")
    assert "the broker does not answer" in caplog.text
