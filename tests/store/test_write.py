"""`jobs.store.write`: what is newer wins, nothing is lost, counts are exact."""

import json
from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from jobs import keys
from jobs.document import joined
from jobs.models import UNDATED, Document, Job, Message, Recheck, Transition
from jobs.rules.versions import Stored
from jobs.store import Written, versions
from jobs.store.rows import rows
from jobs.store.tombstones import entomb
from jobs.store.write import Came
from jobs.store.write import write as write_rows
from jobs.upstream.record import Record
from tests.records import NOON, iso, job, record, records, write
from trials.consistency import is_consistent

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
    assert write(page) == Written(inserted=5)
    assert write(page) == Written(unchanged=5)
    assert stored(page[3].id) == job(3)
    assert is_consistent()


def test_a_newer_one_wins_and_an_older_one_does_not() -> None:
    first, later = record(1), record(1, status="success", dateUpdated=iso(NOON + timedelta(hours=1)))
    assert write([first]) == Written(inserted=1)
    assert write([later]) == Written(updated=1)
    assert write([first]) == Written(dropped=1)
    assert Job.objects.get().cell.status == "success"
    assert is_consistent()


@pytest.mark.parametrize(
    ("first", "second", "shown"), [("pending", "working", "working"), ("error", "working", "error")]
)
def test_of_two_equally_new_the_later_stage_is_shown_until_the_job_is_read(first: str, second: str, shown: str) -> None:
    write([record(1, status=first)])
    assert not Recheck.objects.exists()
    write([record(1, status=second)])
    assert Job.objects.get().cell.status == shown
    assert [(each.key, each.reason) for each in Recheck.objects.all()] == [(record(1).id, "tie")]


def test_one_without_a_date_is_read_by_id() -> None:
    assert write([record(1, dateUpdated=None)]) == Written(inserted=1)
    assert Recheck.objects.get().reason == "undated"
    assert write([record(1, dateUpdated=None, sources=[])]) == Written(dropped=1)
    assert write([record(1)]) == Written(updated=1)
    assert write([record(1, dateUpdated=None)]) == Written(dropped=1)


def test_a_doubt_that_is_raised_again_is_kept_once_and_keeps_its_turn() -> None:
    write([record(1), record(2)])
    write([record(1, status="working"), record(2, status="working")])
    raised, due = (Recheck.objects.order_by("key").values_list(name, flat=True)[0] for name in ("raised", "due"))
    write([record(1, status="working", sources=[])])
    kept = Recheck.objects.order_by("key")[0]
    assert Recheck.objects.count() == 2
    assert kept.raised > raised
    assert kept.due == due


def test_two_writes_of_one_transaction_do_not_mix() -> None:
    assert write([record(1)]) == Written(inserted=1)
    assert write([record(2)]) == Written(inserted=1)
    assert is_consistent()


def test_a_page_that_holds_one_job_twice_keeps_the_newer() -> None:
    stamp = iso(NOON + timedelta(hours=1))
    page = [record(1), record(1, status="working", dateUpdated=stamp, sources=[]), record(1, status="pending")]
    assert write(page) == Written(inserted=1, updated=1, dropped=1)
    assert Job.objects.get().cell.status == "working"
    assert not is_under("/in/1.mp4")


@pytest.mark.parametrize("states", [("success", "pending"), ("pending", "success")])
def test_a_page_that_holds_one_job_twice_shows_the_later_stage_and_doubts_it(states: tuple[str, str]) -> None:
    write([record(1, status=state, dateUpdated=iso(NOON)) for state in states])
    assert Job.objects.get().cell.status == "success"
    assert Recheck.objects.get().reason == "tie"
    assert is_consistent()


def test_a_read_of_one_job_wins_over_what_was_observed_before_it_began() -> None:
    early = timezone.now()
    newer = record(1, status="success", dateUpdated=iso(NOON + timedelta(hours=1)))
    write([newer])
    assert write([record(1)], asked=early, point=True) == Written(dropped=1)
    assert write([record(1)], asked=timezone.now(), point=True) == Written(updated=1)
    assert Job.objects.get().cell.status == "pending"


def read(*read: Record) -> Written:
    """Write what reads by id have brought when, by the platform's clock, the second of its date was over."""
    now = timezone.now()
    came = Came(lane="tests", asked=now, since=now, now=now, point=True, dated=NOON + timedelta(hours=1))
    return write_rows(rows(read), came=came)


def test_what_a_read_by_id_has_contradicted_is_not_doubted_again() -> None:
    lists = record(1, status="success")
    write([record(1)])
    assert write([lists]) == Written(updated=1)
    assert read(record(1)) == Written(updated=1)
    assert Job.objects.get().settled
    Recheck.objects.all().delete()
    assert write([lists], asked=timezone.now()) == Written(dropped=1)
    assert not Recheck.objects.exists()
    assert write([record(1, status="success", dateUpdated=iso(NOON + timedelta(hours=1)))]) == Written(updated=1)
    assert not Job.objects.get().settled


@pytest.mark.parametrize("state", ["pending", "success"])
def test_other_content_of_the_same_date_is_read_by_id_each_time(state: str) -> None:
    """Silent changes: each is found, however often the job has been read."""
    for number in range(3):
        write([record(1, status=state, note=number)])
        assert Recheck.objects.exists() == (number > 0)
        read(record(1, status=state, note=number))
        Recheck.objects.all().delete()
        assert stored(record(1).id)["note"] == number
        write([record(1, status=state, note=number)])
        assert not Recheck.objects.exists()
    assert is_consistent()


def test_a_job_that_is_seen_as_it_is_stored_settles_when_it_is_read() -> None:
    write([record(1, status="success")])
    assert read(record(1, status="success")) == Written(unchanged=1)
    assert Job.objects.get().settled


def test_a_sight_of_what_another_writer_has_changed_meanwhile_is_noted_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    write([record(1)])
    before = versions.stored

    def late(keys: Collection[str]) -> dict[str, Stored]:
        found = before(keys)
        monkeypatch.setattr("jobs.store.write.stored", before)
        write([record(1, status="working", dateUpdated=iso(NOON + timedelta(hours=2)))])
        return found

    monkeypatch.setattr("jobs.store.write.stored", late)
    read(record(1))
    changed = Job.objects.get()
    assert changed.cell.status == "working"
    assert not changed.settled
    assert changed.asked < changed.observed


def test_an_open_job_is_noted_when_it_is_seen_and_one_that_has_ended_is_not() -> None:
    jobs = [record(1), record(2, status="success"), record(3, status="success", dateUpdated=None)]
    write(jobs)
    later = NOON + timedelta(hours=1)
    assert write(jobs, asked=later) == Written(unchanged=3)
    assert [job.asked for job in Job.objects.order_by("key")] == [later, NOON, later]
    write(jobs, asked=NOON)
    assert [job.asked for job in Job.objects.order_by("key")] == [later, NOON, later]


def test_a_change_of_state_is_kept_with_the_times_between_which_it_was() -> None:
    write([record(1)])
    write([record(1)], asked=NOON + timedelta(seconds=30))
    write([record(1, dateUpdated=iso(NOON + timedelta(seconds=5)))], asked=NOON + timedelta(seconds=40))
    begun = iso(NOON + timedelta(seconds=45))
    write([record(1, status="working", dateUpdated=begun)], asked=NOON + timedelta(seconds=60))
    change = Transition.objects.get()
    assert (change.old, change.new, change.lane) == ("pending", "working", "tests")
    assert change.after == NOON + timedelta(seconds=40)
    assert change.before == Job.objects.get().observed


def test_a_job_that_is_gone_says_so_in_its_document_and_comes_back_when_it_is_read() -> None:
    write([record(1, status="success", note='{"status":"x"}')])
    held = versions.stored([record(1).id])[record(1).id]
    assert entomb(record(1).id, held, lane="rechecks", asked=timezone.now())
    assert stored(record(1).id) == job(1, status="gone", note='{"status":"x"}')
    assert is_consistent()
    later = iso(NOON + timedelta(hours=9))
    assert write([record(1, status="success", dateUpdated=later)]) == Written(dropped=1)
    assert Recheck.objects.get().reason == "returned"
    assert write([record(1, status="success")], asked=timezone.now(), point=True) == Written(updated=1)
    assert stored(record(1).id) == job(1, status="success")
    assert [(each.old, each.new) for each in Transition.objects.order_by("before")] == [
        ("success", "gone"),
        ("gone", "success"),
    ]
    assert is_consistent()


def test_a_job_that_has_changed_meanwhile_is_not_gone() -> None:
    write([record(1)])
    held = versions.stored([record(1).id])[record(1).id]
    write([record(1, status="working", dateUpdated=iso(NOON + timedelta(hours=1)))])
    assert not entomb(record(1).id, held, lane="rechecks", asked=timezone.now())
    assert Job.objects.get().cell.status == "working"


def test_what_another_writer_has_changed_is_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between reading and writing a newer record comes, and a job that was not there."""
    write([record(1)])
    read = versions.stored

    def late(keys: Collection[str]) -> dict[str, Stored]:
        found = read(keys)
        monkeypatch.setattr("jobs.store.write.stored", read)
        write([record(1, status="success", dateUpdated=iso(NOON + timedelta(hours=2))), record(2, status="error")])
        return found

    monkeypatch.setattr("jobs.store.write.stored", late)
    page = [record(n, status="working", dateUpdated=iso(NOON + timedelta(hours=n))) for n in (1, 2, 3)]
    assert write(page) == Written(inserted=1, updated=1, dropped=1)
    assert [job.cell.status for job in Job.objects.order_by("key")] == ["success", "working", "working"]
    assert is_consistent()


def test_what_a_job_is_found_by_follows_it() -> None:
    write([record(1)])
    assert is_under("/", "/in", "/in/1.mp4")
    assert is_under("/", "/out", "/out/1.zip", role="destination")
    assert {keys.group_term(job(1)["groupId"]), keys.file_id_term("file-1")} <= set(Job.objects.get().terms)
    stamp = iso(NOON + timedelta(days=1, hours=1))
    result = {"code": 0, "message": "OK", "payload": {"path": "/out//other.zip/", "fileId": "made"}}
    write([record(1, dateUpdated=stamp, sources=None, result=result)])
    assert not is_under("/in")
    assert not is_under("/")
    assert is_under("/", "/out", "/out/1.zip", "/out/other.zip", role="destination")
    assert keys.file_id_term("made") not in Job.objects.get().terms
    assert is_consistent()


def test_a_message_is_kept_once_and_its_job_is_found_by_it() -> None:
    failed = {"status": "error", "result": {"code": 4, "message": "job timeout"}}
    write([record(1, **failed), record(2, **failed), record(3)])
    message = keys.message_term("job timeout")
    under = keys.failed_term(keys.path_term("source", "/in"), message)
    assert [each.text for each in Message.objects.all()] == ["job timeout"]
    found = {job.key: {message, under} <= set(job.terms) for job in Job.objects.all()}
    assert list(found.values()) == [True, True, False]
    later = iso(NOON + timedelta(hours=1))
    write([record(1, status="success", dateUpdated=later), record(2, **failed, dateUpdated=later)])
    assert [message in job.terms for job in Job.objects.order_by("key")] == [False, True, False]
    assert is_consistent()


def test_a_message_that_is_cut_is_found_by_what_is_kept() -> None:
    write([record(1, status="error", result={"code": 4, "message": "é" * 900 + "end\0"})])
    assert Message.objects.get().text == "é" * 500 + "…"
    assert is_consistent()


def test_what_columns_cannot_hold_is_kept_in_the_document() -> None:
    odd = job(1, sources=[{"path": "/a\0\ud800b", "fileId": None}], note="\0\ud800", dateCreated="9999-99-99")
    write(records([odd]))
    assert stored(odd["id"]) == odd
    row = Job.objects.get()
    assert row.source == "/a\ufffd\ufffdb"
    assert row.created == UNDATED


def test_a_path_longer_than_a_page_of_the_index_is_stored() -> None:
    write(records([job(1, sources=[{"path": "/ü" * 4000, "fileId": "f" * 5000}])]))
    assert is_under("/", "/ü", "/ü" * 600, "/ü" * 666 + "/")
    assert is_consistent()


def test_a_missing_result_stays_missing() -> None:
    bare = job(1)
    del bare["result"]
    write(records([bare]))
    assert stored(bare["id"]) == bare
