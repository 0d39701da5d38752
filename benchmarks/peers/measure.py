"""Takes the time of a contender's tasks, and keeps its answers."""

import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.peers.contender import Contender
from benchmarks.peers.tasks import Answer, AtLeast, Cannot, Kind, Task
from benchmarks.server import Peak

RUNS, ENOUGH = 7, 10
"""At most so many runs of a task, and no further one after so many seconds."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a contender did: the median in milliseconds and the answer, or neither, and what is to be said of it."""

    milliseconds: float | None
    answer: Answer | None
    note: str


@dataclass(frozen=True, kw_only=True)
class Memory:
    """What a server's processes took, in MB: at the start, after the tasks, and at most during the export.

    PostgreSQL's processes are not among them; SQLite works inside Datasette's.
    """

    start: float
    after: float
    csv_peak: float


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """All results of one contender, in the order of the tasks."""

    name: str
    results: Sequence[Result]
    memory: Memory | None


def measure(contender: Contender, tasks: Sequence[Task]) -> Sheet:
    """Do all tasks; exports come last, so that what they leave in memory slows nobody else down."""
    server = contender.server
    start = server.memory() if server else 0.0
    results, peak = [], 0.0
    for task in tasks:
        if server and task.kind is Kind.CSV:
            with Peak(server=server) as watch:
                results.append(_result(contender, task))
            peak = watch.most
        else:
            results.append(_result(contender, task))
    memory = Memory(start=start, after=server.memory(), csv_peak=peak) if server else None
    return Sheet(name=contender.name, results=results, memory=memory)


def _result(contender: Contender, task: Task) -> Result:
    note = contender.notes.get(task.kind, "")
    try:
        contender.prepare(task)
        cold = _warmed(contender, task)
        seconds, answer = _runs(contender, task)
    except Cannot as why:
        _say(f"{contender.name}: {task.name}: {why}")
        return Result(milliseconds=None, answer=None, note=_joined(str(why), note))
    note = _joined(f"the first time {cold}" if cold else "", note)
    if isinstance(answer, AtLeast):
        note = _joined(f"says no more than: at least {answer.jobs:,}", note)
    _say(f"{contender.name}: {task.name}: {statistics.median(seconds) * 1000:,.1f} ms ({len(seconds)} runs)")
    return Result(milliseconds=round(statistics.median(seconds) * 1000, 2), answer=answer, note=note)


def _joined(*notes: str) -> str:
    return "; ".join(filter(None, notes))


def _warmed(contender: Contender, task: Task) -> str:
    """Do a task once, and say why it was not done: what is read off the disk may be there the next time.

    A file is not tried twice.
    """
    if task.kind is Kind.CSV:
        return ""
    try:
        contender.do(task)
    except Cannot as why:
        return str(why)
    return ""


def _runs(contender: Contender, task: Task) -> tuple[list[float], Answer]:
    """The seconds of several runs after one whose answer is read, which counts where it takes too long for others."""
    got, first = _timed(contender, task)
    answer = contender.read(task, got)
    seconds: list[float] = []
    while len(seconds) < RUNS and first + sum(seconds) < ENOUGH:
        seconds.append(_timed(contender, task)[1])
    return seconds or [first], answer


def _timed(contender: Contender, task: Task) -> tuple[object, float]:
    began = time.perf_counter()
    got = contender.do(task)
    return got, time.perf_counter() - began


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201
