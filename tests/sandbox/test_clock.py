"""The sandbox's clock: it dates replies, and goes forward and back."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest
from requests import HTTPError, get

from tests.sandbox.api import Api
from tests.sandbox.conftest import STILL
from trials.platform import sandbox

EPOCH = 1_772_366_400_000


@pytest.fixture
def moving() -> Iterator[Api]:
    """Jobs that come and end."""
    with sandbox("--jobs", "200", "--rate", "2", "--epoch", "2026-03-01T12:00:00Z") as running:
        yield Api(running)


def ended(api: Api) -> dict[str, str]:
    return {job["id"]: job["status"] for job in api.walk(pageSize=1000, orderBy="dateUpdated") if job["result"]}


def test_it_begins_at_the_epoch_and_moves_both_ways(moving: Api) -> None:
    assert 0 <= moving.sandbox.now() - EPOCH < 10_000
    moving.sandbox.advance(3600)
    assert 0 <= moving.sandbox.now() - EPOCH - 3_600_000 < 10_000
    moving.sandbox.advance(-7200)
    assert 0 <= moving.sandbox.now() - EPOCH + 3_600_000 < 10_000


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -1e10, 1e12])
def test_it_stays_among_the_dates_that_can_be_written(moving: Api, seconds: float) -> None:
    with pytest.raises(HTTPError, match="400"):
        moving.sandbox.advance(seconds)
    assert 0 <= moving.sandbox.now() - EPOCH < 10_000


def test_every_reply_is_dated_by_it(moving: Api) -> None:
    moving.sandbox.advance(-86_400)
    moving.sandbox.faults("status=503:x1")
    replies = [moving.ask("/jobs"), moving.ask("/jobs"), moving.ask("/jobs", "rubbish"), moving.ask("/jobs/none")]
    assert [reply.status_code for reply in replies] == [503, 200, 401, 404]
    for reply in (*replies, get(f"{moving.sandbox.url}/_sandbox/clock", timeout=10)):
        dated = parsedate_to_datetime(reply.headers["Date"]).timestamp()
        assert 0 <= dated - EPOCH / 1000 + 86_400 < 10


def test_what_has_happened_stays_when_the_clock_goes_back(moving: Api) -> None:
    moving.sandbox.advance(600)
    before = ended(moving)
    moving.sandbox.advance(-300)
    jobs = moving.walk(pageSize=1000)
    assert before.items() <= ended(moving).items()
    assert {job["id"] for job in jobs} == {job["id"] for job in moving.walk(pageSize=1000, orderBy="dateUpdated")}
    moving.sandbox.advance(600)
    assert len(ended(moving)) > len(before)


def test_what_is_planted_while_the_clock_is_back_is_dated_earlier() -> None:
    with sandbox("--jobs", "50", *STILL) as running:
        running.advance(-40 * 86_400)
        running.plant({"id": "late_1", "groupId": "late"})
        newest = Api(running).walk(orderBy="dateUpdated")
    assert [job["id"] for job in newest].index("late_1") > 0


def test_a_still_clock_moves_by_hand_alone() -> None:
    with sandbox("--jobs", "20", "--rate", "0", "--epoch", "2026-03-01T12:00:00Z", "--still") as running:
        running.advance(60)
        running.advance(-10)
        assert running.now() == running.now() == EPOCH + 50_000
        keys = [running.patch(job["id"], status="changed")["id"] for job in running.jobs()[:5]]
        assert [job["id"] for job in Api(running).walk(pageSize=2, orderBy="dateUpdated")][:5] == keys[::-1]
