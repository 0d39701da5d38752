"""Tells a page that cannot be had from an outage: by asking for another one."""

from contextlib import suppress

from jobs.rules import circuit
from jobs.upstream.client import JobsClient
from jobs.upstream.errors import UpstreamError
from jobs.upstream.record import Page
from jobs.upstream.walk import Ask, Walk


def other_page(client: JobsClient, error: UpstreamError, *, page_size: int) -> Page | None:
    """A page of the newest job, or of the oldest, when `error` has stopped a search; None where neither can be had.

    That one can closes the circuit: else whoever has its one try would fail for ever at a page that cannot be had.
    Where the platform may have been overloaded, one job says nothing, and it is asked for a page of `page_size`; where
    it has refused us, for nothing.
    """
    size = page_size if circuit.may_be_overload(error) else 1
    for ascending in (False, True):
        if circuit.is_refusal(error):
            return None
        with suppress(UpstreamError):
            walk = Walk(order_by="dateCreated", ascending=ascending, page_size=size)
            return client.page(Ask(walk=walk), once=True)
    return None
