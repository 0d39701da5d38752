"""A running Jobdeck with every kind of job in it, and Debian's Chromium to look at it."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.canaries import job
from tests.odd_jobs import GROUP, ODD
from tests.records import iso
from trials.deck import Deck, deck, until

CHROMIUM = shutil.which("chromium")
QUIET = ["background-networking", "component-update", "sync", "quic"]
JOBS = 1200
PLANTED = 1 + len(ODD)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not here: apt-get install chromium")


def jobs_of(started: Deck) -> int:
    """How many jobs it has, page by page."""
    number, page = 0, started.api("/jobs", pageSize="500")
    while token := page["nextPageToken"]:
        number, page = number + len(page["jobs"]), started.api("/jobs", pageSize="500", nextPageToken=token)
    return number + len(page["jobs"])


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deck]:
    """Jobdeck after its first cycle, with `JOBS` jobs that do not move and a record in quarantine."""
    folder = tmp_path_factory.mktemp("deck")
    folder.chmod(0o755)
    options = f"--jobs {JOBS - PLANTED} --rate 0"
    with deck(folder, JOBDECK_SANDBOX=options, SYNC_PERIOD="1") as started:
        now = iso(datetime.now(UTC))
        started.platform.plant(b'{"id": null, "type": "urn:job:av.package"}', dateCreated=now, dateUpdated=now)
        for planted in (job("import", now), *(odd | {"dateCreated": now, "dateUpdated": now} for odd in ODD)):
            started.platform.plant(planted)
        until(lambda: all(started.api("/jobs", groupId=group)["jobs"] for group in ("canary-group", GROUP)))
        until(lambda: jobs_of(started) == JOBS)
        yield started


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for all these tests."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        arguments = [*(f"--disable-{each}" for each in QUIET), "--no-first-run"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="package")
def session(chromium: Browser, running: Deck) -> Any:
    """The cookies of an operator who is signed in."""
    with chromium.new_context(base_url=running.url) as context:
        page = context.new_page()
        page.goto("/")
        page.get_by_label("Username").fill(running.operator)
        page.get_by_label("Password").fill(running.password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/jobs/")
        return context.storage_state()


@pytest.fixture
def browse(chromium: Browser, running: Deck, session: Any) -> Iterator[Callable[..., Page]]:
    """Open a page in a context with the given options; what goes wrong in it is collected in `trouble`."""
    contexts: list[BrowserContext] = []

    def open_(path: str, *, signed_in: bool = True, **options: Any) -> Page:
        state = session if signed_in else None
        contexts.append(chromium.new_context(base_url=running.url, storage_state=state, **options))
        page = contexts[-1].new_page()
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
