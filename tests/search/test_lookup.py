"""`jobs.search.lookup`: what a text stands for, and what it costs to know among many."""

import json
from itertools import count
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs import keys
from jobs.models import Job, Message
from jobs.search import lookup, page, parse, sql
from jobs.search.dates import Unreadable
from tests.records import job, record, records, write
from tests.search.test_plans import SMALL, nodes, rows

pytestmark = pytest.mark.django_db
NUMBERS = count()

SIGNS = ["a", "b", "A", "%", "_", "\\", "\x7f", "é", "\ud7ff", "\ue000", "\uffff", "\U0010ffff"]
IDS = st.text(st.sampled_from(SIGNS), min_size=6, max_size=9)
MESSAGES = 20_000


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ids=st.sets(IDS, max_size=12), prefix=IDS)
def test_a_prefix_stands_for_the_jobs_whose_ids_begin_so(ids: set[str], prefix: str) -> None:
    Job.objects.all().delete()
    write(records([job(n, id=key) for n, key in enumerate(sorted(ids))]))
    found = Job.objects.filter(id__in=lookup.id_prefix(prefix).found).values_list("key", flat=True)
    assert set(found) == {key for key in ids if key.startswith(prefix)}


def test_a_prefix_of_the_longest_id_is_found() -> None:
    longest = "\U0010ffff" * 125
    write(records([job(1, id=longest)]))
    assert all(lookup.id_prefix(longest[:size]).found for size in (6, 124, 125))
    assert not lookup.id_prefix(longest + "x").found


def test_more_than_so_many_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "MOST_JOBS", 2)
    monkeypatch.setattr(lookup, "MOST_MESSAGES", 2)
    failed = [record(n, status="error", result={"message": f"no {n}th try"}) for n in range(3)]
    write(failed[:2])
    assert len(lookup.id_prefix("000000").found) == len(lookup.error("TRY").found) == 2
    write(failed[2:])
    for look_up, text in ((lookup.id_prefix, "000000"), (lookup.error, "try")):
        with pytest.raises(Unreadable, match=r"More than 2 .*give more of it"):
            look_up(text)


@pytest.mark.parametrize("more", [{}, {"status": ["pending"], "path": ["/in"], "updatedFrom": ["2026-03-01"]}], ids=str)
def test_a_prefix_costs_few_rows_for_each_of_a_page(more: dict[str, list[str]]) -> None:
    write(records([job(n, id=f"{'x' * (n % 10)}abcdef-{n}") for n in range(10 * lookup.MOST_JOBS)]))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_job")
    search = parse({"idPrefix": ["abcdef"], **more}, page_size=50)
    query = sql.page_query(search, 51)
    looked_up = scans(lookup.JOBS, ["abcdef", "abcdef" + lookup.LAST])
    assert sum(map(rows, [*looked_up, *scans(query.text, query.parameters)])) <= 1000
    assert len(page(search).rows) == 50


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    messages=st.lists(st.text(st.sampled_from([*SIGNS, "c", " ", "É"]), max_size=12), max_size=6),
    text=st.text(st.sampled_from([*SIGNS, "c", " ", "É"]), min_size=3, max_size=5).filter(lookup.WORD.search),
)
def test_a_text_stands_for_the_messages_that_contain_it(messages: list[str], text: str) -> None:
    Message.objects.all().delete()
    messages = [*messages, f"x {text.swapcase()} x"]
    write([record(next(NUMBERS), status="error", result={"message": each}) for each in messages])
    expected = {keys.message_term(each) for each in messages if text.lower() in each.lower()}
    assert expected == set(lookup.error(text).found)


@pytest.fixture
def _many() -> None:
    """Messages each of which names a file of its own; all of them are common in one part and rare in another."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO jobs_message (id, text)
            SELECT hashint8extended(n, 1),
                (ARRAY['cannot read', 'moov atom not found in'])[1 + n %% 2] || ' /' || md5(n::text)
            FROM generate_series(1, %s) n
            """,
            [MESSAGES],
        )
        cursor.execute("ANALYZE jobs_message")


@pytest.mark.usefixtures("_many")
def test_many_messages_are_not_all_read() -> None:
    for text in ("cannot", "moov atom", "c4ca4238a0b923820dcc509a6f75849b", "c4ca", "nobody"):
        found = scans(lookup.MESSAGES, [f"%{text}%"])
        assert not [node for node in found if node["Node Type"] == "Seq Scan"], text
        assert sum(map(rows, found)) <= 1000, text


def scans(statement: str, parameters: Any) -> list[dict[str, Any]]:
    """Where the plan of a statement reads, as it ran."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
        found = cursor.fetchone()[0]
    every = nodes((json.loads(found) if isinstance(found, str) else found)[0]["Plan"])
    return [node for node in every if node.get("Relation Name", "jobs_cell") not in SMALL]
