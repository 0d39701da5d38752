"""Every page, in both themes, wide and narrow: accessible, without errors, within its width."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

from tests.browser.conftest import needs_chromium
from trials.deck import Deck

pytestmark = needs_chromium

WIDTHS = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 390, "height": 844}}
PLACES = {
    "list": "/jobs/",
    "filtered list": "/jobs/?status=error&notType=urn:job:av.package&path=/&createdFrom=2020-01-01&orderBy=dateUpdated",
    "nothing found": "/jobs/?path=/nowhere",
    "refused": "/jobs/?pageSize=-1&colour=red",
    "sync": "/sync/",
    "tokens": "/tokens/",
    "not a group": "/group/nothing",
    "password": "/password/",
    "api": "/api/docs",
    "not there": "/job/nothing",
    "sign in": "/sign-in/",
}
TYPES = (
    "av.transcode",
    "av.package",
    "archive.create",
    "archive.extract",
    "import.file",
    "av.poster",
    "av.storyboard",
    "av.extra_metadata.replace",
    "text.font.convert",
    "text.font.subset",
    "image.operation",
    "av-scanner.scan",
    "visual-search.index-image",
)


class Watch:
    """What a page complains about: its console, its exceptions, its policy, its answers."""

    def __init__(self, page: Page) -> None:
        self.trouble: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("requestfailed", lambda request: self.trouble.append(f"{request.url} failed"))

    def _said(self, message: ConsoleMessage) -> None:
        expected = "the server responded with a status of 40" in message.text
        if message.type in ("error", "warning") and not expected:
            self.trouble.append(message.text)


def opened(browse: Callable[..., Page], path: str, theme: str, width: str) -> Page:
    """Open a page, and hold it to everything that every page must be."""
    page = browse("/healthz", signed_in=path != "/sign-in/", color_scheme=theme, viewport=WIDTHS[width])
    watch = Watch(page)
    page.goto(path, wait_until="load")
    results: Any = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert watch.trouble == []
    assert beyond_the_edge(page) <= 0
    assert page.title().endswith("Jobdeck")
    return page


def beyond_the_edge(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("place", PLACES)
def test_a_page(browse: Callable[..., Page], place: str, theme: str, width: str) -> None:
    opened(browse, PLACES[place], theme, width)


@pytest.mark.parametrize(("theme", "width"), [("light", "wide"), ("dark", "narrow")])
@pytest.mark.parametrize("kind", TYPES)
def test_the_page_of_a_job_and_of_its_group(
    browse: Callable[..., Page], running: Deck, kind: str, theme: str, width: str
) -> None:
    jobs = running.api("/jobs", type=f"urn:job:{kind}", pageSize=20)["jobs"]
    failed = [each for each in jobs if each["status"] == "error"]
    job = (failed or jobs)[0]
    page = opened(browse, f"/job/{job['id']}", theme, width)
    page.locator("details.raw > summary").click()
    assert job["id"] in page.locator("#raw-json").inner_text()
    assert beyond_the_edge(page) <= 0
    opened(browse, f"/group/{job['groupId']}", theme, width)


@pytest.mark.parametrize(("theme", "width"), [("light", "narrow"), ("dark", "wide")])
def test_a_job_with_secrets_and_a_record_in_quarantine(browse: Callable[..., Page], theme: str, width: str) -> None:
    page = opened(browse, "/job/canary-group_canary-import", theme, width)
    assert page.get_by_text("masked", exact=True).count() >= 3
    page.goto("/sync/")
    page.locator("a[href^='/sync/refused/']").first.click()
    opened(browse, page.url, theme, width)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("button", ["Type", "State", "Issuer", "Created", "Updated", "Ids", "first", "Your account"])
def test_an_open_choice(browse: Callable[..., Page], button: str, theme: str, width: str) -> None:
    page = opened(browse, "/jobs/?status=error", theme, width)
    if width == "narrow":
        page.locator("#filters summary").click()
    page.get_by_role("button", name=button).first.click()
    results: Any = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    shown = page.locator("[popover]:popover-open")
    box = shown.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= WIDTHS[width]["width"]
    assert shown.evaluate("(it) => it.scrollWidth <= it.clientWidth")
