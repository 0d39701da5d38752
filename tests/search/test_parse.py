"""`jobs.search.parse`: every parameter understood, and nothing ignored."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from jobs.models import Tile
from jobs.search import JobSearch, Refusal, parse
from jobs.search.model import Among

pytestmark = pytest.mark.django_db


def read(**parameters: Any) -> JobSearch:
    return parse({name: v if isinstance(v, list) else [v] for name, v in parameters.items()}, page_size=50)


def refused(**parameters: Any) -> dict[str, str]:
    with pytest.raises(Refusal) as refusal:
        read(**parameters)
    return refusal.value.problems


def test_nothing_is_everything() -> None:
    assert read() == read(type="", status=[], path=" ") == JobSearch(page_size=50)


def test_every_parameter_of_the_contract() -> None:
    search = read(
        pageSize="7",
        orderBy="dateUpdated",
        orderDirection="acs",
        issuer="urn:app:x",
        type="urn:job:av.package",
        status="error",
        groupId="g",
        fileId="f",
        path="/a//b/",
        idPrefix="000000",
        error="timeout",
    )
    assert (search.page_size, search.order, search.ascending) == (7, "updated", True)
    assert (search.group, search.file_id, search.path) == ("g", "f", "/a/b")
    assert (search.id_prefix.text, search.error.text) == ("000000", "timeout")
    assert (search.type.include, search.status.include, search.issuer.include) == (
        ("urn:job:av.package",),
        ("error",),
        ("urn:app:x",),
    )


@pytest.mark.parametrize(("direction", "ascending"), [("asc", True), ("acs", True), ("des", False), ("desc", False)])
def test_every_spelling_of_a_direction(direction: str, ascending: bool) -> None:
    assert read(orderDirection=direction).ascending is ascending


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("2026-03-01", timedelta(days=1)),
        ("2026-03-01T12:00", timedelta(minutes=1)),
        ("2026-03-01T12:00:07", timedelta(seconds=1)),
        ("2026-03-01T12:00:07.5Z", timedelta(milliseconds=100)),
        ("2026-03-01T12:00:07.000250Z", timedelta(microseconds=1)),
    ],
)
def test_a_range_includes_what_its_end_names(text: str, length: timedelta) -> None:
    span = read(createdFrom=text, createdTo=text).created
    assert span.start is not None
    assert span.end == span.start + length


def test_several_values_and_exclusion() -> None:
    search = read(status=["error", "pending", "error"], notType=["urn:job:av.package"])
    assert search.status == Among(include=("error", "pending"))
    assert search.type == Among(exclude=("urn:job:av.package",))


def test_a_type_and_a_status_that_the_platform_has_sent_can_be_searched_for() -> None:
    assert set(refused(type="urn:job:new", status="paused")) == {"type", "status"}
    Tile.objects.create(id=1, type="urn:job:new", status="paused", late=False)
    assert read(type="urn:job:new", status="paused").type.include == ("urn:job:new",)


@pytest.mark.parametrize(
    ("first", "last", "start", "end"),
    [
        ("2026-03-01", "2026-03-01", "2026-03-01T00:00:00+00:00", "2026-03-02T00:00:00+00:00"),
        ("2026-03-01T12:30", "2026-03-01T12:30", "2026-03-01T12:30:00+00:00", "2026-03-01T12:31:00+00:00"),
        ("2026-03-01 12:30", "2026-03-01T12:30:15Z", "2026-03-01T12:30:00+00:00", "2026-03-01T12:30:16+00:00"),
        ("2026-03-01T12:30+02:00", "2026-03-02", "2026-03-01T10:30:00+00:00", "2026-03-03T00:00:00+00:00"),
    ],
)
def test_ranges_include_what_they_name(first: str, last: str, start: str, end: str) -> None:
    span = read(createdFrom=first, createdTo=last).created
    assert span.start is not None
    assert span.end is not None
    assert (span.start.isoformat(), span.end.isoformat()) == (start, end)


@time_machine.travel("2026-03-01T12:00:00Z", tick=False)
def test_a_time_from_now() -> None:
    assert read(updatedWithin="24h").updated.start == datetime(2026, 2, 28, 12, tzinfo=UTC)
    assert read(updatedWithin="7d").updated.start == datetime(2026, 3, 1, 12, tzinfo=UTC) - timedelta(days=7)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pageSize", "0"),
        ("pageSize", "-1"),
        ("pageSize", "1000000000"),
        ("pageSize", "ten"),
        ("pageSize", "1.5"),
        ("pageSize", "²"),
        ("orderBy", "size"),
        ("orderDirection", "up"),
        ("pathIn", "nowhere"),
        ("createdFrom", "2026-02-30"),
        ("createdFrom", "yesterday"),
        ("createdTo", "2026-03-01T25:00"),
        ("updatedFrom", "0000-01-01"),
        ("updatedTo", "9999-12-31"),
        ("createdWithin", "24"),
        ("createdWithin", "0h"),
        ("nextPageToken", "rubbish"),
        ("nextPageToken", "x" * 5000),
        ("type", "urn:job:nobody.knows"),
        ("status", "asleep"),
        ("issuer", "a\0b"),
        ("groupId", "\ud800"),
        ("idPrefix", "00000"),
        ("idPrefix", "00000\0"),
        ("error", "ab"),
        ("error", "%%%"),
        ("error", "a b c _d_ ..."),
        ("page", "2"),
        ("types", "urn:job:av.package"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(name: str, value: str) -> None:
    problems = refused(**{name: value})
    assert list(problems) == [name]
    assert problems[name]


@pytest.mark.parametrize(
    "name", ["path", "idPrefix", "error", "pageSize", "groupId", "orderBy", "createdFrom", "nextPageToken"]
)
def test_what_is_given_twice_is_refused(name: str) -> None:
    assert "twice" in refused(**{name: ["a", "b"]})[name]


def test_all_problems_are_told_at_once() -> None:
    assert set(refused(pageSize="0", orderBy="x", nonsense="1")) == {"pageSize", "orderBy", "nonsense"}


def test_names_are_taken_as_they_are() -> None:
    found = parse(
        {"path": ["/in/ a "], "groupId": [" g "], "fileId": [" f "], "idPrefix": [" id id "], "pageSize": [" 7 "]},
        page_size=50,
    )
    assert (found.path, found.group, found.file_id, found.page_size) == ("/in/ a ", " g ", " f ", 7)
    assert found.id_prefix.text == " id id "


def test_a_range_that_ends_before_it_begins() -> None:
    assert list(refused(createdFrom="2026-03-02", createdTo="2026-03-01")) == ["createdTo"]
    assert "createdWithin" in refused(createdWithin="1h", createdTo="2020-01-01")["createdTo"]


def test_two_beginnings_of_a_range() -> None:
    assert list(refused(createdFrom="2026-03-02", createdWithin="24h")) == ["createdWithin"]
