"""The page of a group."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from jobs.models import Lane
from tests.pages import get
from tests.records import NOON, iso, job, records, write

pytestmark = pytest.mark.django_db
QUERIES = 7


def rendition(number: int, quality: str, status: str, seconds: int = 60) -> dict[str, Any]:
    return job(
        number,
        groupId="g",
        type="urn:job:av.transcode",
        status=status,
        specification={"quality": quality, "destination": {"path": f"/out/{quality}.mp4"}},
        dateCreated=iso(NOON),
        dateUpdated=iso(NOON + timedelta(seconds=seconds)),
        result={"code": 4, "message": "it took too long", "payload": None} if status == "error" else None,
    )


def stored(*jobs: dict[str, Any]) -> None:
    write(records(list(jobs)))


def test_states_are_counted_and_qualities_stand_in_order(signed_in: Client) -> None:
    stored(
        rendition(1, "1080p", "success"),
        rendition(2, "240p", "success"),
        rendition(3, "mp3_128", "error"),
        rendition(4, "720p", "working"),
    )
    page = get(signed_in, "/group/g")
    assert 'aria-label="1 error, 2 success, 1 working"' in page
    order = [page.rindex(f">{quality}<") for quality in ("240p", "720p", "1080p", "mp3_128")]
    assert order == sorted(order)
    assert "it took too long" in page
    assert "still open" in page
    assert "4 jobs" in page


def test_a_group_that_is_over_says_how_long_it_took(signed_in: Client) -> None:
    stored(rendition(1, "1080p", "success", 60), rendition(2, "240p", "error", 185))
    page = get(signed_in, "/group/g")
    assert "still open" not in page
    assert '3<span class="unit">m</span> 05<span class="unit">s</span>' in page


def test_a_group_without_dates_has_a_page(signed_in: Client) -> None:
    stored(job(1, groupId="g", dateCreated=None, dateUpdated=None))
    assert "Group" in get(signed_in, "/group/g")


def test_a_large_group_is_cut_and_says_so(signed_in: Client) -> None:
    failed = {"status": "error"}
    stored(*[job(n, groupId="g", **(failed if n >= 495 else {"status": "success"})) for n in range(505)])
    page = get(signed_in, "/group/g")
    assert "505 jobs" in page
    assert 'aria-label="10 error, 495 success"' in page
    assert "All 10 that failed" in page
    assert "100 of 505" in page
    assert page.count('aria-label="Copy id') == 500
    assert "show all as a list" in page
    assert "still open" not in page


def test_a_group_beyond_counting_says_so(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.views.group.CAP", 3)
    stored(*[job(n, groupId="g", status="success") for n in range(5)])
    page = get(signed_in, "/group/g")
    assert "≥ 3 jobs" in page
    assert "still open" not in page
    assert "Took" in page


def test_a_group_that_is_over_without_a_date_is_not_open(signed_in: Client) -> None:
    stored(job(1, groupId="g", status="success", dateUpdated=None))
    page = get(signed_in, "/group/g")
    assert "still open" not in page
    assert "Open for" not in page


@pytest.mark.parametrize("address", ["/group/nobody", "/group/", "/group/?id=", "/group/?id=%00"])
def test_a_group_that_is_not_here_can_be_asked_for(signed_in: Client, address: str) -> None:
    stored(rendition(1, "720p", "success"))
    reply = signed_in.get(address)
    assert reply.status_code == 404
    assert 'action="/refresh/group/"' in reply.content.decode()


def test_a_group_costs_a_few_questions(
    signed_in: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    Lane.objects.create(name="tail", complete=timezone.now())
    stored(*[job(n, groupId="g") for n in range(120)])
    with django_assert_max_num_queries(QUERIES):
        get(signed_in, "/group/g")
