"""Pages of jobs whose texts are long, unbroken or written from the right: within the width, whatever the width."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import needs_chromium
from tests.browser.test_pages import beyond_the_edge
from tests.odd_jobs import GROUP, LONG, ODD

pytestmark = needs_chromium

PLACES = [
    f"/jobs/?groupId={GROUP}",
    f"/jobs/?status={LONG[:120]}&path=/{LONG}&issuer=urn:app:{LONG}",
    "/jobs/?status=nobody-has-this",
    f"/group/{GROUP}",
    *(f"/job/{each['id']}" for each in ODD),
]


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 2560])
def test_nothing_reaches_beyond_the_edge(browse: Callable[..., Page], width: int) -> None:
    page = browse("/healthz", viewport={"width": width, "height": 900})
    for place in PLACES:
        page.goto(place)
        assert beyond_the_edge(page) <= 0, place
