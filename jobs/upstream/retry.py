"""When a failed request is made again, as a value.

Waits grow exponentially, with jitter, or are what the platform asked for (`Retry-After`),
up to a cap. Only what passes by itself is tried again: credentials never are, nor is what is too long.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import stamina

from jobs.upstream.errors import BrokenReply, TooLong, TryAgain

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """How often and how long; every time in seconds.

    So many attempts are fewer than `jobs.rules.circuit` takes for an outage: one request that fails is none.
    """

    attempts: int = 4
    total: float = 90.0
    first_wait: float = 0.5
    longest_wait: float = 20.0

    def call(self, request: Callable[[], T]) -> T:
        """Make `request` until it succeeds, fails for good, or this policy is used up."""
        attempts = stamina.retry_context(
            on=self.wait_after,
            attempts=self.attempts,
            timeout=self.total,
            wait_initial=self.first_wait,
            wait_max=self.longest_wait,
            wait_jitter=self.first_wait,
        )
        for attempt in attempts:
            with attempt:
                return request()
        raise AssertionError("a retry context ends by a return or by an exception")

    def wait_after(self, error: Exception) -> bool | float:
        """Whether to try again, or after how many seconds."""
        if isinstance(error, TryAgain) and error.after is not None:
            return min(max(error.after, self.first_wait), self.longest_wait)
        return isinstance(error, TryAgain | BrokenReply) and not isinstance(error, TooLong)
