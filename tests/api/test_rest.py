"""`/_api` and `/api`: the Jobs API's own contract, from the mirror."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from jobs.search.parse import DIRECTIONS, PARAMETERS
from tests.records import job, records, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _jobs() -> None:
    write(records([job(n, groupId=f"g{n // 3}", extra={"n": n}) for n in range(45)]))


def payload(client: Client, path: str, /, **query: Any) -> Any:
    reply = client.get(f"/_api{path}", query or None)
    assert reply.status_code == 200, reply.content
    assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
    assert set(reply.json()) == {"code", "message", "payload"}
    assert (reply.json()["code"], reply.json()["message"]) == (0, "OK")
    return reply.json()["payload"]


def ids(jobs: list[dict[str, Any]]) -> list[str]:
    return [each["id"] for each in jobs]


NEWEST_FIRST = [job(n)["id"] for n in reversed(range(45))]


def test_a_search_gives_twenty_as_they_came(signed_in: Client) -> None:
    found = payload(signed_in, "/jobs")
    assert set(found) == {"nextPageToken", "jobs"}
    assert found["jobs"][0] == job(44, groupId="g14", extra={"n": 44})
    assert ids(found["jobs"]) == NEWEST_FIRST[:20]


def test_tokens_lead_through_all_pages(signed_in: Client) -> None:
    found, token = [], ""
    while token is not None:
        page = payload(signed_in, "/jobs", pageSize=7, nextPageToken=token)
        found += ids(page["jobs"])
        token = page["nextPageToken"]
    assert found == NEWEST_FIRST


@pytest.mark.parametrize(("word", "ascending"), DIRECTIONS.items())
def test_every_spelling_of_a_direction_is_understood(signed_in: Client, word: str, ascending: bool) -> None:
    found = ids(payload(signed_in, "/jobs", orderDirection=word, orderBy="dateUpdated", pageSize=3)["jobs"])
    assert found == (NEWEST_FIRST[::-1] if ascending else NEWEST_FIRST)[:3]


def test_parameters_that_clients_leave_empty_are_not_given(signed_in: Client) -> None:
    names = ("issuer", "type", "status", "groupId", "fileId", "path", "idPrefix", "error", "nextPageToken", "orderBy")
    empty = dict.fromkeys(names, "")
    assert len(payload(signed_in, "/jobs", **empty)["jobs"]) == 20


def test_both_prefixes_are_the_same(signed_in: Client) -> None:
    assert signed_in.get("/api/jobs?pageSize=3").content == signed_in.get("/_api/jobs?pageSize=3").content


def test_one_job_and_one_group(signed_in: Client) -> None:
    assert payload(signed_in, f"/jobs/{job(7)['id']}") == job(7, groupId="g2", extra={"n": 7})
    assert ids(payload(signed_in, "/jobs/groups/g2")) == [job(n)["id"] for n in (6, 7, 8)]


@pytest.mark.parametrize("path", ["/jobs/nothing", "/jobs/groups/nothing", "/", "/files", "/jobs/", "/jobs/a/b/c"])
def test_what_is_not_there_is_a_404_in_the_envelope(signed_in: Client, path: str) -> None:
    reply = signed_in.get(f"/_api{path}")
    assert reply.status_code == 404
    assert (reply.json()["code"], reply.json()["payload"]) == (404, None)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("pageSize=-1", "pageSize"),
        ("pageSize=0", "pageSize"),
        ("pageSize=1000000000", "pageSize"),
        ("pageSize=ten", "pageSize"),
        ("nextPageToken=nonsense", "nextPageToken"),
        ("status=nothing", "status"),
        ("type=urn:job:nothing", "type"),
        ("notType=urn:job:nothing", "notType"),
        ("createdFrom=yesterday", "createdFrom"),
        ("createdTo=2026-13-01", "createdTo"),
        ("updatedWithin=soon", "updatedWithin"),
        ("orderBy=size", "orderBy"),
        ("orderDirection=up", "orderDirection"),
        ("path=/a&path=/b", "path"),
        ("pathIn=everywhere", "pathIn"),
        ("groupId=%00", "groupId"),
        ("idPrefix=abc", "idPrefix"),
        ("error=..", "error"),
        ("colour=red", "colour"),
        ("format=xml", "format"),
        (f"path={'x' * 3000}", "path"),
    ],
)
def test_bad_input_is_a_400_that_names_the_parameter(signed_in: Client, query: str, name: str) -> None:
    for path in ("/_api/jobs", "/jobs/export.csv", "/jobs/"):
        if path == "/jobs/export.csv" and name in ("pageSize", "nextPageToken"):
            continue
        reply = signed_in.get(f"{path}?{query}")
        assert reply.status_code == 400, path
        assert name in reply.content.decode()


def test_every_problem_is_named_at_once(signed_in: Client) -> None:
    message = signed_in.get("/_api/jobs?pageSize=x&orderBy=y&colour=z").json()["message"]
    assert all(name in message for name in ("pageSize", "orderBy", "colour"))


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
@pytest.mark.parametrize("path", ["/_api/jobs", "/_api/jobs/x", "/_api/jobs/groups/x"])
def test_only_reading_is_allowed(signed_in: Client, method: str, path: str) -> None:
    reply = getattr(signed_in, method)(path)
    assert reply.status_code == 405
    assert reply.json()["code"] == 405
    assert "GET" in reply.headers["Allow"]


@pytest.mark.parametrize("accepted", ["text/html", "application/xml", "text/csv;q=0", "nonsense"])
def test_whatever_is_accepted_the_reply_is_json(signed_in: Client, accepted: str) -> None:
    for path, status in (("/_api/jobs", 200), ("/_api/jobs/nothing", 404)):
        reply = signed_in.get(path, headers={"Accept": accepted})
        assert (reply.status_code, reply.json()["code"]) == (status, 0 if status == 200 else status)


def test_a_head_is_a_get_without_a_body(signed_in: Client) -> None:
    reply = signed_in.head("/_api/jobs")
    assert (reply.status_code, reply.content) == (200, b"")


def test_a_page_costs_a_few_questions(signed_in: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """Session, operator, page."""
    with django_assert_num_queries(3):
        payload(signed_in, "/jobs", pageSize=40)
    with django_assert_num_queries(3):
        payload(signed_in, "/jobs/groups/g2")


def test_numbers_and_order_are_as_they_came(signed_in: Client) -> None:
    made = job(99)
    text = json.dumps(made)[:-1] + ', "size": 12345678901234567890, "rate": 1.50, "z": 1, "a": 2}'
    from jobs.upstream import wire
    from tests.records import MASKER

    read = wire.record(text.encode(), MASKER)
    write([read])  # type: ignore[list-item]
    body = signed_in.get(f"/_api/jobs/{quote(str(made['id']))}").content.decode()
    assert '"size":12345678901234567890' in body.replace(" ", "")
    assert '"rate":1.50' in body.replace(" ", "")


def test_the_schema_describes_every_parameter(client: Client) -> None:
    schema = json.loads(client.get("/api/schema").content)
    described = {each["name"] for each in schema["paths"]["/api/jobs"]["get"]["parameters"]}
    assert described == set(PARAMETERS)
    assert set(schema["paths"]) == {"/api/jobs", "/api/jobs/{key}", "/api/jobs/groups/{key}"}
    assert all(each["security"] for path in schema["paths"].values() for each in path.values())


def test_the_page_of_the_api_names_every_call(signed_in: Client) -> None:
    page = signed_in.get("/api/docs").content.decode()
    assert all(name in page for name in (*PARAMETERS, "/api/jobs/groups/{key}", "curl"))
