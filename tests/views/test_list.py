"""The list of jobs."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from jobs.models import Lane, Pass
from jobs.rules.versions import Doubt
from jobs.store import prune, rechecks
from jobs.store.quarantine import quarantine
from jobs.upstream.record import Refused
from tests.pages import get, keys, link, links, walk
from tests.records import NOON, iso, job, records, write
from trials.elapsing import empty

pytestmark = pytest.mark.django_db
PACKAGE, TRANSCODE = "urn:job:av.package", "urn:job:av.transcode"
NEXT = 'rel="next"'


@pytest.fixture(autouse=True)
def _sixty_jobs() -> None:
    write(records([made(number) for number in range(60)]))


def made(number: int) -> dict[str, Any]:
    return job(
        number,
        type=TRANSCODE if number % 3 else PACKAGE,
        status=("success", "error", "working")[number % 3],
        issuer=None if number % 10 == 0 else f"urn:app:{number % 2}",
        sources=[{"path": f"/in/{number % 4}/{number}.mp4", "fileId": f"file-{number}"}],
    )


def key(number: int) -> str:
    return f"{number:032x}_{number:032x}"


def test_the_newest_come_first(signed_in: Client) -> None:
    page = get(signed_in, "/jobs/")
    assert keys(page) == [key(number) for number in reversed(range(10, 60))]
    assert "60 jobs" in page


def test_pages_lead_on_and_back(signed_in: Client) -> None:
    pages = list(walk(signed_in, "pageSize=25"))
    assert [len(each) for each in pages] == [25, 25, 10]
    assert [each for some in pages for each in some] == [key(number) for number in reversed(range(60))]
    second = link(get(signed_in, "/jobs/?pageSize=25"), NEXT)
    back = link(get(signed_in, f"/jobs/{second}"), 'rel="prev"')
    assert keys(get(signed_in, f"/jobs/{back}")) == pages[0]


def test_there_is_no_link_to_where_nothing_is(signed_in: Client) -> None:
    page = get(signed_in, "/jobs/")
    assert link(page, 'rel="prev"') is None
    last = get(signed_in, f"/jobs/{link(page, NEXT)}")
    assert link(last, NEXT) is None
    assert link(last, 'rel="prev"')


def test_filters_stand_in_the_form_and_as_chips(signed_in: Client) -> None:
    asked = {"type": TRANSCODE, "notIssuer": "urn:app:1", "path": "/in/2", "createdFrom": "2026-03-01"}
    page = get(signed_in, "/jobs/", **asked)
    assert re.search(rf'name="type" value="{TRANSCODE}"[^>]*checked', page)
    assert re.search(r'name="notIssuer" value="urn:app:1"[^>]*checked', page)
    assert 'name="path" value="/in/2"' in page
    removed = list(re.findall(r'href="\?([^"]*)" aria-label="Remove', page))
    left = [dict(parse_qsl(query.replace("&amp;", "&"))) for query in removed]
    assert left == [{name: asked[name] for name in asked if name != gone} for gone in asked]


def test_choices_count_what_they_would_give(signed_in: Client) -> None:
    states = get(signed_in, "/jobs/", type=TRANSCODE).partition('<nav class="seg"')[2].partition("</nav>")[0]
    tabs = re.findall(r'href="\?([^"]*)".*?title="(\w+)".*?class="n">(\d+)<', states, re.DOTALL)
    assert {label: int(jobs) for _, label, jobs in tabs} == {
        "All": 40,
        "Pending": 0,
        "Working": 20,
        "Success": 0,
        "Error": 20,
    }
    for query, _, jobs in tabs:
        page = get(signed_in, f"/jobs/?{query.replace('&amp;', '&')}")
        assert re.search(rf'class="count">{jobs} job', page)


def test_a_chosen_value_stays_in_the_form_however_many_there_are(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.search.sql.MOST_CHOICES", 1)
    page = get(signed_in, "/jobs/", notIssuer=["none", "urn:app:nobody"])
    assert re.search(r'name="notIssuer" value="urn:app:nobody"[^>]*checked', page) or "1 more" in page
    page = get(signed_in, "/jobs/", notIssuer="urn:app:nobody")
    assert re.search(r'name="notIssuer" value="urn:app:nobody"[^>]*checked', page)


def test_every_link_of_the_list_is_a_search(signed_in: Client) -> None:
    page = get(signed_in, "/jobs/", status=["error", "success"], path="/in", pageSize="25", orderBy="dateUpdated")
    followed = {href for href in links(page) if href.startswith(("?", "/jobs/?"))}
    assert len(followed) > 15
    for href in followed:
        assert signed_in.get(f"/jobs/?{urlsplit(href).query}").status_code == 200, href


def test_heads_sort_both_ways(signed_in: Client) -> None:
    page = get(signed_in, "/jobs/")
    assert 'aria-sort="descending"' in page
    oldest_first = get(signed_in, "/jobs/", orderDirection="asc")
    assert keys(oldest_first)[0] == key(0)
    assert 'aria-sort="ascending"' in oldest_first
    assert "oldest first" in oldest_first


def test_what_makes_no_sense_is_refused_with_the_remedy(signed_in: Client) -> None:
    reply = signed_in.get("/jobs/?status=error&pageSize=-1&createdFrom=2026-02-30&status2=x&path=/a&path=/b")
    page = reply.content.decode()
    assert reply.status_code == 400
    for name, remedy in (
        ("pageSize", "whole number from 1 to 1000"),
        ("createdFrom", "Give a date"),
        ("status2", "no such parameter"),
        ("path", "give it once"),
    ):
        assert f"<code>{name}</code>" in page
        assert remedy in page
    assert "/jobs/?status=error" in links(page)


def test_a_form_that_makes_no_sense_keeps_its_fields(signed_in: Client) -> None:
    """Only the part that says what is wrong is exchanged, and the address stays."""
    reply = signed_in.get("/jobs/?createdWithin=24h&createdFrom=2026-03-01", headers={"HX-Request": "true"})
    assert reply.status_code == 400
    told = {name: reply.headers[name] for name in ("HX-Retarget", "HX-Reselect", "HX-Push-Url")}
    assert told == {"HX-Retarget": "#problems", "HX-Reselect": "#problems", "HX-Push-Url": "false"}
    assert '<div id="problems" role="alert">' in reply.content.decode()


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"createdFrom": "2026-03-01"}, {"createdFrom": "2026-03-01T00:00"}),
        ({"createdTo": "2026-03-01"}, {"createdTo": "2026-03-01T23:59"}),
        ({"createdTo": "2026-03-01T12:30"}, {"createdTo": "2026-03-01T12:30"}),
        ({"updatedTo": "2026-03-01T12:00:07Z"}, {"updatedTo": "2026-03-01T12:00:07"}),
        ({"createdFrom": "2026-03-01T12:00+02:00"}, {"createdFrom": "2026-03-01T10:00"}),
        ({"createdFrom": "2026-03-01T12:00:07.250Z"}, {"createdFrom": "2026-03-01T12:00:07.250"}),
        ({"createdWithin": "24h"}, {"createdWithin": "24h"}),
    ],
)
def test_a_range_stands_in_its_fields_as_it_means(
    signed_in: Client, asked: dict[str, str], shown: dict[str, str]
) -> None:
    page = get(signed_in, "/jobs/", **asked)
    filled = dict(re.findall(r'name="((?:created|updated)\w+)" value="([^"]+)"', page.partition('class="pager"')[0]))
    assert filled == shown
    before, after = (re.search(r'class="count">([^<]+)', get(signed_in, "/jobs/", **each)) for each in (asked, shown))
    assert before is not None
    assert after is not None
    assert before[1] == after[1]


def test_every_order_can_be_chosen_where_the_list_has_no_head(signed_in: Client) -> None:
    page = get(signed_in, "/jobs/", orderBy="dateUpdated")
    offered = [
        dict(parse_qsl(query.replace("&amp;", "&"))) for query in re.findall(r'class="opt" href="\?([^"]*)"', page)
    ]
    assert offered == [
        {},
        {"orderDirection": "asc"},
        {"orderBy": "dateUpdated"},
        {"orderBy": "dateUpdated", "orderDirection": "asc"},
    ]
    assert re.search(r'aria-current="true">newest update first', page)


def test_an_empty_form_leads_to_a_clean_address(signed_in: Client) -> None:
    reply = signed_in.get("/jobs/?path=&status=error&groupId=&createdFrom=")
    assert (reply.status_code, reply.headers["Location"]) == (302, "/jobs/?status=error")


def test_the_part_that_scripts_swap_has_a_clean_address(signed_in: Client) -> None:
    reply = signed_in.get("/jobs/?path=&status=error", headers={"HX-Request": "true"})
    assert (reply.status_code, reply.headers["HX-Push-Url"]) == (200, "/jobs/?status=error")


def test_markup_in_a_job_is_text(signed_in: Client) -> None:
    evil = "<script>alert(1)</script>"
    odd = job(99, status=evil, type=evil, issuer=evil, sources=[{"path": evil}], groupId=evil)
    write(records([odd]))
    page = get(signed_in, "/jobs/")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_texts_stand_in_the_form_and_as_chips(signed_in: Client) -> None:
    failed = job(70, status="error", result={"code": 4, "message": 'Job "timeout" <b>'})
    write(records([failed]))
    page = get(signed_in, "/jobs/", error='"TIMEOUT" <', idPrefix=failed["id"][:40])
    assert keys(page) == [failed["id"]]
    assert 'name="error" value="&quot;TIMEOUT&quot; &lt;"' in page
    assert f'name="idPrefix" value="{failed["id"][:40]}"' in page
    removed = re.findall(r'href="\?([^"]*)" aria-label="Remove', page)
    assert [set(dict(parse_qsl(unescape(query)))) for query in removed] == [{"error"}, {"idPrefix"}]


def test_too_many_are_refused_by_name(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.search.lookup.MOST_JOBS", 59)
    for path in ("/jobs/", "/_api/jobs", "/jobs/export.csv"):
        reply = signed_in.get(f"{path}?idPrefix=000000&status=error")
        assert reply.status_code == 400
        assert "More than 59 jobs have an id that begins so; give more of it." in reply.content.decode()
        assert "idPrefix" in reply.content.decode()
    assert "/jobs/?status=error" in links(signed_in.get("/jobs/?idPrefix=000000&status=error").content.decode())


def test_no_path_found_says_how_paths_are_looked_for(signed_in: Client) -> None:
    assert "from its first folder on" in get(signed_in, "/jobs/", path="2")
    assert "from its first folder on" not in get(signed_in, "/jobs/", groupId="nobody")


def test_nothing_found_says_how_to_find_something(signed_in: Client) -> None:
    page = get(signed_in, "/jobs/", path="/nowhere", status="error")
    assert "No job matches" in page
    assert "?status=error" in links(page)
    assert "?path=%2Fnowhere" in links(page)


@pytest.mark.parametrize(
    ("lane", "words"),
    [
        (None, "none has been complete yet. Are worker, beat and broker running?"),
        ({}, "First sync"),
        ({"complete": timedelta(seconds=12)}, "in step"),
        ({"complete": timedelta(hours=2)}, "may be 2\u00a0h old"),
        (
            {"complete": timedelta(minutes=3), "problem": "nobody there", "problem_since": timedelta(minutes=2)},
            "nobody there",
        ),
    ],
)
def test_it_says_how_old_it_may_be(signed_in: Client, lane: Any, words: str) -> None:
    now = timezone.now()
    Lane.objects.create(name="sweep", finished=now)
    if lane is not None:
        ages = {name: now - value if isinstance(value, timedelta) else value for name, value in lane.items()}
        Lane.objects.create(name="tail", **ages)
        Pass.objects.create(lane="tail", began=now)
    for path in ("/jobs/", "/sync/"):
        assert words in get(signed_in, path)
    assert "as of" in get(signed_in, f"/job/{key(1)}") or not lane


def test_that_not_everything_could_be_read_is_said_on_every_page(signed_in: Client) -> None:
    now = timezone.now()
    Lane.objects.create(name="tail", complete=now)
    Lane.objects.create(name="sweep", finished=now)
    assert "Not everything could be read" not in get(signed_in, "/jobs/")
    Lane.objects.update(gaps=["av.poster, which the platform does not list"])
    for path in ("/jobs/", "/sync/", f"/job/{key(1)}"):
        assert "Not everything could be read" in get(signed_in, path)


def test_a_list_without_any_job_says_why(signed_in: Client) -> None:
    now = timezone.now()
    empty()
    assert "Are worker, beat and broker running?" in get(signed_in, "/jobs/")
    Pass.objects.create(lane="tail", began=now)
    Lane.objects.create(name="tail", complete=now)
    assert "The first jobs are on their way" in get(signed_in, "/jobs/")
    Lane.objects.create(name="sweep", finished=now)
    assert "nothing of it is kept" in get(signed_in, "/jobs/")


@pytest.mark.parametrize(
    ("query", "queries"),
    [
        ("", 7),
        ("status=error&type=urn:job:av.package", 9),
        ("path=/in/2&createdWithin=24h", 7),
        ("idPrefix=000000&error=timeout", 9),
    ],
)
def test_a_page_costs_a_few_questions_and_reads_no_document(
    signed_in: Client, django_assert_num_queries: DjangoAssertNumQueries, query: str, queries: int
) -> None:
    """Session, operator, page, cells, freshness, what is outdated; a filter's words and texts, what is kept."""
    Lane.objects.create(name="tail", complete=timezone.now())
    with django_assert_num_queries(queries) as asked:
        get(signed_in, f"/jobs/?{query}")
    assert not [each for each in asked.captured_queries if "jobs_document" in each["sql"]]


def test_what_is_not_kept_is_said_where_one_looks_for_it(signed_in: Client) -> None:
    prune.raise_horizon(NOON - timedelta(days=90))
    said = "Jobs last updated before 2025-12-01 12:00 UTC are not kept here."
    for path in ("/jobs/?path=/nowhere", "/jobs/?pageSize=500", "/sync/"):
        assert said in get(signed_in, path)
    assert said in signed_in.get("/job/absent").content.decode()
    assert said not in get(signed_in, "/jobs/?pageSize=25")


def test_jobs_whose_newer_versions_cannot_be_kept_are_named(signed_in: Client) -> None:
    """As long as that is so: not after they have been seen again as they are here."""
    assert "shown as" not in get(signed_in, "/jobs/")
    refused = [Refused(text=f"{{{n}", field="result", reason="NaN", job_id=key(n % 2 + 58)) for n in range(3)]
    quarantine(refused)
    rechecks.doubt(dict.fromkeys([each.job_id for each in refused], Doubt.REFUSED))
    page = get(signed_in, "/jobs/")
    assert "2 of these jobs are shown as they were" in page
    assert "1 of these jobs is shown as it was" in get(signed_in, f"/group/{made(58)['groupId']}")
    quarantine(refused)
    write(records([made(58)]), point=True, asked=timezone.now())
    assert "1 of these jobs is shown as it was" in get(signed_in, "/jobs/")


def test_undated_jobs_are_at_the_end(signed_in: Client) -> None:
    write(records([job(70, dateCreated=None, dateUpdated="nonsense"), job(71, dateCreated=iso(NOON))]))
    assert list(walk(signed_in, "pageSize=25"))[-1][-1] == key(70)


def test_only_reading_is_allowed(signed_in: Client) -> None:
    assert signed_in.post("/jobs/").status_code == 405
    assert signed_in.head("/jobs/").status_code == 200
