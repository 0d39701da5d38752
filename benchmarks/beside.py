"""Exports that run while something else is measured."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from benchmarks import visitor

EXPORT = "/jobs/export.csv"
AT_ONCE = 2


@contextmanager
def exports(port: int, headers: Mapping[str, str]) -> Iterator[list[visitor.Reply]]:
    """Have exports of all jobs run, two at a time, one after another; give those that came to their end.

    Leaving breaks the last ones off. Raises what one of them met.
    """
    ended: list[visitor.Reply] = []
    problems: list[Exception] = []
    stop = threading.Event()

    def export() -> None:
        try:
            while not stop.is_set():
                line = visitor.connect(port)
                reply = visitor.ask(line, EXPORT, headers, stop)
                line.close()
                ended.extend([] if stop.is_set() else [reply])
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=export) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    try:
        yield ended
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    if problems:
        raise problems[0]
