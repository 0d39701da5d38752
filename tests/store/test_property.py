"""What `store` accepts, for any records in any order: the newest stands, all of it comes back, counts are exact."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jobs.document import joined
from jobs.models import Cell, DayRollup, Document, HourRollup, Job, Posting
from jobs.store.rows import terms
from jobs.upstream import wire
from jobs.upstream.record import Record
from tests.records import MASKER, NOON, given_back, iso, job, write
from tests.specs.test_describe import JSON
from trials.consistency import is_consistent

pytestmark = pytest.mark.django_db

TEXTS = st.text(max_size=20) | st.sampled_from(["\0", "\ud800", "x" * 3000, "/a//b/", "é" * 900])
STATES = st.sampled_from(["pending", "working", "success", "error", "paused"])
DATES = st.none() | st.integers(0, 3).map(lambda n: iso(NOON + timedelta(minutes=n))) | TEXTS | st.integers(0, 2**70)
JOBS = st.builds(
    lambda number, **members: job(number, **members),
    number=st.integers(0, 4),
    status=STATES,
    type=st.sampled_from(["urn:job:av.transcode", "urn:job:import.file", "urn:job:x"])
    | st.text(min_size=1, max_size=9),
    issuer=st.none() | TEXTS,
    sources=JSON | st.lists(st.fixed_dictionaries({"path": TEXTS, "fileId": TEXTS}), max_size=3),
    specification=JSON | st.fixed_dictionaries({"destination": st.fixed_dictionaries({"path": TEXTS})}),
    result=JSON | st.fixed_dictionaries({"code": st.integers(0, 2), "message": TEXTS}),
    dateCreated=DATES,
    dateUpdated=DATES,
)


def read(members: dict[str, Any]) -> Record | None:
    found = wire.record(json.dumps(members).encode(), MASKER)
    return found if isinstance(found, Record) else None


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(pages=st.lists(st.lists(JOBS, max_size=6), max_size=4))
@example(pages=[[job(1, status="working", dateUpdated=None), job(1, status="working", dateCreated=None)]])
def test_any_pages_in_any_order(pages: list[list[dict[str, Any]]]) -> None:
    forget()
    seen: dict[str, list[Record]] = {}
    for page in pages:
        records = [record for members in page if (record := read(members))]
        for record in records:
            seen.setdefault(record.id, []).append(record)
        written = write(records)
        assert written.inserted + written.updated + written.unchanged + written.dropped == len(records)

    assert set(Job.objects.values_list("key", flat=True)) == set(seen)
    assert is_consistent()
    for document in Document.objects.select_related("job"):
        came = seen[document.job.key]
        assert document.text in {text(record) for record in came}
        stored = next(record for record in came if text(record) == document.text)
        newest = max((record.updated for record in came if record.updated), default=None)
        assert stored.updated == newest
        assert document.job.terms == terms(stored)


def forget() -> None:
    """Begin with no job, as the next example must."""
    Posting.objects.all().delete()
    HourRollup.objects.all().delete()
    DayRollup.objects.all().delete()
    Job.objects.all().delete()
    Cell.objects.update(jobs=0)


def text(record: Record) -> str:
    return joined(record.head, record.body, record.result)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(members=JOBS)
def test_writing_twice_changes_nothing(members: dict[str, Any]) -> None:
    forget()
    record = read(members)
    if record is not None:
        write([record], point=True)
        assert write([record]).unchanged == 1
        assert given_back(record)["id"] == members["id"]
