"""`/jobs/export.csv`: everything that matches, safe in a spreadsheet, never half a file that looks whole."""

import csv
import gzip
import hashlib
import io
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zipfile import ZipFile

import jwt
import pytest
import requests
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from dashboard.commands import up
from dashboard.services import home
from dashboard.services.process import wait_for
from jobs.columns import EXPORTED
from jobs.export import formats, pace
from jobs.export.copying import CHUNK, Copy
from jobs.search.sql import Query
from jobs.upstream import wire
from jobs.upstream.record import Record
from tests.records import MASKER, job, records, write
from trials.platform import APP_ID, SECRET

MANY = 5000
TEXT = st.text(
    st.sampled_from("'=+-@\t\r\n\",; x") | st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
    max_size=30,
)
DATES = st.none() | st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def read(reply: Any) -> list[dict[str, str]]:
    text = b"".join(reply.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def cells(sql: str, values: list[Any], kind: str) -> list[str | None]:
    """What PostgreSQL makes of values by the SQL for one cell."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql} FROM unnest(%s::{kind}[]) WITH ORDINALITY v (v, n) ORDER BY n", [values])
        return [cell for (cell,) in cursor.fetchall()]


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXT, max_size=20))
def test_no_text_is_a_formula_and_every_text_can_be_read_back(texts: list[str]) -> None:
    for text, cell in zip(texts, cells(formats.text_cell("v"), texts, "text"), strict=True):
        kept = cell or ""
        assert not kept.startswith(tuple(formats.FORMULA))
        defused = kept.startswith("'") and kept.lstrip("'").startswith(tuple(formats.FORMULA))
        assert (kept[1:] if defused else kept) == text


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dates=st.lists(DATES, max_size=20))
def test_every_date_can_be_read_back(dates: list[datetime | None]) -> None:
    read = [cell and datetime.fromisoformat(cell) for cell in cells(formats.date_cell("v"), dates, "timestamptz")]
    assert read == dates


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", ["pageSize=-1", "pageSize=1&pageSize=2", "nextPageToken=whatever", "path=%ff"])
def test_what_the_list_refuses_is_refused_here_too(signed_in: Client, wrong: str) -> None:
    reply = signed_in.get(f"/jobs/export.csv?{wrong}")
    assert reply.status_code == 400
    assert list(reply.json()["problems"]) == [wrong.partition("=")[0]]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("'=x", "''=x"),
        ("''=x", "'''=x"),
        ("'x", "'x"),
        ("\rx", "'\rx"),
        ("plain = text", "plain = text"),
        ("", None),
    ],
)
def test_a_text(text: str, cell: str | None) -> None:
    assert cells(formats.text_cell("v"), [text], "text") == [cell]


@pytest.mark.django_db
def test_a_date() -> None:
    dates = [datetime(2026, 3, 1, 12, 0, 0, 500_000, tzinfo=UTC), datetime(2026, 3, 1, 12, tzinfo=UTC), None]
    assert cells(formats.date_cell("v"), dates, "timestamptz") == [
        "2026-03-01T12:00:00.5Z",
        "2026-03-01T12:00:00Z",
        None,
    ]


@pytest.mark.django_db
def test_it_is_everything_that_matches_and_not_the_page(signed_in: Client) -> None:
    made = [job(n, status="error" if n % 2 else "success", issuer=None if n == 4 else "urn:a") for n in range(300)]
    write(records(made))
    reply = signed_in.get("/jobs/export.csv?status=success&pageSize=25")
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    found = read(reply)
    assert [each["id"] for each in found] == [each["id"] for each in reversed(made) if each["status"] == "success"]
    assert list(found[0]) == list(EXPORTED)
    assert (
        found[0]
        | {
            "id": made[298]["id"],
            "status": "success",
            "issuer": "urn:a",
            "source": "/in/298.mp4",
            "destination": "/out/298.zip",
            "dateCreated": "2026-03-01T12:04:58Z",
            "errorCode": "",
        }
        == found[0]
    )


@pytest.mark.django_db
def test_nothing_found_is_a_header_alone(signed_in: Client) -> None:
    assert b"".join(signed_in.get("/jobs/export.csv").streaming_content).decode().strip() == ",".join(EXPORTED)  # type: ignore[attr-defined]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "jobs-20"),
        ("status=error&path=/video/out", "jobs-error-video-out-20"),
        ("type=urn:job:av.transcode&createdWithin=24h", "jobs-av.transcode-24h-20"),
        ("path=/a/../%22%0d%0aX: y/é", "jobs-a-..-X-y-20"),
    ],
)
def test_its_name_says_the_filter(signed_in: Client, query: str, words: str) -> None:
    reply = signed_in.get(f"/jobs/export.csv?{query}")
    reply.close()
    name = reply.headers["Content-Disposition"]
    assert name.startswith(f'attachment; filename="{words}')
    assert name.endswith('Z.csv"')
    assert name.isascii()


@pytest.mark.django_db
def test_it_is_made_piece_by_piece() -> None:
    count = 200_000
    text = "COPY (SELECT repeat('x', 99) FROM generate_series(1, %(n)s)) TO STDOUT"
    copy = Copy(Query(text=text, parameters={"n": count}))
    sizes = [len(chunk) for chunk in copy.chunks()]
    assert max(sizes) < 2 * CHUNK
    assert (sum(sizes), copy.rows) == (100 * count, count)
    assert sizes[0] == 100


@pytest.mark.django_db
def test_a_slow_client_may_read_the_last_pieces_in_its_own_time() -> None:
    """The statement has ended by then, and its transaction stands still."""
    text = "COPY (SELECT current_setting('idle_in_transaction_session_timeout')) TO STDOUT"
    assert b"".join(Copy(Query(text=text, parameters={})).chunks()) == b"1h\n"


@pytest.mark.django_db
def test_it_rests_when_any_worker_is_asked(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    clock, slept = [1e9], list[float]()
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(time, "sleep", slept.append)

    def rests(since: float) -> bool:
        before = len(slept)
        clock[0] += since
        list(Copy(Query(text="COPY (SELECT 1) TO STDOUT", parameters={})).chunks())
        return len(slept) > before

    assert not rests(since=0)
    client.get("/healthz")
    assert rests(since=pace.REST / 2)
    assert slept == [pytest.approx(pace.REST / 2, abs=1e-6)]
    assert not rests(since=pace.REST / 2)
    worker = multiprocessing.get_context("fork").Process(target=pace.asked)
    worker.start()
    worker.join()
    assert rests(since=0)


def lines(reply: Any) -> list[Any]:
    return [json.loads(line) for line in b"".join(reply.streaming_content).decode().splitlines()]


@pytest.mark.django_db
def test_a_head_reads_no_job(signed_in: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(4) as asked:
        reply = signed_in.head("/jobs/export.ndjson.zip")
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "application/zip")
    assert not [each for each in asked.captured_queries if "jobs_job" in each["sql"]]


@pytest.mark.django_db
def test_ndjson_is_the_jobs_as_they_came(signed_in: Client) -> None:
    made = [job(n, note="a \\ 'b' \"c\" \n =1, é", odd={}) for n in range(30)]
    write(records(made))
    found = lines(signed_in.get("/jobs/export.ndjson"))
    assert found == made[::-1]
    assert found == signed_in.get("/_api/jobs?pageSize=100").json()["payload"]["jobs"]


@pytest.mark.django_db
def test_a_job_of_several_lines_is_one_line(signed_in: Client) -> None:
    made = job(1, result=None)
    whole = wire.record(json.dumps(made, indent=2).encode(), MASKER)
    assert isinstance(whole, Record)
    write([whole])
    assert lines(signed_in.get("/jobs/export.ndjson")) == [made]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_packed_it_is_the_same_file(signed_in: Client, kind: str) -> None:
    write(records([job(n, status="error") for n in range(40)]))
    whole, gz, packed = (
        b"".join(signed_in.get(f"/jobs/export.{kind}{end}?status=error").streaming_content)  # type: ignore[attr-defined]
        for end in ("", ".gz", ".zip")
    )
    assert gzip.decompress(gz) == whole
    assert max(len(gz), len(packed)) < len(whole) / 2
    with ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        name, manifest = archive.namelist()
        assert (archive.read(name), manifest) == (whole, "manifest.json")
        said = json.loads(archive.read(manifest))
    assert said["file"] == name
    assert said["query"] == "status=error"
    assert said["rows"] == 40
    assert said["sha256"] == hashlib.sha256(whole).hexdigest()


def listens(host: str) -> bool:
    name, _, port = host.partition(":")
    with socket.socket() as line:
        return line.connect_ex((name, int(port))) == 0


@pytest.fixture
def server() -> Iterator[str]:
    """The web server that we run, with an export that breaks where it is asked for `/break`."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{line.getsockname()[1]}"
    environment = {
        "MEDIA_PLATFORM_URL": "http://127.0.0.1:9",
        "MEDIA_PLATFORM_APP_ID": APP_ID,
        "MEDIA_PLATFORM_SHARED_SECRET": SECRET,
    }
    command = [sys.executable, *up.WEB, "--bind", host]
    command[command.index("dashboard.wsgi")] = "tests.broken_export"
    with subprocess.Popen(command, env=os.environ | environment, cwd=home.ROOT, stderr=subprocess.DEVNULL) as process:
        assert wait_for(lambda: listens(host), seconds=30)
        yield f"http://{host}/jobs/export.csv"
        process.terminate()


def test_a_failure_midway_breaks_the_connection(server: str) -> None:
    now = int(time.time())
    token = jwt.encode({"iss": f"urn:app:{APP_ID}", "exp": now + 600}, SECRET, algorithm="HS256")
    whole = requests.get(server, headers={"Authorization": token}, timeout=20)
    assert len(whole.text.splitlines()) == 1 + MANY
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        requests.get(f"{server}?path=/break", headers={"Authorization": token}, timeout=20)
