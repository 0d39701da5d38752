"""`RetryPolicy`: what is tried again, how often, and after how long."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from jobs.upstream.errors import BrokenReply, CredentialsRefused, NotFound, RequestRefused, TooLong, TryAgain
from jobs.upstream.retry import RetryPolicy

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def failing(*errors: Exception) -> tuple[list[int], Callable[[], str]]:
    calls: list[int] = []

    def request() -> str:
        calls.append(len(calls))
        if len(calls) <= len(errors):
            raise errors[len(calls) - 1]
        return "done"

    return calls, request


@pytest.mark.parametrize("error", [TryAgain("x"), BrokenReply("x"), TryAgain("x", after=1000)])
def test_what_passes_is_tried_again(error: Exception) -> None:
    calls, request = failing(error, error)
    assert RetryPolicy().call(request) == "done"
    assert len(calls) == 3


@pytest.mark.parametrize(
    "error",
    [CredentialsRefused("x"), NotFound("x", asked=NOON, counted=0), RequestRefused("x"), TooLong("x"), KeyError("x")],
)
def test_what_does_not_pass_is_not(error: Exception) -> None:
    calls, request = failing(error)
    with pytest.raises(type(error)):
        RetryPolicy().call(request)
    assert len(calls) == 1


def test_it_gives_up() -> None:
    calls, request = failing(*[TryAgain("x")] * 9)
    with pytest.raises(TryAgain):
        RetryPolicy(attempts=4).call(request)
    assert len(calls) == 4


def test_what_the_platform_asks_for_is_obeyed_up_to_a_cap() -> None:
    policy = RetryPolicy(longest_wait=20)
    assert policy.wait_after(TryAgain("x", after=7)) == 7
    assert policy.wait_after(TryAgain("x", after=7000)) == 20
    assert policy.wait_after(TryAgain("x", after=0)) == policy.first_wait
    assert policy.wait_after(TryAgain("x")) is True
    assert policy.wait_after(CredentialsRefused("x")) is False
