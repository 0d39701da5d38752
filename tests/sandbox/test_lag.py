"""`--lag`: a search shows what was there some time ago, one job and one group what is there."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.api import Api
from tests.sandbox.conftest import STILL
from trials.platform import sandbox

LAG = 60


@pytest.fixture
def late() -> Iterator[Api]:
    """Jobs that do not move, shown a minute late."""
    with sandbox("--jobs", "50", "--lag", str(LAG), *STILL) as running:
        yield Api(running)


def found(api: Api, **query: Any) -> dict[str, str]:
    return {job["id"]: job["status"] for job in api.walk(pageSize=7, **query) if job["groupId"] == "g"}


def plant(api: Api, status: str, name: str = "g_1") -> None:
    api.sandbox.plant({"id": name, "groupId": "g", "status": status})


@pytest.mark.parametrize("by", ["dateCreated", "dateUpdated"])
@pytest.mark.parametrize("asked", [{}, {"groupId": "g"}])
def test_a_search_shows_a_record_as_it_was(late: Api, by: str, asked: dict[str, str]) -> None:
    plant(late, "pending")
    assert found(late, orderBy=by, **asked) == {}
    late.sandbox.advance(LAG)
    assert found(late, orderBy=by, **asked) == {"g_1": "pending"}
    plant(late, "working")
    late.sandbox.advance(LAG / 2)
    plant(late, "success")
    assert found(late, orderBy=by, **asked) == {"g_1": "pending"}
    late.sandbox.advance(LAG / 2)
    assert found(late, orderBy=by, **asked) == {"g_1": "working"}
    late.sandbox.delete("g_1")
    late.sandbox.advance(LAG / 2)
    assert found(late, orderBy=by, **asked) == {"g_1": "success"}
    late.sandbox.advance(LAG / 2)
    assert found(late, orderBy=by, **asked) == {}


def test_one_job_and_its_group_are_shown_as_they_are(late: Api) -> None:
    plant(late, "pending")
    assert late.payload("/jobs/g_1")["status"] == "pending"
    plant(late, "success")
    assert [job["status"] for job in late.payload("/jobs/groups/g")] == ["success"]
    late.sandbox.delete("g_1")
    assert late.ask("/jobs/g_1").status_code == 404
    assert late.ask("/jobs/groups/g").status_code == 404


def test_a_generated_job_is_shown_until_its_record_and_its_end_are(late: Api) -> None:
    first, second = late.payload("/jobs", pageSize=2)["jobs"]
    late.sandbox.plant(first | {"status": "changed"})
    late.sandbox.delete(second["id"])
    assert late.payload("/jobs", pageSize=2)["jobs"] == [first, second]
    late.sandbox.advance(LAG)
    jobs = {job["id"]: job["status"] for job in late.walk()}
    assert jobs[first["id"]] == "changed"
    assert second["id"] not in jobs
    assert len(jobs) == 49


def test_generated_jobs_come_and_end_late() -> None:
    with sandbox("--jobs", "200", "--rate", "1", "--lag", "3600", "--epoch", "2026-03-01T12:00:00Z") as running:
        api = Api(running)
        running.advance(7200)
        for by in ("dateCreated", "dateUpdated"):
            shown = api.walk(pageSize=1000, orderBy=by)
            assert len({job["id"] for job in shown}) == len(shown) > 3600
            dates = [date for job in shown if (date := job.get(by))]
            assert "2026-03-01T12:59:30" < max(dates) < "2026-03-01T13:01"
        moving = [job["id"] for job in shown if job["status"] in ("pending", "working") and not job["result"]]
        assert moving
        assert {api.payload(f"/jobs/{job}")["status"] for job in moving} <= {"success", "error"}


def test_setting_the_clock_back_holds_nothing_up(late: Api) -> None:
    late.sandbox.advance(-3600)
    plant(late, "pending")
    late.sandbox.advance(LAG)
    assert found(late) == {"g_1": "pending"}


def test_a_record_comes_again_after_its_deletion() -> None:
    with sandbox("--jobs", "50", *STILL) as running:
        api = Api(running)
        for status in ("working", "success"):
            plant(api, status)
            assert found(api) == {"g_1": status}
            running.delete("g_1")
            assert found(api) == {}
