"""Why a pass stopped, in words for operators."""

from django.db import Error

from jobs import store
from jobs.sync.lease import LeaseLost
from jobs.upstream.errors import UpstreamError

FORESEEN = (UpstreamError, LeaseLost, Error)


def said(error: BaseException) -> str:
    """What to tell of `error`; what nobody has foreseen stands in the log alone."""
    if isinstance(error, Error):
        return store.said(error)
    if isinstance(error, FORESEEN):
        return str(error)
    return "Jobdeck failed by itself; see the log." if isinstance(error, Exception) else "It was stopped."
