r"""What an export of a million jobs costs beside `psql \copy` of the same query, and the memory of the largest."""

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import psycopg
from django.conf import settings
from django.db import connection

from benchmarks import visitor
from benchmarks.given import Given, Json
from benchmarks.measure import percentile, say
from benchmarks.server import Server, jobdeck
from jobs.export.formats import FORMATS
from jobs.models import Job
from jobs.search import JobSearch, parse

ROWS, ROUNDS, WARM = 1_000_000, 3, 20
TAKEN = 0.05  # seconds between two looks at the memory


def measure(given: Given) -> Json:
    """Export everything, with an eye on the memory; then about `ROWS` jobs in each format, in turn with psql."""
    parameters = _newest(ROWS)
    with jobdeck(given) as server:
        memory = _memory(server)
        return {"memory": memory, **{kind: _both(given, server, kind, parameters) for kind in FORMATS}}


def _newest(rows: int) -> dict[str, str]:
    """The parameters that ask for about so many jobs, the newest; none where there are no more."""
    dates = Job.objects.order_by("-created").values_list("created", flat=True)
    oldest = dates[rows : rows + 1].first()
    return {"createdFrom": oldest.strftime("%Y-%m-%dT%H:%M:%SZ")} if oldest else {}


def _both(given: Given, server: Server, kind: str, parameters: dict[str, str]) -> Json:
    """An export and psql's, several times in turn: rows, bytes and the median of each one's seconds."""
    address = f"/jobs/export.{kind}?{urlencode(parameters)}"
    search = parse({name: [text] for name, text in parameters.items()}, page_size=JobSearch().page_size)
    copy = _copy(kind, search)
    ours, peer, first, reply = [], [], [], None
    for number in range(ROUNDS):
        say(f"  {kind}: {number + 1} of {ROUNDS}")
        reply = visitor.ask(visitor.connect(server.port), address, visitor.token())
        ours.append(reply.last / 1000)
        first.append(reply.first)
        peer.append(_psql(given, copy))
    assert reply is not None
    seconds, least = percentile(ours, 0.5), percentile(peer, 0.5)
    return {
        "rows": reply.lines - (kind == "csv"),
        "bytes": reply.bytes,
        "seconds": round(seconds, 2),
        "psql": round(least, 2),
        "first": round(max(first), 1),
    }


def _copy(kind: str, search: JobSearch) -> str:
    r"""The line for psql, as `\copy` takes it."""
    query = FORMATS[kind].statement(search)
    with psycopg.connect(**connection.get_connection_params()) as line:
        text = psycopg.ClientCursor(line).mogrify(query.text, query.parameters)
    return "\\" + " ".join(text.split()).replace("COPY", "copy", 1)


def _psql(given: Given, copy: str) -> float:
    """How many seconds psql takes."""
    began = time.perf_counter()
    command = [str(given.programs / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", copy, settings.DATABASE_URL]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def _memory(server: Server) -> Json:
    """How much more than before a worker holds while it exports everything; before, each has answered."""
    say("  memory")
    for _ in range(WARM):
        visitor.ask(visitor.connect(server.port), visitor.REST, visitor.token())
    idle = server.private()
    with _watched(server) as taken:
        reply = visitor.ask(visitor.connect(server.port), "/jobs/export.csv", visitor.token())
    above = max(held - idle[pid] for seen in taken for pid, held in seen.items())
    return {"rows": reply.lines - 1, "idle": max(idle.values()), "above": above}


@contextmanager
def _watched(server: Server) -> Iterator[list[dict[int, int]]]:
    """Look at the memory again and again meanwhile."""
    taken, stop = [server.private()], threading.Event()

    def watch() -> None:
        while not stop.wait(TAKEN):
            taken.append(server.private())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield taken
    finally:
        stop.set()
        thread.join()
