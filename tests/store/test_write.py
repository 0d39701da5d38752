"""`jobs.store.write`: what is newer wins, nothing is lost, counts are exact."""

import json
from datetime import timedelta
from typing import Any

import pytest

from jobs import keys
from jobs.document import joined
from jobs.models import UNDATED, Cell, Document, Job, Message
from jobs.store import Written
from tests.mirror import is_consistent
from tests.records import NOON, iso, job, record, records, write

pytestmark = pytest.mark.django_db


def stored(key: str) -> dict[str, Any]:
    document = Document.objects.get(job__key=key)
    read: dict[str, Any] = json.loads(joined(document.head, document.body, document.result))
    return read


def is_under(*paths: str, role: str = "source") -> bool:
    """Whether the only job is found by each of these paths."""
    return {keys.path_term(role, path) for path in paths} <= set(Job.objects.get().terms)


def test_a_page_is_written_and_written_again() -> None:
    page = records([job(n) for n in range(5)])
    assert write(page, observed=NOON) == Written(inserted=5)
    assert write(page, observed=NOON) == Written(unchanged=5)
    assert stored(page[3].id) == job(3)
    assert is_consistent()


def test_a_newer_one_wins_and_an_older_one_does_not() -> None:
    first, later = record(1), record(1, status="success", dateUpdated=iso(NOON + timedelta(hours=1)))
    assert write([first], observed=NOON) == Written(inserted=1)
    assert write([later], observed=NOON) == Written(updated=1)
    assert write([first], observed=NOON) == Written(older=1)
    assert Job.objects.get().cell.status == "success"
    assert is_consistent()


@pytest.mark.parametrize(
    ("first", "second", "shown"), [("pending", "working", "working"), ("error", "working", "error")]
)
def test_of_two_equally_new_the_one_further_along_wins(first: str, second: str, shown: str) -> None:
    write([record(1, status=first)], observed=NOON)
    write([record(1, status=second)], observed=NOON)
    assert Job.objects.get().cell.status == shown


def test_of_two_equally_new_and_equally_far_along_the_one_asked_for_later_wins() -> None:
    early, late = record(1, sources=[]), record(1)
    write([late], observed=NOON + timedelta(seconds=9))
    assert write([early], observed=NOON) == Written(older=1)
    assert is_under("/in/1.mp4")
    assert write([early], observed=NOON + timedelta(seconds=10)) == Written(updated=1)


def test_of_two_equally_new_a_later_state_wins_whenever_it_was_asked_for() -> None:
    write([record(1)], observed=NOON + timedelta(seconds=9))
    assert write([record(1, status="success")], observed=NOON) == Written(updated=1)
    assert write([record(1)], observed=NOON + timedelta(seconds=20)) == Written(older=1)


def test_two_writes_of_one_transaction_do_not_mix() -> None:
    assert write([record(1)], observed=NOON) == Written(inserted=1)
    assert write([record(2)], observed=NOON) == Written(inserted=1)
    assert is_consistent()


def test_a_page_that_holds_one_job_twice_keeps_the_newer() -> None:
    stamp = iso(NOON + timedelta(hours=1))
    page = [record(1), record(1, status="working", dateUpdated=stamp, sources=[]), record(1, status="pending")]
    assert write(page, observed=NOON) == Written(inserted=1)
    assert Job.objects.get().cell.status == "working"
    assert not is_under("/in/1.mp4")


def test_a_page_that_holds_one_job_twice_keeps_the_one_further_along() -> None:
    for states in (("success", "pending"), ("pending", "success")):
        write([record(1, status=state, dateUpdated=iso(NOON)) for state in states], observed=NOON)
        assert Job.objects.get().cell.status == "success"
        Job.objects.all().delete()
        Cell.objects.update(jobs=0)


def test_a_read_of_one_job_wins_over_what_was_asked_for_before() -> None:
    newer = record(1, status="success", dateUpdated=iso(NOON + timedelta(hours=1)))
    write([newer], observed=NOON)
    assert write([record(1)], observed=NOON, point=True) == Written(older=1)
    assert write([record(1)], observed=NOON + timedelta(seconds=1), point=True) == Written(updated=1)
    assert Job.objects.get().cell.status == "pending"


def test_a_read_of_one_job_that_changes_nothing_has_seen_it() -> None:
    later = NOON + timedelta(hours=1)
    write([record(1)], observed=NOON)
    assert write([record(1)], observed=later) == Written(unchanged=1)
    assert Job.objects.get().observed == NOON
    assert write([record(1)], observed=later, point=True) == Written(unchanged=1)
    assert Job.objects.get().observed == later
    write([record(1)], observed=NOON, point=True)
    assert Job.objects.get().observed == later


def test_what_a_job_is_found_by_follows_it() -> None:
    write([record(1)], observed=NOON)
    assert is_under("/", "/in", "/in/1.mp4")
    assert is_under("/", "/out", "/out/1.zip", role="destination")
    assert {keys.group_term(job(1)["groupId"]), keys.file_id_term("file-1")} <= set(Job.objects.get().terms)
    stamp = iso(NOON + timedelta(days=1, hours=1))
    result = {"code": 0, "message": "OK", "payload": {"path": "/out//other.zip/", "fileId": "made"}}
    write([record(1, dateUpdated=stamp, sources=None, result=result)], observed=NOON)
    assert not is_under("/in")
    assert not is_under("/")
    assert is_under("/", "/out", "/out/1.zip", "/out/other.zip", role="destination")
    assert keys.file_id_term("made") not in Job.objects.get().terms
    assert is_consistent()


def test_a_message_is_kept_once_and_its_job_is_found_by_it() -> None:
    failed = {"status": "error", "result": {"code": 4, "message": "job timeout"}}
    write([record(1, **failed), record(2, **failed), record(3)], observed=NOON)
    message = keys.message_term("job timeout")
    under = keys.failed_term(keys.path_term("source", "/in"), message)
    assert [each.text for each in Message.objects.all()] == ["job timeout"]
    found = {job.key: {message, under} <= set(job.terms) for job in Job.objects.all()}
    assert list(found.values()) == [True, True, False]
    later = iso(NOON + timedelta(hours=1))
    write([record(1, status="success", dateUpdated=later), record(2, **failed, dateUpdated=later)], observed=NOON)
    assert [message in job.terms for job in Job.objects.order_by("key")] == [False, True, False]
    assert is_consistent()


def test_a_message_that_is_cut_is_found_by_what_is_kept() -> None:
    write([record(1, status="error", result={"code": 4, "message": "é" * 900 + "end\0"})], observed=NOON)
    assert Message.objects.get().text == "é" * 500 + "…"
    assert is_consistent()


def test_what_columns_cannot_hold_is_kept_in_the_document() -> None:
    odd = job(1, sources=[{"path": "/a\0\ud800b", "fileId": None}], note="\0\ud800", dateCreated="9999-99-99")
    write(records([odd]), observed=NOON)
    assert stored(odd["id"]) == odd
    row = Job.objects.get()
    assert row.source == "/a\ufffd\ufffdb"
    assert row.created == UNDATED


def test_a_path_longer_than_a_page_of_the_index_is_stored() -> None:
    write(records([job(1, sources=[{"path": "/ü" * 4000, "fileId": "f" * 5000}])]), observed=NOON)
    assert is_under("/", "/ü", "/ü" * 600, "/ü" * 666 + "/")
    assert is_consistent()


def test_a_missing_result_stays_missing() -> None:
    bare = job(1)
    del bare["result"]
    write(records([bare]), observed=NOON)
    assert stored(bare["id"]) == bare
