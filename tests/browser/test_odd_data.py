"""Pages of jobs whose texts are long, unbroken or written from the right: within the width, whatever the width."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import needs_chromium
from tests.browser.test_pages import beyond_the_edge
from tests.deck import Deck, until
from tests.records import iso, job

pytestmark = needs_chromium

LONG = "endless" * 50
GROUP = "odd-group"
JOBS = [
    job(1, id="odd-names", groupId=GROUP, type=f"urn:job:{LONG[:150]}", status=LONG[:120], issuer=f"urn:app:{LONG}"),
    job(2, id="odd-paths", groupId=GROUP, status="error", sources=[{"path": f"/{LONG}/{LONG}.mp4", "fileId": LONG}]),
    job(3, id="odd-texts", groupId=GROUP, status="error", result={"code": 500, "message": f"שגיאה {LONG} " * 9}),
    job(4, id="odd-specification", groupId=GROUP, specification={"quality": LONG, "video": {LONG: {LONG: [LONG]}}}),
    job(5, id="x" * 400, groupId=GROUP, sources=[{"path": "/שלום/עולם/סרט.mp4"}, {"path": "/🎬/👨‍👩‍👧‍👦.mp4"}]),
]
PLACES = [
    f"/jobs/?groupId={GROUP}",
    f"/jobs/?status={LONG[:120]}&path=/{LONG}&issuer=urn:app:{LONG}",
    "/jobs/?status=nobody-has-this",
    f"/group/{GROUP}",
    *(f"/job/{each['id']}" for each in JOBS),
]


@pytest.fixture(scope="module")
def _odd(running: Deck) -> None:
    now = iso(datetime.now(UTC))
    for each in JOBS:
        running.plant(each | {"dateCreated": now, "dateUpdated": now})
    until(lambda: len(running.api("/jobs", groupId=GROUP)["jobs"]) == len(JOBS))


@pytest.mark.usefixtures("_odd")
@pytest.mark.parametrize("width", [320, 390, 768, 1280, 2560])
def test_nothing_reaches_beyond_the_edge(browse: Callable[..., Page], width: int) -> None:
    page = browse("/healthz", viewport={"width": width, "height": 900})
    for place in PLACES:
        page.goto(place)
        assert beyond_the_edge(page) <= 0, place
