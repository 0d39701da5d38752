"""`jobs.search`: the right jobs in the right order, page after page, and counts that are true."""

import itertools
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from jobs.models import Job
from jobs.search import JobRow, JobSearch, Refusal, Total, counts, page, parse, sql
from tests.records import NOON, iso, job, records, write

pytestmark = pytest.mark.django_db

TYPES = ("urn:job:av.package", "urn:job:av.transcode", "urn:job:import.file")
STATUSES = ("pending", "working", "success", "error")
MESSAGES = ("job timeout", "Job TIMEOUT after 100%", "moov_atom \\not found", "été")
MINUTE = timedelta(minutes=1)
PATHS = ("/a/b/f.mp4", "/a/bc/f.mp4", "/a/b", "/a/b/c/d", "/A/b/f.mp4", "/100%/x_y/\\z", "/100x/x.y/z", "/é/ü")


@pytest.fixture(autouse=True)
def _forty_jobs() -> None:
    write(records([made(number) for number in range(40)]))


def created(number: int) -> datetime | None:
    """When a job was created: some were weeks before their last update."""
    if number % 13 == 12:
        return None
    return NOON + timedelta(minutes=number // 3) - (timedelta(days=30) if number % 7 == 5 else timedelta(0))


def updated(number: int) -> datetime:
    return NOON + timedelta(minutes=100 - number)


def made(number: int) -> dict[str, Any]:
    return job(
        number,
        groupId=f"g{number // 4}",
        type=TYPES[number % 3],
        status=STATUSES[number % 4],
        issuer=None if number % 5 == 0 else f"urn:app:{number % 2}",
        sources=[{"path": PATHS[number % 8], "fileId": f"file-{number % 6}"}],
        specification={"destination": {"path": f"/out/{number % 8}/{number}.zip"}},
        result={"code": 4, "message": MESSAGES[number // 4 % 4]} if number % 4 == 3 else None,
        dateCreated=(moment := created(number)) and iso(moment),
        dateUpdated=iso(updated(number)),
    )


def search(**parameters: Any) -> JobSearch:
    given = {name: value if isinstance(value, list) else [value] for name, value in parameters.items()}
    return parse(given, page_size=50)


def numbers(found: tuple[JobRow, ...] | list[JobRow]) -> set[int]:
    return {int(row.key.rpartition("_")[2], 16) for row in found}


def walk(**parameters: Any) -> list[JobRow]:
    """Every page of a search, forward."""
    found: list[JobRow] = []
    token: str | None = ""
    while token is not None:
        current = page(search(**parameters, nextPageToken=token))
        found.extend(current.rows)
        token = current.next_token
    return found


def whole(**parameters: Any) -> list[JobRow]:
    """All of a search at once, as exports read it."""
    found = sql.all_query(search(**parameters), sql.ROWS).fetch()
    return [JobRow(**dict(zip(sql.FIELDS, row, strict=True))) for row in found]


def dated(moment: datetime | None, *, start: datetime | None = None, end: datetime | None = None) -> bool:
    """Tell whether a date is known, and in a range."""
    return moment is not None and (start is None or moment >= start) and (end is None or moment < end)


FILTERS: list[tuple[dict[str, Any], Any]] = [
    ({}, lambda n: True),
    ({"type": TYPES[1]}, lambda n: n % 3 == 1),
    ({"type": [TYPES[1], TYPES[2]]}, lambda n: n % 3 in (1, 2)),
    ({"notType": TYPES[1]}, lambda n: n % 3 != 1),
    ({"status": "error", "type": TYPES[0]}, lambda n: n % 4 == 3 and n % 3 == 0),
    ({"issuer": "none"}, lambda n: n % 5 == 0),
    ({"notIssuer": "none"}, lambda n: n % 5 != 0),
    ({"notIssuer": ["none", "urn:app:1"]}, lambda n: n % 5 != 0 and n % 2 == 0),
    ({"issuer": "urn:app:nobody"}, lambda n: False),
    ({"groupId": "g3"}, lambda n: n // 4 == 3),
    ({"fileId": "file-2"}, lambda n: n % 6 == 2),
    ({"path": "/a/b"}, lambda n: n % 8 in (0, 2, 3)),
    ({"path": "/a/b/"}, lambda n: n % 8 in (0, 2, 3)),
    ({"path": "a//b"}, lambda n: n % 8 in (0, 2, 3)),
    ({"path": "/a/b/f.mp4"}, lambda n: n % 8 == 0),
    ({"path": "/100%"}, lambda n: n % 8 == 5),
    ({"path": "/100%/x_y/\\z"}, lambda n: n % 8 == 5),
    ({"path": "/é"}, lambda n: n % 8 == 7),
    ({"path": "/"}, lambda n: True),
    ({"path": "/out/3"}, lambda n: False),
    ({"path": "/out/3", "pathIn": "sources"}, lambda n: False),
    ({"path": "/out/3", "pathIn": "destinations"}, lambda n: n % 8 == 3),
    ({"path": "/out/3", "pathIn": "both"}, lambda n: n % 8 == 3),
    ({"path": "/a", "pathIn": "destinations"}, lambda n: False),
    ({"path": "/a/b", "status": "pending"}, lambda n: n % 8 in (0, 2, 3) and n % 4 == 0),
    ({"createdFrom": "2026-03-01T12:03"}, lambda n: dated(created(n), start=NOON + MINUTE * 3)),
    ({"createdFrom": "1969-01-01"}, lambda n: dated(created(n))),
    ({"createdWithin": "99999d"}, lambda n: dated(created(n))),
    ({"createdTo": "2026-03-01T12:03"}, lambda n: dated(created(n), end=NOON + MINUTE * 4)),
    ({"createdTo": "2026-02-20"}, lambda n: dated(created(n), end=NOON - timedelta(days=8, hours=12))),
    ({"updatedTo": "2026-03-01T12:59"}, lambda n: dated(updated(n), end=NOON + MINUTE * 60)),
    ({"updatedFrom": "2026-03-01T13:10", "type": TYPES[2]}, lambda n: 100 - n >= 70 and n % 3 == 2),
    (
        {"createdTo": "2026-03-01T12:03", "status": "error"},
        lambda n: dated(created(n), end=NOON + MINUTE * 4) and n % 4 == 3,
    ),
    (
        {"createdTo": "2026-03-01T12:03", "updatedTo": "2026-03-01T13:15", "path": "/"},
        lambda n: dated(created(n), end=NOON + MINUTE * 4) and dated(updated(n), end=NOON + MINUTE * 76),
    ),
    ({"idPrefix": f"{19:032x}"}, lambda n: n == 19),
    ({"idPrefix": "000000"}, lambda n: True),
    ({"idPrefix": f"{1:031x}"}, lambda n: 16 <= n < 32),
    ({"idPrefix": f"{26:032x}".upper()}, lambda n: False),
    ({"idPrefix": "00000%"}, lambda n: False),
    ({"idPrefix": f"{0:031x}", "error": "timeout"}, lambda n: n in (3, 7)),
    ({"error": "timeout"}, lambda n: n % 16 in (3, 7)),
    ({"error": "TimeOut"}, lambda n: n % 16 in (3, 7)),
    ({"error": "out after"}, lambda n: n % 16 == 7),
    ({"error": "100%"}, lambda n: n % 16 == 7),
    ({"error": "time%out"}, lambda n: False),
    ({"error": "moov_atom"}, lambda n: n % 16 == 11),
    ({"error": "moov_atom \\not"}, lambda n: n % 16 == 11),
    ({"error": "moov atom"}, lambda n: False),
    ({"error": "ÉTÉ"}, lambda n: n % 16 == 15),
    ({"error": "never happened"}, lambda n: False),
    ({"error": "timeout", "status": "success"}, lambda n: False),
    ({"error": "timeout", "issuer": "none"}, lambda n: n % 16 in (3, 7) and n % 5 == 0),
    ({"error": "timeout", "groupId": "g1"}, lambda n: n == 7),
    ({"error": "timeout", "path": "/a", "pathIn": "both"}, lambda n: n % 16 == 3),
    ({"error": "timeout", "path": "/out", "pathIn": "destinations"}, lambda n: n % 16 in (3, 7)),
    ({"error": "timeout", "path": "/out", "fileId": "file-1"}, lambda n: False),
    ({"error": "timeout", "path": "/a/b", "fileId": "file-1"}, lambda n: n % 16 == 3 and n % 6 == 1),
]
ORDERS = [{"orderBy": by, "orderDirection": way} for by in ("dateCreated", "dateUpdated") for way in ("asc", "des")]


@pytest.mark.parametrize(("parameters", "wanted"), FILTERS, ids=[str(each[0]) for each in FILTERS])
def test_a_filter_finds_what_it_says(parameters: dict[str, Any], wanted: Any) -> None:
    expected = {number for number in range(40) if wanted(number)}
    assert numbers(walk(**parameters)) == expected
    assert numbers(whole(**parameters)) == expected
    asked = search(**parameters)
    assert counts(asked).total.jobs == len(expected)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    several=st.lists(st.sampled_from(FILTERS), min_size=2, max_size=4), order=st.sampled_from(ORDERS), data=st.data()
)
def test_filters_together_find_what_all_of_them_say(several: Any, order: dict[str, str], data: st.DataObject) -> None:
    names = [name for parameters, _ in several for name in parameters]
    assume(len(set(names)) == len(names))
    parameters = {name: value for each, _ in several for name, value in each.items()} | order
    expected = {number for number in range(40) if all(wanted(number) for _, wanted in several)}
    try:
        every = whole(**parameters)
    except Refusal:  # two ends of a range, or two beginnings
        return
    assert numbers(every) == expected
    assert walk(**parameters, pageSize=str(data.draw(st.integers(1, 50)))) == every
    asked, total = search(**parameters), Total(jobs=len(expected), exact=True)
    assert counts(asked).total == total
    with mock.patch("jobs.search.counting.CHOICES_CAP", 2):
        assert counts(asked).total == total


@pytest.mark.parametrize("order", ORDERS, ids=str)
@pytest.mark.parametrize(
    "parameters",
    [{}, {"status": ["error", "success"]}, {"path": "/a"}, {"error": "timeout"}, {"idPrefix": "000000"}],
    ids=str,
)
@pytest.mark.parametrize("size", [1, 3, 7])
def test_pages_are_the_whole_in_order(order: dict[str, str], parameters: dict[str, Any], size: int) -> None:
    every = whole(**parameters, **order)
    assert walk(**parameters, **order, pageSize=str(size)) == every
    assert every
    name = "created" if order["orderBy"] == "dateCreated" else "updated"
    keys = [(getattr(row, name) is not None, getattr(row, name), row.id) for row in every]
    assert keys == sorted(keys, reverse=order["orderDirection"] == "des")


def test_previous_leads_back() -> None:
    first = page(search(pageSize="7"))
    second = page(search(pageSize="7", nextPageToken=first.next_token))
    third = page(search(pageSize="7", nextPageToken=second.next_token))
    assert first.previous_token is None
    assert page(search(pageSize="7", nextPageToken=third.previous_token)).rows == second.rows
    assert page(search(pageSize="7", nextPageToken=second.previous_token)).rows == first.rows
    assert page(search(pageSize="7", nextPageToken=second.previous_token)).previous_token is None


def test_what_comes_meanwhile_neither_repeats_nor_hides_a_job() -> None:
    first = page(search(pageSize="10"))
    write(records([job(90 + n, dateCreated=iso(NOON + timedelta(days=1))) for n in range(5)]))
    rest: list[JobRow] = []
    token = first.next_token
    while token:
        current = page(search(pageSize="10", nextPageToken=token))
        rest, token = [*rest, *current.rows], current.next_token
    assert sorted(numbers([*first.rows, *rest])) == list(range(40))


def test_a_token_belongs_to_its_search() -> None:
    token = page(search(pageSize="5")).next_token
    assert token
    assert page(search(pageSize="9", nextPageToken=token)).rows
    for other in ({"status": "error"}, {"orderBy": "dateUpdated"}, {"orderDirection": "asc"}, {"error": "timeout"}):
        with pytest.raises(Refusal, match="another search"):
            search(nextPageToken=token, **other)


def test_a_mangled_token_is_refused() -> None:
    token = page(search(pageSize="5")).next_token
    assert token
    for at in range(len(token)):
        with pytest.raises(Refusal):
            search(nextPageToken=token[:at] + ("x" if token[at] != "x" else "y") + token[at + 1 :])


def test_choices_count_under_the_other_filters() -> None:
    asked = search(type=TYPES[0], status=["error", "success"])
    found = {each.value: each for each in counts(asked).choices["status"]}
    expected = {word: sum(1 for n in range(40) if n % 3 == 0 and STATUSES[n % 4] == word) for word in STATUSES}
    assert {word: each.jobs for word, each in found.items()} == expected
    assert {word for word, each in found.items() if each.included} == {"error", "success"}


def test_choices_count_under_paths_too() -> None:
    asked = search(path="/a/b", status="error")
    found = {each.value: each.jobs for each in counts(asked).choices["status"]}
    assert found == {"pending": 5, "success": 5, "error": 5}


def test_counts_beyond_the_cap_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.search.counting.CAP", 10)
    monkeypatch.setattr("jobs.search.counting.CHOICES_CAP", 10)
    asked = search(path="/a")
    assert counts(asked).total == Total(jobs=10, exact=False)
    assert max(each.jobs for each in counts(asked).choices["issuer"]) <= 10
    assert counts(search()).total.exact


def test_a_job_that_reads_and_writes_under_a_path_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.search.counting.CAP", 39)
    assert counts(search(path="/", pathIn="both")).total == Total(jobs=39, exact=False)
    monkeypatch.setattr("jobs.search.counting.CAP", 40)
    assert counts(search(path="/", pathIn="both")).total == Total(jobs=40, exact=True)


def test_every_place_is_between_two_jobs() -> None:
    keys = [row.id for row in whole()]
    for size, start in itertools.product((1, 2, 5), (0, 3, 17)):
        token = page(search(pageSize=str(start))).next_token if start else None
        found = page(search(pageSize=str(size), nextPageToken=token or ""))
        assert [row.id for row in found.rows] == keys[start : start + size]
    assert len(keys) == Job.objects.count()


def test_beyond_the_cap_the_total_is_of_the_search_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first jobs that are counted by cell may hold few of a state, or none."""
    monkeypatch.setattr("jobs.search.counting.CAP", 6)
    monkeypatch.setattr("jobs.search.counting.CHOICES_CAP", 6)
    search = parse({"status": ["error"], "createdFrom": ["2026-01-01"]}, page_size=50)
    found = len(page(search).rows)
    assert found > 6
    assert counts(search).total == Total(jobs=6, exact=False)
    monkeypatch.setattr("jobs.search.counting.CAP", found)
    assert counts(search).total == Total(jobs=found, exact=True)
    offered = {choice.value for choice in counts(search).choices["status"]}
    assert offered == set(STATUSES)
