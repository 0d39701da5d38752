"""The keystone: for a grid of searches, list, REST and CSV find the same jobs in the same order."""

import csv
import io
import itertools
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.pages import walk
from tests.records import NOON, iso, job, records, write

pytestmark = pytest.mark.django_db

TYPES = ("urn:job:av.package", "urn:job:av.transcode", "urn:job:never.documented")
STATUSES = ("pending", "working", "success", "error", "paused")
PATHS = ("/a/b", "/a/b/c.mp4", "/a/bc", "/100%/x", "/100x/x", "/é")
FILTERS: list[list[tuple[str, str]]] = [
    [],
    [("type", TYPES[1])],
    [("type", TYPES[0]), ("type", TYPES[2]), ("notStatus", "error")],
    [("status", "paused"), ("status", "error")],
    [("issuer", "none")],
    [("notIssuer", "none"), ("notIssuer", "urn:app:1")],
    [("path", "/a/b/")],
    [("path", "/out/2"), ("pathIn", "destinations")],
    [("path", "/a"), ("pathIn", "both"), ("status", "success")],
    [("path", "/100%")],
    [("groupId", "g-3")],
    [("fileId", "f-2"), ("type", TYPES[1])],
    [("createdFrom", "2026-03-01T12:10"), ("createdTo", "2026-03-01T12:25")],
    [("updatedFrom", "2026-03-01T14:00:00Z"), ("notType", TYPES[0])],
    [("idPrefix", f"{1:031x}"), ("status", "success")],
    [("error", "TIMEOUT")],
    [("error", "timeout"), ("path", "/a/b"), ("createdFrom", "2026-03-01T12:10")],
    [("status", "error"), ("issuer", "urn:app:nobody")],
]
ORDERS = [
    [("orderBy", by), ("orderDirection", way)]
    for by, way in itertools.product(("dateCreated", "dateUpdated"), ("asc", "des"))
]


@pytest.fixture(autouse=True)
def _jobs() -> None:
    write(records([made(number) for number in range(120)]))


def made(number: int) -> dict[str, Any]:
    return job(
        number,
        groupId=f"g-{number % 9}",
        type=TYPES[number % 3],
        status=STATUSES[number % 5],
        issuer=None if number % 7 == 0 else f"urn:app:{number % 3}",
        sources=[{"path": PATHS[number % 6], "fileId": f"f-{number % 4}"}],
        specification={"destination": {"path": f"/out/{number % 4}/{number}.zip"}},
        result={"code": number % 3, "message": f"job timeout {number % 5}"},
        dateCreated=None if number % 17 == 5 else iso(NOON + timedelta(minutes=number // 4)),
        dateUpdated=iso(NOON + timedelta(minutes=number * 37 % 101, hours=1)),
    )


def rest(client: Client, query: str) -> list[str]:
    found, token = [], ""
    while token is not None:
        page = client.get(f"/_api/jobs?{query}&pageSize=13&nextPageToken={token}").json()["payload"]
        found += [each["id"] for each in page["jobs"]]
        token = page["nextPageToken"]
    return found


def exported(client: Client, query: str) -> list[str]:
    pieces = client.get(f"/jobs/export.csv?{query}").streaming_content  # type: ignore[attr-defined]
    return [row["id"] for row in csv.DictReader(io.StringIO(b"".join(pieces).decode(), newline=""))]


@pytest.mark.parametrize("order", ORDERS, ids=urlencode)
@pytest.mark.parametrize("filters", FILTERS, ids=urlencode)
def test_list_rest_and_csv_agree(
    signed_in: Client, filters: list[tuple[str, str]], order: list[tuple[str, str]]
) -> None:
    query = urlencode(filters + order)
    listed = [key for page in walk(signed_in, f"{query}&pageSize=17") for key in page]
    assert rest(signed_in, query) == listed
    assert exported(signed_in, query) == listed
    assert len(set(listed)) == len(listed)
    assert bool(listed) == ("nobody" not in query)
