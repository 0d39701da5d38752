"""The tail reads on until a whole page is older than the watermark less the overlap."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from jobs.rules.tail import STUCK, UNKNOWN, Swept, Tail, goes_on_from
from jobs.upstream.errors import Emptied
from jobs.upstream.record import Page, Refused
from tests.records import NOON, iso, record

SECOND = timedelta(seconds=1)
OVERLAP = timedelta(seconds=120)


def page(*dates: datetime | None, token: str | None = "more", dated: datetime | None = NOON) -> Page:
    records = tuple(record(n, dateUpdated=date and iso(date)) for n, date in enumerate(dates))
    return Page(records=records, refused=(), next_token=token, asked=NOON, dated=dated)


def tail(
    watermark: datetime | None = NOON - timedelta(hours=1),
    *,
    last: datetime | None = NOON - 10 * SECOND,
    filled: bool = True,
) -> Tail:
    return Tail(watermark=watermark, last=last, began=NOON, overlap=OVERLAP, page_size=3, filled=filled)


def test_it_asks_for_the_newest_first() -> None:
    ask = tail().ask
    assert ask is not None
    assert ask.walk.parameters(None) == {"orderBy": "dateUpdated", "pageSize": "3", "orderDirection": "des"}


@pytest.mark.parametrize(
    ("newest", "goes_on"), [(OVERLAP + SECOND, False), (OVERLAP, True), (OVERLAP - SECOND, True), (-SECOND, True)]
)
def test_a_whole_page_must_be_older(newest: timedelta, goes_on: bool) -> None:
    watermark = NOON - timedelta(hours=1)
    walk = tail(watermark)
    walk.take(page(watermark - newest, watermark - 2 * OVERLAP))
    assert (walk.ask is not None) == goes_on


def test_one_old_job_ends_nothing() -> None:
    walk = tail()
    walk.take(page(NOON, NOON - timedelta(days=9)))
    assert walk.ask is not None
    assert walk.ask.token == "more"


def test_a_page_without_dates_ends_nothing() -> None:
    walk = tail()
    walk.take(page(None, None))
    assert walk.ask is not None


def test_the_last_page_ends_it() -> None:
    walk = tail()
    walk.take(page(NOON, token=None))
    assert walk.ask is None


@pytest.mark.parametrize("last", [None, NOON - 10 * SECOND])
def test_a_pass_without_a_job_is_none_where_jobs_are_here(last: datetime | None) -> None:
    """A platform that shows nothing for a while has not told that nothing has changed."""
    with pytest.raises(Emptied, match="brings no job, though jobs are here"):
        tail(last=last).take(page(token=None))
    walk = tail(last=last, filled=False)
    walk.take(page(token=None))
    assert walk.ask is None


def test_a_pass_has_brought_something_whatever_its_last_page_says() -> None:
    walk = tail()
    walk.take(page(NOON))
    walk.take(page(token=None))
    assert walk.ask is None
    broken = Refused(text="{}", field="id", reason="it has none", job_id="")
    walk = tail()
    walk.take(replace(page(token=None), refused=(broken,)))
    assert walk.ask is None


def test_the_first_pass_reads_one_page_alone() -> None:
    walk = tail(None, last=None)
    assert walk.take(page(NOON)) == NOON
    assert walk.ask is None


def test_a_pass_after_one_that_knew_no_date_reads_everything() -> None:
    walk = tail(None)
    walk.take(page(NOON))
    assert walk.ask is not None


def test_the_watermark_is_of_the_first_page() -> None:
    walk = tail()
    assert walk.take(page(NOON - SECOND, NOON - 2 * SECOND)) == NOON - SECOND
    assert walk.take(page(NOON, token="further")) == NOON - SECOND


def test_the_watermark_is_never_ahead_of_the_platforms_clock() -> None:
    assert tail().take(page(NOON + timedelta(days=900), NOON - SECOND)) == NOON


def test_the_watermark_never_moves_back() -> None:
    assert tail(NOON).take(page(NOON - OVERLAP)) == NOON


def test_a_clock_that_ran_back_is_read_down_to() -> None:
    """What changes now is dated by it, an hour before the watermark."""
    walk = tail(NOON + timedelta(hours=1))
    walk.take(page(NOON, NOON - SECOND))
    assert walk.ask is not None
    walk.take(page(NOON - OVERLAP - 11 * SECOND, token="further"))
    assert walk.ask is None
    assert walk.watermark == NOON + timedelta(hours=1)


def test_what_was_dated_since_the_last_pass_by_a_clock_that_ran_back_is_read_down_to() -> None:
    """Half an hour without a pass: the clock may have been set back at any time of it."""
    ago = timedelta(minutes=30)
    walk = tail(NOON + timedelta(hours=1), last=NOON - ago)
    walk.take(page(NOON))
    walk.take(page(NOON - ago - OVERLAP, token="further"))
    assert walk.ask is not None
    walk.take(page(NOON - ago - OVERLAP - SECOND, token="on"))
    assert walk.ask is None


def test_where_our_clock_was_set_back_it_reads_a_day_back() -> None:
    walk = tail(NOON + timedelta(hours=1), last=NOON + SECOND)
    walk.take(page(NOON))
    walk.take(page(NOON - UNKNOWN - OVERLAP, token="further"))
    assert walk.ask is not None
    walk.take(page(NOON - UNKNOWN - OVERLAP - SECOND, token="on"))
    assert walk.ask is None


def test_a_first_page_without_dates_says_nothing() -> None:
    walk = tail()
    assert walk.take(page(None, None)) == NOON - timedelta(hours=1)
    assert walk.take(page(NOON, token="further")) == NOON


def test_without_a_clock_the_time_of_the_request_counts() -> None:
    assert tail().take(page(NOON + timedelta(days=900), dated=None)) == NOON


@pytest.mark.parametrize(
    ("complete", "now", "gaps", "helped"),
    [
        (timedelta(seconds=-1), timedelta(minutes=5), False, True),
        (timedelta(seconds=-1), timedelta(minutes=5), True, False),
        (timedelta(seconds=-1), STUCK, True, True),
        (timedelta(0), STUCK * 2, False, False),
        (None, timedelta(minutes=5), False, True),
        (None, timedelta(minutes=5), True, False),
        (None, STUCK * 2, True, True),
    ],
)
def test_a_tail_that_is_not_complete_since_a_sweep_began_goes_on_from_there(
    complete: timedelta | None, now: timedelta, gaps: bool, helped: bool
) -> None:
    """Where that has left something out, when nobody expects any more that it comes to its end."""
    goes_on = partial(goes_on_from, complete=None if complete is None else NOON + complete, now=NOON + now)
    assert goes_on(Swept(began=NOON, gaps=gaps, came=True), fails=True) == helped
    assert not goes_on(Swept(began=NOON, gaps=gaps, came=True), fails=False)
    assert not goes_on(Swept(began=NOON, gaps=gaps, came=False), fails=True)


def test_where_the_last_pass_was_complete_is_not_known_the_sweep_goes_by_itself() -> None:
    """Since our clock was set back, it lies ahead."""
    swept, ahead = Swept(began=NOON, gaps=False, came=True), NOON + timedelta(days=1)
    assert goes_on_from(swept, fails=True, complete=ahead, now=NOON + SECOND)
    assert not goes_on_from(swept, fails=True, complete=ahead, now=ahead + SECOND)
    assert not goes_on_from(replace(swept, gaps=True), fails=True, complete=ahead, now=NOON + SECOND)
    assert goes_on_from(replace(swept, gaps=True), fails=True, complete=ahead, now=NOON + STUCK + SECOND)
