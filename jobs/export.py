"""`/jobs/export.csv`: everything that a search finds, streamed in constant memory.

A text that a spreadsheet would take for a formula gets an apostrophe before it, and so does one that looks as if it had
got one already, so that taking it off gives back every text; numbers and dates are as they are.
If the database fails midway the connection breaks, so that half a file never looks like a whole one.
"""

import csv
import re
from collections.abc import Iterator
from datetime import datetime

from django.http import HttpRequest, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.authentication import credentials_required
from accounts.credentials import SEARCH
from jobs.columns import EXPORTED
from jobs.search import JobRow, JobSearch, Refusal, given, parameters, parse, rows

FORMULA = ("=", "+", "-", "@", "\t", "\r")
CHUNK = 1 << 16
LONGEST_NAME = 120


class _Echo:
    """Gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


@credentials_required(SEARCH)
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """Every job of the list's own query as CSV; which page of it was shown does not matter."""
    try:
        search = parse(given(request), page_size=JobSearch().page_size).but()
    except Refusal as refusal:
        return JsonResponse({"error": str(refusal), "problems": refusal.problems}, status=400)
    chunks = csv_chunks(search)
    begun = _rejoined(next(chunks), chunks)
    headers = {"Content-Disposition": f'attachment; filename="{file_name(search)}"', "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(begun, content_type="text/csv; charset=utf-8", headers=headers)


def _rejoined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    """Everything again: the first piece is made before anything is sent, so that what fails at once is an error."""
    yield first
    yield from rest


def csv_chunks(search: JobSearch) -> Iterator[bytes]:
    """The file, in pieces of about `CHUNK` bytes."""
    writer = csv.writer(_Echo())
    pieces, length = [writer.writerow(EXPORTED)], 0
    for row in rows(search):
        pieces.append(writer.writerow(values(row)))
        length += len(pieces[-1])
        if length > CHUNK:
            yield "".join(pieces).encode()
            pieces, length = [], 0
    yield "".join(pieces).encode()


def values(row: JobRow) -> list[str]:
    """The values of a row."""
    return [written(getattr(row, name)) for name in EXPORTED.values()]


def written(value: str | int | datetime | None) -> str:
    """One value: texts defused, dates in ISO 8601 UTC."""
    if isinstance(value, str):
        return f"'{value}" if value.lstrip("'").startswith(FORMULA) else value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return "" if value is None else str(value)


def file_name(search: JobSearch) -> str:
    """A name that says the filter and the moment."""
    words = "-".join(value.removeprefix("urn:job:") for _, value in parameters(search, page_size=False))
    plain = re.sub(r"[^A-Za-z0-9._]+", "-", words).strip("-.")[:LONGEST_NAME]
    return "-".join(part for part in ("jobs", plain, f"{timezone.now():%Y%m%dT%H%M%SZ}") if part) + ".csv"
