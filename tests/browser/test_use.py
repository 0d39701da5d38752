"""Jobdeck as it is used: with and without scripts, by mouse and by keyboard."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import JOBS, needs_chromium
from trials.deck import Deck

pytestmark = needs_chromium
Browse = Callable[..., Page]
COUNT = ".tools .count"


def counted(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator(COUNT).inner_text()))


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_list_is_filtered_paged_and_left_by_its_links(browse: Browse, running: Deck, scripts: bool) -> None:
    page = browse("/jobs/", java_script_enabled=scripts)
    assert counted(page) == JOBS
    page.get_by_role("navigation", name="State").get_by_role("link", name="Error").click()
    page.wait_for_url("**/jobs/?status=error")
    failed = counted(page)
    assert 0 < failed < JOBS
    page.get_by_role("link", name="Remove the filter in state Error").click()
    expect(page.locator(COUNT)).to_have_text(re.compile(r"1.?200 jobs"))
    first = page.locator(".a-id a").first.inner_text()
    page.get_by_role("link", name="Next").click()
    expect(page.locator(".a-id a").first).not_to_have_text(first)
    page.get_by_role("link", name="Previous").click()
    expect(page.locator(".a-id a").first).to_have_text(first)
    page.locator(".a-id a").first.click()
    page.wait_for_url("**/job/*")
    page.get_by_role("link", name=re.compile("^Group")).first.click()
    page.wait_for_url("**/group/*")


def test_without_scripts_the_form_filters(browse: Browse) -> None:
    page = browse("/jobs/?status=error", java_script_enabled=False)
    before = counted(page)
    page.get_by_label("Path: a file or a directory").fill("/video")
    page.locator("#filters .row > .btn.primary").click()
    page.wait_for_url("**/jobs/?*path=*")
    assert asked(page) == {"status": ["error"], "path": ["/video"]}
    assert 0 < counted(page) <= before


def test_choices_filter_when_their_menu_closes_and_survive_back_and_reload(browse: Browse) -> None:
    page = browse("/jobs/?status=error")
    before = counted(page)
    page.locator("#filters").get_by_role("button", name="Type").click()
    page.get_by_label("Not Transcode").check()
    page.get_by_label("Not Import").check()
    expect(page.locator("#f-type")).to_be_visible()
    page.keyboard.press("Escape")
    page.wait_for_url("**notType=urn*")
    expect(page.locator(".says")).to_contain_text("Transcode")
    expect(page.locator("#b-type")).to_be_focused()
    expect(page.locator("#say")).to_contain_text("job")
    after = counted(page)
    assert after < before
    assert asked(page) == {"status": ["error"], "notType": ["urn:job:av.transcode", "urn:job:import.file"]}
    page.reload()
    assert counted(page) == after
    page.locator(".a-id a").first.click()
    page.wait_for_url("**/job/*")
    page.go_back()
    page.wait_for_url("**notType=urn*")
    expect(page.locator(COUNT)).to_have_text(re.compile(rf"^{after} job"))
    page.go_back()
    expect(page.locator(COUNT)).to_have_text(re.compile(rf"^{before} job"))


def test_an_impossible_value_in_the_form_says_so(browse: Browse) -> None:
    page = browse("/jobs/?createdFrom=2026-02-30")
    expect(page.locator("main")).to_contain_text("createdFrom")
    page.get_by_role("link", name="Search without it").click()
    page.wait_for_url("**/jobs/?")
    assert counted(page) == JOBS


def test_a_field_that_makes_no_sense_keeps_its_form(browse: Browse) -> None:
    page = browse("/jobs/?createdWithin=24h")
    page.locator("#b-created").click()
    page.get_by_label("From").first.fill("2026-02-01T00:00")
    page.locator("#f-created").get_by_role("button", name="Apply").click()
    expect(page.get_by_role("alert").filter(has_text="createdWithin")).to_contain_text("not both")
    expect(page.locator("[name=createdFrom]").first).to_have_value("2026-02-01T00:00")
    assert asked(page) == {"createdWithin": ["24h"]}


def test_a_path_searches_and_keeps_the_focus(browse: Browse) -> None:
    page = browse("/jobs/")
    page.get_by_label("Path: a file or a directory").fill("/video")
    page.keyboard.press("Tab")
    page.wait_for_url("**path=%2Fvideo")
    expect(page.locator("#path-in")).to_be_focused()


def test_somebody_signed_out_is_asked_to_sign_in_on_a_whole_page(browse: Browse) -> None:
    page = browse("/jobs/")
    page.context.clear_cookies()
    page.get_by_label("Path: a file or a directory").fill("/video")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/?next=**")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_where_jobdeck_does_not_answer_the_page_says_so(browse: Browse) -> None:
    page = browse("/jobs/")
    page.route("**/*", lambda route: route.abort())
    page.get_by_label("Path: a file or a directory").fill("/video")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("no answer")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#fresh")).to_have_text("Jobdeck does not answer")


def test_the_theme_is_switched_and_kept(browse: Browse) -> None:
    page = browse("/jobs/", color_scheme="light")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.get_by_role("button", name="Switch theme").click()
    dark = page.evaluate(background)
    assert dark != light
    page.goto("/sync/")
    assert page.evaluate(background) == dark


def test_keys_move_through_the_list(browse: Browse) -> None:
    page = browse("/jobs/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(".jobs tbody tr").first.locator(".a-id a")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/job/*")


def test_everything_is_reached_by_the_tab_key(browse: Browse) -> None:
    page = browse("/jobs/?status=error")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.innerText")
        )
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert {"Jobs", "Sync", "API", "Switch theme", "Your account"} <= {str(each).strip() for each in reached}


def test_an_id_is_copied(browse: Browse) -> None:
    page = browse("/jobs/", permissions=["clipboard-read", "clipboard-write"])
    row = page.locator(".jobs tbody tr").first
    row.hover()
    row.locator("[data-copy]").click()
    key = row.locator("[data-copy]").get_attribute("data-copy")
    assert page.evaluate("navigator.clipboard.readText()") == key
    expect(page.locator("#say")).to_have_text("Copied")


def test_a_job_is_refreshed(browse: Browse) -> None:
    page = browse("/job/canary-group_canary-import")
    page.get_by_role("button", name="Refresh from the platform").click()
    expect(page.locator("main")).to_contain_text("The job is as the platform has it")


def test_a_file_is_downloaded(browse: Browse, running: Deck) -> None:
    page = browse("/jobs/?status=error")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
        page.get_by_role("link", name="CSV", exact=True).click()
    assert download.value.suggested_filename.startswith("jobs-error-")
    assert len(download.value.path().read_text().splitlines()) >= 1 + counted(page)


def test_a_token_is_made_used_and_revoked(browse: Browse, running: Deck) -> None:
    page = browse("/tokens/")
    page.get_by_label("What for").fill("a script")
    page.get_by_role("button", name="Make a token").click()
    token = page.locator("#made").inner_text()
    headers = {"Authorization": f"Bearer {token}"}
    other = browse("/healthz", signed_in=False)
    assert other.request.get(f"{running.url}/api/jobs", headers=headers).status == 200
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.reload()
    expect(page.get_by_role("rowheader", name="a script")).to_have_count(1)
    page.get_by_role("button", name="Revoke a script").click()
    expect(page.locator("main")).to_contain_text("revoked")
    assert other.request.get(f"{running.url}/api/jobs", headers=headers).status == 401


def test_signing_out_ends_it(browse: Browse, running: Deck) -> None:
    page = browse("/sign-in/?next=/sync/", signed_in=False)
    page.get_by_label("Username").fill(running.operator)
    page.get_by_label("Password").fill(running.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/sync/")
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/")
    page.goto("/jobs/")
    page.wait_for_url("**/sign-in/?next=/jobs/")
