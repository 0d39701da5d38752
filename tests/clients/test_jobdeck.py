"""The official clients against Jobdeck, which mirrors the sandbox."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from jobs.sync.lanes import run_sweep, run_tail
from tests.clients.cases import *  # noqa: F403 - the cases are collected here
from tests.clients.cases import Api
from tests.clients.test_sandbox import EVEN
from tests.sandbox.api import Api as Raw
from trials.platform import sandbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(live_server: Any, settings: Settings) -> Iterator[Api]:
    """Jobdeck with every job of a sandbox without oddities."""
    with sandbox(*EVEN) as running:
        settings.MEDIA_PLATFORM_URL = running.url
        settings.MEDIA_PLATFORM_APP_ID = running.app_id
        settings.MEDIA_PLATFORM_SHARED_SECRET = running.secret
        run_tail()
        run_sweep(seconds=60)
        jobs = Raw(running).walk(pageSize=100)
        yield Api(url=live_server.url, app_id=running.app_id, secret=running.secret, jobs=jobs)
