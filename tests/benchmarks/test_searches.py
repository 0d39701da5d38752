"""How searches are measured: each at its page, without turning pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from benchmarks import generate, grid, searches
from benchmarks.given import Given
from benchmarks.places import SIZE, search_of
from jobs.search import page
from tests.search.test_plans import EMPTY

pytestmark = pytest.mark.django_db

JOBS = 2000


@pytest.fixture(scope="module", autouse=True)
def _some_jobs(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        generate.generate(connection.get_connection_params(), JOBS)
        yield
        with connection.cursor() as cursor:
            cursor.execute(EMPTY)


def turned(case: grid.Case) -> list[int]:
    """The jobs of a page that is reached by turning pages."""
    found, search = [], search_of(grid.Case(name="", parameters=case.parameters))
    for _ in range(case.page):
        found.append(page(search))
        if found[-1].next_token is None:
            break
        search = search_of(grid.Case(name="", parameters={**case.parameters, "nextPageToken": found[-1].next_token}))
    return [row.id for row in found[-1].rows]


@pytest.mark.parametrize("number", [1, 2, 10, 10_000])
@pytest.mark.parametrize("parameters", [{}, {"orderDirection": "asc"}, {"status": "error"}, {"groupId": "absent"}])
def test_a_place_is_where_turning_pages_leads(number: int, parameters: grid.Parameters) -> None:
    case = grid.Case(name="", parameters=parameters, page=number)
    found = page(search_of(case))
    assert [row.id for row in found.rows] == turned(case)
    assert len(found.rows) <= SIZE


def test_every_kind_of_cost_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    some = grid.cases()[::120]
    monkeypatch.setattr(grid, "cases", lambda: some)
    given = Given(size="2k", jobs=JOBS, last=JOBS, rounds=2, port=0, folder=tmp_path, programs=tmp_path)
    found = searches.measure(given)
    assert found["pages"]["cases"] == found["rendered"]["cases"] == len(some)
    for kind in ("pages", "counts", "rendered"):
        assert 0 < found[kind]["median"]["p50"] <= found[kind]["median"]["max"] <= found[kind]["p95"]["max"]
        assert found[kind]["p95"]["max"] <= found[kind]["slowest"]
    assert len(found["slowest"]) == searches.SLOWEST
    assert (tmp_path / "plans-2k.txt").read_text().count("Execution Time") == searches.SLOWEST
