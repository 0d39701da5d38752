"""When the platform is left alone: after some failures in a row, for ever longer, and at once where it refuses us."""

from datetime import timedelta

from jobs.upstream.errors import (
    BrokenReply,
    CredentialsRefused,
    RequestRefused,
    TooLong,
    TryAgain,
    UpstreamError,
)

FAILURES = 5
"""So many in a row open the circuit."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=5)


def is_failure(error: UpstreamError | None) -> bool:
    """Whether an answer, or none, says that the platform does not work; that it refuses a request says that it does."""
    return isinstance(error, TryAgain | BrokenReply | CredentialsRefused) and not isinstance(error, TooLong)


def is_refusal(error: UpstreamError) -> bool:
    """Whether it is our credentials that are refused."""
    return isinstance(error, CredentialsRefused)


def may_be_overload(error: UpstreamError) -> bool:
    """Whether a platform that has less to do might have answered: not one that breaks over a page, as a 500 says."""
    return isinstance(error, TryAgain) and error.status != 500


def weight(error: UpstreamError, *, search: bool) -> int:
    """For how many failures one counts: credentials that are refused need nobody to try again.

    One job that cannot be read says nothing of the others; whether the platform works is seen by its `search`.
    """
    if isinstance(error, CredentialsRefused):
        return FAILURES
    return 1 if search and is_failure(error) else 0


def is_success(error: UpstreamError | None) -> bool:
    """Whether an answer says that the platform works; that it forbids something says neither that nor the opposite."""
    return not (is_forbidden(error) or is_failure(error))


def is_forbidden(error: UpstreamError | None) -> bool:
    """Whether something may not be had, though our credentials are taken."""
    return isinstance(error, RequestRefused) and error.status == 403


def was_never_asked(error: UpstreamError | None) -> bool:
    """Whether no request was made, since it cannot be."""
    return isinstance(error, RequestRefused) and error.status is None


def pause(failures: int, *, refused: bool = False) -> timedelta:
    """For how long the platform is left alone after so many failures; `refused` credentials get the longest pause."""
    if refused:
        return LONGEST_PAUSE
    return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(10, max(0, failures - FAILURES))))
