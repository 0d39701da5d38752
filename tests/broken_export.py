"""A WSGI application whose export of `/break` fails midway; any other ends well."""

from collections.abc import Iterator

from django.db import OperationalError

from dashboard.wsgi import application as application
from jobs import export
from jobs.search import JobRow, JobSearch

ROW = JobRow(
    id=1,
    key="job",
    group="group",
    type="urn:job:av.package",
    status="success",
    issuer=None,
    created=None,
    updated=None,
    source="/in/a.mp4",
    destination="/out/a.zip",
    quality="",
    error_code=None,
    error="",
)
ROWS = 5000


def rows(search: JobSearch) -> Iterator[JobRow]:
    for _ in range(ROWS):
        yield ROW
    if search.path == "/break":
        raise OperationalError("the database is gone")


vars(export)["rows"] = rows
