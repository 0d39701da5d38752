"""Tells a worker that something is to be read now, without waiting for it, or for the broker.

One thread speaks to the broker at a time. Where that fails, the next tick finds what is to be read.
"""

import logging
from threading import Lock, Thread

from celery import current_app
from kombu.exceptions import OperationalError

Call = tuple[str, tuple[int, ...]]
log = logging.getLogger(__name__)


class Nudge:
    """Sends tasks, each once for all who have asked for it while another was being sent."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asked = set[Call]()
        self._sending = False

    def __call__(self, task: str, *given: int) -> None:
        """Let a worker run the task of this name soon, with what it is given."""
        with self._lock:
            self._asked.add((task, given))
            if self._sending:
                return
            Thread(target=self._send, name="nudge", daemon=True).start()
            self._sending = True

    def _send(self) -> None:
        while (call := self._next()) is not None:
            task, given = call
            try:
                current_app.send_task(task, given, retry=False)
            except (OperationalError, OSError) as why:
                log.warning("the broker does not answer: %s", why)
            except Exception:
                log.exception("a worker could not be called")

    def _next(self) -> Call | None:
        """A call that somebody has asked for; where there is none, whoever asks next begins a new thread."""
        with self._lock:
            self._sending = bool(self._asked)
            return self._asked.pop() if self._asked else None


nudge = Nudge()
