"""Fifty operators at once, and two exports, for two minutes: how many requests, how long they take, which fail."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from random import Random
from urllib.parse import quote, urlencode

from benchmarks import grid, visitor
from benchmarks.beside import exports
from benchmarks.given import Given, Json
from benchmarks.measure import percentile, say
from benchmarks.server import jobdeck
from jobs.models import Job

OPERATORS, SECONDS = 50, 120
THINKS = (0.2, 1.0)  # seconds, from and to
SAMPLED = 2000

Address = Callable[[Random], str]


@dataclass(kw_only=True)
class Seen:
    """What the operators have met."""

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def measure(given: Given) -> Json:
    """Have them all at work; a request is a connection of its own."""
    addresses, cookies, seen = _addresses(), visitor.cookies(), Seen()
    with jobdeck(given) as server, exports(server.port, visitor.token()) as exported:
        say(f"  {OPERATORS} operators for {SECONDS} s")
        end = time.monotonic() + SECONDS
        works = [
            threading.Thread(target=_work, args=(server.port, addresses, cookies, Random(n), end, seen))  # noqa: S311
            for n in range(OPERATORS)
        ]
        for work in works:
            work.start()
        for work in works:
            work.join()
    return {
        "requests": len(seen.times),
        "a_second": round(len(seen.times) / SECONDS, 1),
        **{f"p{share}": round(percentile(seen.times, share / 100), 1) for share in (50, 95, 99)},
        "exports": len(exported),
        "errors": len(seen.errors),
        "first_errors": seen.errors[:5],
    }


def _addresses() -> list[Address]:
    """What operators ask for: mostly lists, then a job, a group, a page of the API."""
    cases = [urlencode(case.parameters, doseq=True) for case in grid.cases() if case.page == 1]
    jobs = list(Job.objects.order_by("-id").values_list("key", "group")[:SAMPLED])

    def a_list(dice: Random) -> str:
        return f"/jobs/?{dice.choice(cases)}"

    def a_job(dice: Random) -> str:
        return f"/job/{quote(dice.choice(jobs)[0], safe='')}"

    def a_group(dice: Random) -> str:
        return f"/group/{quote(dice.choice(jobs)[1], safe='')}"

    def rest(dice: Random) -> str:
        return f"/_api/jobs?{dice.choice(cases)}"

    return [a_list, a_list, a_list, a_job, a_job, a_group, rest]


def _work(port: int, addresses: list[Address], headers: dict[str, str], dice: Random, end: float, seen: Seen) -> None:
    """One operator: think, ask, read."""
    while time.monotonic() < end:
        time.sleep(dice.uniform(*THINKS))
        address = dice.choice(addresses)(dice)
        try:
            line = visitor.connect(port)
            reply = visitor.ask(line, address, headers)
            line.close()
        except (OSError, HTTPException) as problem:
            seen.errors.append(f"{address}: {problem!r}")
            continue
        seen.times.append(reply.last)
        if reply.status != 200:
            seen.errors.append(f"{address}: {reply.status}")
