"""Odd records, over HTTP, beside a page's other jobs: faults 11 to 19 of docs/reliability.md.

What can be stored is stored, given back as it came, and has a page; what cannot is in the quarantine, with the member
that is at fault; every other job is here.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from jobs.links import job_url
from jobs.models import UNDATED, Document, Job, Lane, Quarantine, Recheck
from jobs.sync.lanes import run_rechecks, run_tail
from tests.records import job
from trials.consistency import is_consistent
from trials.equality import differing, run_cycle
from trials.platform import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)
AFTER_NOON = {"dateCreated": "2026-03-01T12:00:01Z", "dateUpdated": "2026-03-01T12:00:01Z"}
DEEP, HUGE = 10_000, 10_000_000


@pytest.fixture(autouse=True)
def _pages(settings: Settings) -> None:
    settings.SYNC_PAGE_SIZE = 40


def written(text: str, **members: Any) -> bytes:
    """A job whose member `odd` is written so."""
    return json.dumps(job(1, **AFTER_NOON | members)).encode()[:-1] + b', "odd": ' + text.encode() + b"}"


def come(platform: SandboxProcess, *records: dict[str, Any] | bytes) -> None:
    """Let records come by the tail, into a mirror that is complete."""
    run_cycle()
    for record in records:
        platform.plant(record, **AFTER_NOON)
    run_cycle()


def is_given_back(client: Client, record: dict[str, Any] | bytes) -> bool:
    """Whether the API and the job's page give a record back, here and over HTTP."""
    value = json.loads(record) if isinstance(record, bytes) else record
    key = value["id"]
    reply = client.get(f"/_api/jobs/{quote(key, safe='')}")
    assert reply.status_code == 200, key
    assert json.loads(reply.content)["payload"] == value, key
    assert json.loads(Document.objects.get(job__key=key).text) == value, key
    page = client.get(job_url(key))
    return page.status_code == 200 and page.headers["Content-Type"].startswith("text/html")


def set_aside() -> set[tuple[str, str]]:
    """Which members are at fault in what is in the quarantine, and the ids that are known all the same."""
    return set(Quarantine.objects.values_list("field", "job_key"))


def is_else_equal(platform: SandboxProcess) -> bool:
    """Whether all that can be a job is here as the platform has it."""
    assert differing(platform) == []
    return is_consistent()


def test_11_one_id_twice_in_a_page(platform: SandboxProcess) -> None:
    """The two are of one second, so that only the job itself, read by its id, says which of them is so."""
    platform.faults("twice@/jobs")
    run_cycle()
    assert is_else_equal(platform)
    assert Job.objects.filter(settled=True).count() > 100
    platform.forget()
    run_tail()
    assert not Recheck.objects.exclude(reason="undated").exists()
    assert is_else_equal(platform)


NO_TEXTS: tuple[Any, ...] = (None, "", 7, ["a"], {})
NO_IDS: list[dict[str, Any]] = [
    {"type": "t", "status": "s", "note": "without"},
    *(job(7, id=odd) for odd in NO_TEXTS),
]
BARE: dict[str, dict[str, Any]] = {
    "no dates": {"dateCreated": None, "dateUpdated": None},
    "no date of an update": {"dateUpdated": None},
    "no result": {"result": None},
    "no sources": {"sources": None},
    "no specification": {"specification": None},
    "no issuer": {"issuer": None},
    "no group": {"groupId": None},
}


def test_12_records_without_an_id(platform: SandboxProcess) -> None:
    come(platform, *NO_IDS, job(8, type=None), job(9, status=None))
    assert Quarantine.objects.filter(field="id", job_key="").count() == len(NO_IDS)
    assert set_aside() == {("id", ""), ("type", job(8)["id"]), ("status", job(9)["id"])}
    assert is_else_equal(platform)


def test_12_records_of_which_much_is_missing(platform: SandboxProcess, signed_in: Client) -> None:
    null = [job(n, **members) for n, members in enumerate(BARE.values(), 1)]
    missing = [
        {name: value for name, value in job(n).items() if name not in members}
        for n, members in enumerate(BARE.values(), 100)
    ]
    bare = {"id": "bare", "type": "t", "status": "s"}
    come(platform, *null, *missing, bare)
    assert all(is_given_back(signed_in, record) for record in (*null, *missing, bare))
    assert (Job.objects.get(key="bare").group, Job.objects.get(key="bare").created) == ("bare", UNDATED)
    assert set_aside() == set()
    assert is_else_equal(platform)


def test_13_types_and_states_that_nobody_knows(platform: SandboxProcess, signed_in: Client) -> None:
    kind, state = "urn:job:av.hologram/2?x=1&y", "half-way there"
    unknown = [job(1, type=kind), job(2, status=state), job(3, type=kind, status=state)]
    come(platform, *unknown)
    assert all(is_given_back(signed_in, record) for record in unknown)
    for query in ({"type": kind}, {"status": state}):
        found = signed_in.get("/_api/jobs", query).json()["payload"]["jobs"]
        assert len(found) == 2
    platform.patch(unknown[1]["id"], status="success")
    run_cycle()
    assert is_else_equal(platform)


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DATES: list[tuple[Any, datetime]] = [
    (1772366400000, NOON),
    (1772366400, NOON),
    ("2026-03-01T12:00:00", NOON),
    ("2026-03-01T14:00:00.250+02:00", NOON + timedelta(milliseconds=250)),
    ("2026-03-01T12:00:00.123456789Z", NOON + timedelta(microseconds=123456)),
    ("9999-12-31T23:59:59Z", UNDATED),
    ("0001-01-01T00:00:00Z", UNDATED),
    ("-1", UNDATED),
    ("yesterday", UNDATED),
    (1e300, UNDATED),
    (True, UNDATED),
    ({}, UNDATED),
]


@pytest.mark.parametrize("name", ["dateCreated", "dateUpdated"])
def test_14_dates_of_every_kind(platform: SandboxProcess, signed_in: Client, name: str) -> None:
    dated = [job(n, **AFTER_NOON | {name: date}) for n, (date, _) in enumerate(DATES)]
    come(platform, *dated)
    assert all(is_given_back(signed_in, record) for record in dated)
    column = {"dateCreated": "created", "dateUpdated": "updated"}[name]
    read = dict(Job.objects.values_list("key", column))
    assert [read[record["id"]] for record in dated] == [date for _, date in DATES]
    assert is_else_equal(platform)


@pytest.mark.parametrize("ahead", ["9999-12-31T23:59:59Z", "2090-01-01T00:00:00Z"])
def test_14_a_date_that_is_far_ahead_hides_no_change(platform: SandboxProcess, ahead: str) -> None:
    come(platform, *(job(n, dateUpdated=ahead) for n in range(50)))
    watermark = Lane.objects.get(name="tail").watermark
    assert watermark is not None
    assert watermark.timestamp() * 1000 <= platform.now()
    for known in platform.jobs()[::9]:
        platform.patch(known["id"], status="working")
    for record in (job(n, dateUpdated=ahead, note="another") for n in range(50)):
        platform.plant(record)
    run_cycle()
    assert is_else_equal(platform)


@pytest.mark.parametrize("wide", [False, True], ids=["one text", "many members"])
def test_15_a_specification_of_10_mb(platform: SandboxProcess, signed_in: Client, wide: bool) -> None:
    large = {f"m{n}": "x" * 80 for n in range(HUGE // 100)} if wide else {"quality": "q" * HUGE, "path": "/x" * 500}
    record = job(1, specification=large, **AFTER_NOON)
    come(platform, record)
    assert is_given_back(signed_in, record)
    assert is_else_equal(platform)


ODD_TEXTS = {"16 U+0000": "a\0b", "17 a lone surrogate": "a\ud800b"}


@pytest.mark.parametrize("case", ODD_TEXTS)
def test_16_17_texts_that_a_database_does_not_take(platform: SandboxProcess, signed_in: Client, case: str) -> None:
    odd = ODD_TEXTS[case]
    kept = [
        job(1, specification={"quality": odd, odd: {"text": [odd]}}, **{odd: odd}),
        job(2, sources=[{"path": f"/in/{odd}.mp4", "fileId": odd}]),
        job(3, status="error", result={"code": 500, "message": odd, "payload": {"info": {"quality": odd}}}),
        job(4, flowId=odd, dateCreated=odd),
    ]
    refused = [job(n, **{name: odd}) for n, name in enumerate(("id", "groupId", "type", "status", "issuer"), 10)]
    come(platform, *kept, *refused)
    assert all(is_given_back(signed_in, record) for record in kept)
    others = {(name, refused[n]["id"]) for n, name in enumerate(("groupId", "type", "status", "issuer"), 1)}
    assert set_aside() == {("id", ""), *others}
    assert is_else_equal(platform)


KEPT_NUMBERS = {"a number of 400 digits": "9" * 400, "a number as it was written": "1.500e+02", "minus nothing": "-0"}


@pytest.mark.parametrize("case", KEPT_NUMBERS)
def test_18_numbers_are_given_back_as_they_were_written(platform: SandboxProcess, signed_in: Client, case: str) -> None:
    record = written(KEPT_NUMBERS[case])
    come(platform, record)
    assert is_given_back(signed_in, record)
    reply = signed_in.get(f"/_api/jobs/{job(1)['id']}").content
    assert KEPT_NUMBERS[case] in reply.decode()
    assert is_else_equal(platform)


def test_18_of_two_members_of_one_name_the_last_counts(platform: SandboxProcess, signed_in: Client) -> None:
    inner = written('{"a": 1, "a": [2], "b": {"a": 3, "a": 4}}')
    outer = written('1, "status": "error", "odd": 2', id="o")
    come(platform, inner, outer)
    assert is_given_back(signed_in, inner)
    assert is_given_back(signed_in, outer)
    assert '"a": 1, "a": [2]' in Document.objects.get(job__key=job(1)["id"]).text
    assert Job.objects.get(key="o").cell.status == "error"
    assert is_else_equal(platform)


NOT_KEPT = {
    "NaN": "NaN",
    "an infinity": "[-Infinity]",
    "a number that is too large": "1e400",
    "a number of 5,000 digits": "9" * 5000,
    "lists, 10,000 deep": "[" * DEEP + "]" * DEEP,
    "objects, 10,000 deep": '{"a":' * DEEP + "1" + "}" * DEEP,
}


def test_18_what_no_parser_reads_is_set_aside_with_the_member_at_fault(
    platform: SandboxProcess, signed_in: Client
) -> None:
    records = [written(text, id=f"n_{n}") for n, text in enumerate(NOT_KEPT.values())]
    come(platform, *records)
    assert set_aside() == {("odd", f"n_{n}") for n in range(len(NOT_KEPT))}
    assert set(Quarantine.objects.values_list("text", flat=True)) == {raw.decode() for raw in records}
    for record in Quarantine.objects.all():
        page = signed_in.get(f"/sync/refused/{record.pk}/").content.decode()
        assert "<code>odd</code>" in page
    assert is_else_equal(platform)


IDS = ["a/b", "/", "../x", "a/../../b", "a%2Fb", "%", "%%%", "?", "a?b=c&d#e", "#", " ", "a b", "\t", "\\", "ж" * 250]
DOTS = [".", ".."]
LONG = ["x" * 4096, "x" * 4095 + "y"]


def test_19_ids_that_an_address_would_bend(platform: SandboxProcess, signed_in: Client) -> None:
    records = [job(n, id=key) for n, key in enumerate([*IDS, *DOTS])]
    come(platform, *records, *(job(n, id=key) for n, key in enumerate(LONG, 90)), job(99, groupId=LONG[0]))
    assert all(is_given_back(signed_in, record) for record in records)
    assert set_aside() == {("id", ""), ("groupId", job(99)["id"])}
    assert Quarantine.objects.filter(field="id").count() == len(LONG)
    assert is_else_equal(platform)


def test_19_each_of_them_is_read_by_its_id_but_for_dots(platform: SandboxProcess) -> None:
    """Dots alone lead elsewhere in an address: a read of such a job is put off, and harms no other."""
    come(platform, *(job(n, id=key, dateUpdated="2026-03-01T11:59:00Z") for n, key in enumerate([*IDS, *DOTS])))
    for key in (*DOTS, *IDS):
        Recheck.objects.create(key=key, reason="tie", raised=timezone.now(), due=timezone.now())
    run_rechecks()
    assert set(Recheck.objects.values_list("key", "attempts")) == {(key, 1) for key in DOTS}
    assert set(Job.objects.filter(key__in=IDS, settled=True).values_list("key", flat=True)) == set(IDS)
    assert is_else_equal(platform)
