"""The page of a job, and refreshing it."""

import json
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from jobs import specs
from jobs.links import group_url, job_url
from jobs.models import Cell, Job, Recheck, Transition
from jobs.rules.versions import Doubt
from jobs.store import rechecks, versions
from jobs.store.quarantine import quarantine
from jobs.store.tombstones import entomb
from jobs.upstream import wire
from jobs.upstream.record import Record, Refused
from tests.pages import get, keys
from tests.records import MASKER, NOON, iso, job, record, records, write
from tests.specs.test_describe import FULL, JSON
from trials.platform import SandboxProcess

pytestmark = pytest.mark.django_db
SECRET = "s3cr3t-of-the-source"
QUERIES = 10
ODD_IDS = ["a/b", "..", ".", "%2F", "a b", "a?b#c", "é/ü", "a\\b", "'\"<b>", "-", "x" * 400, "a\u202eb", "\n"]


def stored(**members: Any) -> str:
    made = job(1, **members)
    assert write(records([made])).inserted == 1
    return str(made["id"])


@pytest.mark.parametrize("urn", [*FULL, "urn:job:av.replace_extra_metadata"])
def test_each_type_has_its_panels(signed_in: Client, urn: str) -> None:
    specification, payload = FULL[urn] if urn in FULL else FULL["urn:job:av.extra_metadata.replace"]
    key = stored(
        type=urn, status="success", specification=specification, result={"code": 0, "message": "OK", "payload": payload}
    )
    page = get(signed_in, job_url(key))
    assert f"<title>{specs.label(urn)}" in page
    for panel in specs.describe(urn, specification, {"payload": payload}).specification:
        assert panel.title in page
    assert specs.fields.REST not in page


@pytest.mark.parametrize("name", ["specification", "result", "sources", "dateCreated", "dateUpdated", "notKnown"])
@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        "text",
        7,
        -1.5,
        True,
        [None, 1, {"path": 3}],
        {"payload": [1]},
        {"destination": {"path": 3}, "quality": [1]},
    ],
    ids=repr,
)
def test_whatever_a_member_is_there_is_a_page(signed_in: Client, name: str, value: Any) -> None:
    key = stored(**{name: value})
    page = get(signed_in, job_url(key))
    assert keys(page) or key in page
    assert get(signed_in, group_url(Job.objects.get().group))


def test_a_job_that_is_nested_as_deeply_as_can_be_kept_has_a_page(signed_in: Client) -> None:
    deep = "[" * 930 + "]" * 930
    text = json.dumps(job(3, extra="DEEP")).replace('"DEEP"', deep)
    read = wire.record(text.encode(), MASKER)
    assert isinstance(read, Record)
    write([read])
    assert get(signed_in, job_url(read.id))


def test_a_job_of_many_files_shows_the_first(signed_in: Client) -> None:
    key = stored(sources=[{"path": f"/in/{n}.jpg"} for n in range(300)])
    page = get(signed_in, job_url(key))
    assert "200+ places" in page
    assert "/in/299.jpg" not in page.partition("raw-json")[0]


@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(specification=JSON, result=JSON, more=JSON)
def test_no_json_is_too_odd_for_a_page(signed_in: Client, specification: Any, result: Any, more: Any) -> None:
    made = job(2, specification=specification, result=result, more=more, type="urn:job:av.transcode")
    write(records([made]), point=True)
    assert get(signed_in, job_url(str(made["id"])))


def test_changes_of_state_stand_with_their_bounds(signed_in: Client) -> None:
    write([record(1)])
    begun = iso(NOON + timedelta(seconds=9))
    write([record(1, status="working", dateUpdated=begun)], asked=NOON + timedelta(seconds=20))
    page = get(signed_in, job_url(record(1).id))
    assert "between" in page
    assert f'datetime="{NOON.isoformat()}"' in page
    assert "(tests)" in page


def test_a_job_that_is_gone_says_when_and_what_it_was(signed_in: Client) -> None:
    write([record(1, status="success")])
    held = versions.stored([record(1).id])[record(1).id]
    entomb(record(1).id, held, lane="rechecks", asked=timezone.now())
    page = get(signed_in, job_url(record(1).id))
    assert "Gone between" in page
    assert "Success since" in page
    gone = Transition.objects.get(new="gone")
    assert f'datetime="{gone.after.isoformat()}"' in page
    assert f'datetime="{gone.before.isoformat()}"' in page


def test_what_is_gone_is_found_by_that_everywhere(signed_in: Client) -> None:
    write([record(1, status="success"), record(2, status="success")])
    held = versions.stored([record(1).id])[record(1).id]
    entomb(record(1).id, held, lane="rechecks", asked=timezone.now())
    for state, key, other in (("gone", record(1).id, record(2).id), ("success", record(2).id, record(1).id)):
        page = get(signed_in, f"/jobs/?status={state}")
        assert (job_url(key) in page, job_url(other) in page) == (True, False)
        found = signed_in.get("/_api/jobs", {"status": state}).json()["payload"]["jobs"]
        assert [job["id"] for job in found] == [key]
        exported = b"".join(signed_in.get("/jobs/export.csv", {"status": state})).decode()
        assert (key in exported, other in exported) == (True, False)


@pytest.mark.parametrize("key", ODD_IDS, ids=repr)
def test_an_odd_id_has_a_page(signed_in: Client, key: str) -> None:
    write(records([job(1, id=key, groupId=key)]))
    assert "Refresh from the platform" in get(signed_in, job_url(key))
    assert "Refresh from the platform" in get(signed_in, group_url(key))
    assert get(signed_in, "/jobs/")
    reply = signed_in.get(f"/_api/jobs/{quote(key, safe='')}")
    if key not in (".", ".."):
        assert (reply.status_code, reply.json()["payload"]["id"]) == (200, key)


def test_a_secret_is_a_lock_on_the_page_and_a_mark_in_the_json(signed_in: Client) -> None:
    key = stored(
        type="urn:job:import.file",
        specification={
            "sourceUrl": f"https://user:{SECRET}@example.com/a.mp4?signature={SECRET}",
            "externalAuthorization": {"headers": {"X-Key": SECRET}},
            "destination": {"path": "/a.mp4"},
        },
    )
    page = get(signed_in, job_url(key))
    assert SECRET not in page
    assert page.count("masked</span>") >= 3
    assert page.partition("Raw JSON")[2].count("masked-") >= 3


def test_the_json_is_the_whole_job(signed_in: Client) -> None:
    made = job(1, extra={"deep": [1, 2.50, "é"]}, big=12345678901234567890123, specification={"a": "<b>"})
    write(records([made]))
    page = get(signed_in, job_url(str(made["id"])))
    text = page.partition('id="raw-json"')[2].partition(">")[2].partition("</pre>")[0]
    assert json.loads(unescape(text)) == made
    assert "Beside these" in page


def test_numbers_read_as_they_came(signed_in: Client) -> None:
    raw = json.dumps(job(1)).encode()[:-1] + b', "numbers": [1.50, 2E+3, 0.1000000000000000000001]}'
    record = wire.record(raw, MASKER)
    assert isinstance(record, Record)
    write([record])
    page = get(signed_in, job_url(record.id))
    assert all(number in page for number in ("1.50", "2E+3", "0.1000000000000000000001"))


def test_siblings_stand_beside(signed_in: Client) -> None:
    write(records([job(n, groupId="g", specification={"quality": f"{q}p"}) for n, q in enumerate((1080, 240, 720))]))
    page = get(signed_in, job_url(str(job(0)["id"])))
    order = [page.rindex(quality) for quality in ("240p", "720p", "1080p")]
    assert order == sorted(order)


def test_a_page_costs_a_few_questions(signed_in: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    write(records([job(n, groupId="g") for n in range(40)]))
    with django_assert_max_num_queries(QUERIES):
        get(signed_in, job_url(str(job(3)["id"])))


def refresh(client: Client, kind: str, key: str) -> str:
    reply = client.post(f"/refresh/{kind}/", {"id": key}, follow=True)
    return str(reply.content.decode())


def test_a_job_is_refreshed(signed_in: Client, platform: SandboxProcess) -> None:
    platform.plant(job(1))
    key = stored()
    assert "as the platform has it" in refresh(signed_in, "job", key)
    platform.plant(job(1, status="success"))
    assert "1 changed" in refresh(signed_in, "job", key)
    assert Job.objects.get().cell.status == "success"
    assert {cell.status: cell.jobs for cell in Cell.objects.exclude(jobs=0)} == {"success": 1}


def test_a_group_is_refreshed(signed_in: Client, platform: SandboxProcess) -> None:
    for n in range(3):
        platform.plant(job(n, groupId="g"))
    write(records([job(0, groupId="g")]))
    assert "2 changed" in refresh(signed_in, "group", "g")
    assert Job.objects.count() == 3


def test_a_group_that_is_stored_in_part_says_so(signed_in: Client, platform: SandboxProcess) -> None:
    platform.plant(job(1, groupId="g"))
    platform.plant(job(2, groupId="g", type=None))
    said = refresh(signed_in, "group", "g")
    assert "1 changed" in said
    assert "1 of what came cannot be stored" in said


def test_what_the_platform_no_longer_has_stays(signed_in: Client, platform: SandboxProcess) -> None:
    key = stored()
    assert "does not have this job" in refresh(signed_in, "job", key)
    assert Job.objects.count() == 1


def test_a_job_that_is_not_here_can_be_asked_for(signed_in: Client, platform: SandboxProcess) -> None:
    reply = signed_in.get("/job/new")
    assert reply.status_code == 404
    assert 'action="/refresh/job/"' in reply.content.decode()
    platform.plant(job(1, id="new"))
    assert "1 changed" in refresh(signed_in, "job", "new")


def test_where_nobody_answers_it_says_so(signed_in: Client, settings: Settings) -> None:
    settings.MEDIA_PLATFORM_URL = "http://127.0.0.1:9"
    settings.MEDIA_PLATFORM_APP_ID, settings.MEDIA_PLATFORM_SHARED_SECRET = "a", "b" * 40
    assert "could not be refreshed" in refresh(signed_in, "job", stored())


def test_reading_never_refreshes(signed_in: Client) -> None:
    assert signed_in.get("/refresh/job/").status_code == 405
    assert signed_in.get("/refresh/group/").status_code == 405


def test_a_job_in_doubt_says_why_and_since_when(signed_in: Client) -> None:
    key = stored()
    rechecks.doubt({key: Doubt.TIE})
    page = get(signed_in, job_url(key))
    assert "read by its id once more: of one second there is more than one version" in page
    assert "settled" not in page
    due = timezone.now() + timedelta(minutes=9)
    Recheck.objects.update(attempts=2, due=due)
    said = " ".join(get(signed_in, job_url(key)).split())
    assert f"2 reads have not settled it; the next one is due at {due:%H:%M:%S} UTC" in said


def test_a_job_whose_newer_version_cannot_be_kept_says_so(signed_in: Client) -> None:
    key = stored()
    refused = Refused(text="{", field="result", reason="It holds NaN.", job_id=key)
    quarantine([refused])
    assert "This is how it was" not in get(signed_in, job_url(key)), "a read by id has brought it since"
    rechecks.doubt({key: Doubt.REFUSED})
    page = get(signed_in, job_url(key))
    assert "This is how it was" in page
    assert "It holds NaN." in page
    write(records([job(1, status="success")]), point=True, asked=timezone.now())
    assert "This is how it was" not in get(signed_in, job_url(key))
