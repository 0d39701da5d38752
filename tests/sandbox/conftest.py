"""One sandbox for the tests that leave it as it is: its last job came a month ago, so that all have ended."""

from collections.abc import Iterator

import pytest

from tests.sandbox.api import Api
from trials.platform import sandbox

STILL = ("--rate", "0", "--since", "2026-03-01T12:00:00Z", "--epoch", "2026-04-01T12:00:00Z")


@pytest.fixture(scope="package")
def still() -> Iterator[Api]:
    """Two thousand jobs in which nothing moves."""
    with sandbox("--jobs", "2000", *STILL) as running:
        yield Api(running)
