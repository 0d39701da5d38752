"""The addresses of exports."""

import re
from collections.abc import Generator, Iterator
from contextlib import closing

from django.http import HttpRequest, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.authentication import credentials_required
from accounts.credentials import SEARCH
from jobs.export.copying import Copy
from jobs.export.formats import FORMATS
from jobs.export.packing import PACKINGS, Origin
from jobs.search import JobSearch, Refusal, given, parameters, parse, query
from jobs.watch.freshness import freshness

LONGEST_NAME = 120


@credentials_required(SEARCH)
@require_safe
def export(request: HttpRequest, kind: str, packing: str) -> HttpResponseBase:
    """Every job of the list's own query; which page of it was shown does not matter."""
    try:
        search = parse(given(request), page_size=JobSearch().page_size).but()
    except Refusal as refusal:
        return JsonResponse({"error": str(refusal), "problems": refusal.problems}, status=400)
    wanted, packed = FORMATS[kind], PACKINGS[packing]
    now, as_of = timezone.now(), freshness().as_of
    name = f"{file_name(search)}-{now:%Y%m%dT%H%M%SZ}.{wanted.suffix}"
    origin = Origin(
        file=name,
        query=query(search, page_size=False),
        taken=now.isoformat(),
        as_of=as_of.isoformat() if as_of else None,
    )
    chunks = packed.pack(Copy(wanted.statement(search)), origin)
    headers = {"Content-Disposition": f'attachment; filename="{name}{packed.suffix}"', "X-Accel-Buffering": "no"}
    begun = _rejoined(next(chunks), chunks) if request.method == "GET" else iter(())
    return StreamingHttpResponse(begun, content_type=packed.media_type or wanted.media_type, headers=headers)


def _rejoined(first: bytes, rest: Generator[bytes, None, None]) -> Iterator[bytes]:
    """Everything again: the first piece is made before anything is sent, so that what fails at once is an error.

    Who goes away early ends the `COPY`.
    """
    with closing(rest):
        yield first
        yield from rest


def file_name(search: JobSearch) -> str:
    """The beginning of a name, which says the filter."""
    words = "-".join(value.removeprefix("urn:job:") for _, value in parameters(search, page_size=False))
    plain = re.sub(r"[^A-Za-z0-9._]+", "-", words).strip("-.")[:LONGEST_NAME]
    return f"jobs-{plain}" if plain else "jobs"
