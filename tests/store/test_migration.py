"""Migrations of what is there: afterwards it is as the store would have written it."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from msgspec import structs

from jobs.models import Job, Message
from jobs.store.rows import terms
from tests.records import NOON, iso, record, write
from trials.consistency import is_consistent

pytestmark = pytest.mark.django_db

MESSAGES = import_module("jobs.migrations.0004_messages")


def test_jobs_that_failed_before_are_found_by_their_messages() -> None:
    later = iso(NOON + timedelta(days=9))
    came = [
        record(1, status="error", result={"code": 4, "message": "job timeout"}),
        record(2, status="error", result={"code": 4, "message": "job timeout"}, dateUpdated=later),
        record(3, status="error", result={"code": 500, "message": "été"}, dateCreated=None, sources=None),
        record(4, status="error", result=None),
        record(5, status="success"),
    ]
    write([structs.replace(each, error="") for each in came])
    for each in came:
        Job.objects.filter(key=each.id).update(error=each.error)
    with connection.cursor() as cursor:
        for statement in MESSAGES.STATEMENTS:
            cursor.execute(statement)
    assert dict(Job.objects.values_list("key", "terms")) == {each.id: terms(each) for each in came}
    assert set(Message.objects.values_list("text", flat=True)) == {"job timeout", "été"}
    assert is_consistent()
