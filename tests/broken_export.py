"""A WSGI application whose export of `/break` fails midway; any other ends well."""

from collections.abc import Iterator

from django.db import OperationalError

from dashboard.wsgi import application as application
from jobs.export import views
from jobs.export.copying import Copy
from jobs.watch.freshness import Freshness

LINES = 5001


def chunks(copy: Copy) -> Iterator[bytes]:
    for _ in range(LINES):
        yield b"a line\r\n"
    if "terms0" in copy.query.parameters:
        raise OperationalError("the database is gone")


vars(views)["freshness"] = lambda: Freshness(as_of=None, state="new")
Copy.chunks = chunks  # type: ignore[method-assign, assignment]
