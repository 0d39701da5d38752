"""What the platform should not do, as it shows in a page or an error."""

from dataclasses import replace
from datetime import timedelta

import pytest

from jobs.rules.anomalies import Kind, of_dates, of_error
from jobs.upstream.errors import Endless, RequestRefused, TokenRefused, TokenRepeated, TryAgain
from jobs.upstream.record import Page
from tests.records import NOON, iso, record

SECOND = timedelta(seconds=1)
PAGE = Page(records=(record(1, dateUpdated=iso(NOON)),), refused=(), asked=NOON, dated=NOON)


def kinds(page: Page, **late: float) -> list[Kind]:
    return [each.kind for each in of_dates(page, NOON + timedelta(**late))]


def test_clocks_that_differ_a_little_are_no_anomaly() -> None:
    assert kinds(PAGE, seconds=5) == []
    assert kinds(replace(PAGE, dated=NOON - 5 * SECOND)) == []


def test_a_clock_that_ran_backwards() -> None:
    assert kinds(PAGE, seconds=6) == [Kind.CLOCK]
    (told,) = of_dates(PAGE, NOON + timedelta(hours=1))
    assert told.said == "Its clock says 2026-03-01 12:00:00 UTC, and had passed 2026-03-01 13:00:00 UTC."


def test_a_date_that_lies_ahead_names_its_job() -> None:
    ahead = record(2, dateUpdated="2031-12-31T23:59:59Z")
    (told,) = of_dates(replace(PAGE, records=(*PAGE.records, ahead)), None)
    assert told.kind is Kind.FUTURE
    assert ahead.id in told.said
    assert "2031-12-31 23:59:59 UTC" in told.said


def test_without_a_clock_nothing_is_known() -> None:
    assert kinds(replace(PAGE, dated=None), days=1) == []


def test_a_page_without_dates_has_none_that_lie_ahead() -> None:
    assert kinds(replace(PAGE, records=(record(1, dateUpdated=None),))) == []


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TokenRepeated("twice"), Kind.REPEATED),
        (TokenRefused("late", status=400), Kind.EXPIRED),
        (Endless("on and on"), Kind.ENDLESS),
        (RequestRefused("no", status=400), None),
        (TryAgain("late"), None),
    ],
)
def test_what_an_error_says_of_page_tokens(error: Exception, kind: Kind | None) -> None:
    told = of_error(error)
    assert (told.kind if told else None) == kind
    assert told is None or told.said == str(error)
