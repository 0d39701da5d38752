"""The official clients against the sandbox."""

from collections.abc import Iterator

import pytest

from tests.clients.cases import *  # noqa: F403 - the cases are collected here
from tests.clients.cases import Api
from tests.sandbox.api import Api as Raw
from trials.platform import sandbox

EVEN = ("--jobs", "150", "--rate", "0", "--epoch", "2026-03-01T12:00:00Z", "--even")


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    """A sandbox without oddities, which the clients do not survive."""
    with sandbox(*EVEN) as running:
        jobs = Raw(running).walk(pageSize=100)
        yield Api(url=running.url, app_id=running.app_id, secret=running.secret, jobs=jobs)
