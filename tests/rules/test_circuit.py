"""When the platform is left alone."""

from datetime import timedelta

import pytest

from jobs.rules.circuit import FAILURES, LONGEST_PAUSE, is_failure, is_success, may_be_overload, pause, weight
from jobs.upstream.errors import (
    BrokenReply,
    CredentialsRefused,
    NotFound,
    RequestRefused,
    TokenRefused,
    TooLong,
    TryAgain,
    UpstreamError,
)
from tests.records import NOON


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (TryAgain("late"), True),
        (BrokenReply("cut"), True),
        (CredentialsRefused("401"), True),
        (TooLong("long"), False),
        (RequestRefused("400"), False),
        (TokenRefused("400"), False),
        (NotFound("404", asked=NOON, counted=0), False),
        (None, False),
    ],
)
def test_what_says_that_the_platform_does_not_work(error: UpstreamError | None, failure: bool) -> None:
    assert is_failure(error) == failure


def test_refused_credentials_count_at_once() -> None:
    assert weight(CredentialsRefused("401"), search=False) == FAILURES
    assert weight(TryAgain("late"), search=True) == 1
    assert pause(FAILURES, refused=True) == LONGEST_PAUSE


def test_one_job_that_cannot_be_read_counts_for_nothing() -> None:
    assert weight(TryAgain("500"), search=False) == 0


def test_what_is_forbidden_says_neither_that_the_platform_works_nor_that_it_does_not() -> None:
    forbidden = RequestRefused("403", status=403)
    assert not is_success(forbidden)
    assert weight(forbidden, search=True) == 0
    assert is_success(RequestRefused("400", status=400))


def test_what_a_platform_with_less_to_do_might_have_answered() -> None:
    assert may_be_overload(TryAgain("503", status=503))
    assert may_be_overload(TryAgain("late"))
    assert not may_be_overload(TryAgain("500", status=500))
    assert not may_be_overload(BrokenReply("cut"))


def test_the_pauses_grow_up_to_five_minutes() -> None:
    pauses = [pause(FAILURES + more) for more in range(20)]
    assert pauses == sorted(pauses)
    assert pauses[:3] == [timedelta(seconds=10), timedelta(seconds=20), timedelta(seconds=40)]
    assert pauses[-1] == LONGEST_PAUSE
