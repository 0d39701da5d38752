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


def test_a_long_name_leaves_its_choice_in_sight(browse: Callable[..., Page]) -> None:
    page = browse("/jobs/", viewport={"width": 1280, "height": 900})
    for name in ("type", "status"):
        page.locator(f"#b-{name}").click()
        box = page.locator(f"#f-{name}").bounding_box()
        assert box is not None
        for tick in page.locator(f"#f-{name} input[type=checkbox]").all():
            at = tick.bounding_box()
            assert at is not None
            assert at["x"] + at["width"] < box["x"] + box["width"]
        page.keyboard.press("Escape")


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 2560])
def test_nothing_reaches_beyond_the_edge(browse: Callable[..., Page], width: int) -> None:
    page = browse("/healthz", viewport={"width": width, "height": 900})
    for place in PLACES:
        page.goto(place)
        page.eval_on_selector_all("details", "(all) => all.forEach((each) => { each.open = true; })")
        assert beyond_the_edge(page) <= 0, place
