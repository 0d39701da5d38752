"""`/jobs/export.csv`: everything that matches, safe in a spreadsheet, never half a file that looks whole."""

import csv
import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
import requests
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from dashboard.commands import up
from dashboard.services import home
from dashboard.services.process import wait_for
from jobs import export
from jobs.columns import EXPORTED
from jobs.search import JobRow, parse, rows
from tests.records import NOON, job, records, write
from tests.sandbox_process import APP_ID, SECRET

MANY = 5000
TEXT = st.text(
    st.sampled_from("'=+-@\t\r\n\",; x") | st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
    max_size=30,
)
DATES = st.none() | st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ROWS = st.builds(
    JobRow,
    id=st.integers(1, 2**40),
    key=TEXT,
    group=TEXT,
    type=TEXT,
    status=TEXT,
    issuer=st.none() | TEXT,
    created=DATES,
    updated=DATES,
    source=TEXT,
    destination=TEXT,
    quality=TEXT,
    error_code=st.none() | st.integers(-(2**31), 2**31),
    error=TEXT,
)


def read(reply: Any) -> list[dict[str, str]]:
    text = b"".join(reply.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def given_back(name: str, text: str) -> Any:
    """The value of a cell, for a reader who knows the apostrophe; nothing is None."""
    if not text:
        return None
    if name in ("created", "updated"):
        return datetime.fromisoformat(text)
    if name == "error_code":
        return int(text)
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(export.FORMULA) else text


@given(some=st.lists(ROWS, max_size=4))
def test_what_is_written_can_be_read_back(some: list[JobRow]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(export.values(row) for row in some)
    text.seek(0)
    for row, cells in zip(some, csv.reader(text), strict=True):
        for name, cell in zip(EXPORTED.values(), cells, strict=True):
            value = getattr(row, name)
            assert given_back(name, cell) == (None if value == "" else value)


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", ["pageSize=-1", "pageSize=1&pageSize=2", "nextPageToken=whatever", "path=%ff"])
def test_what_the_list_refuses_is_refused_here_too(signed_in: Client, wrong: str) -> None:
    reply = signed_in.get(f"/jobs/export.csv?{wrong}")
    assert reply.status_code == 400
    assert list(reply.json()["problems"]) == [wrong.partition("=")[0]]


@given(text=TEXT)
def test_no_text_is_a_formula(text: str) -> None:
    assert not export.written(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(
    ("value", "cell"),
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
        (-4, "-4"),
        (None, ""),
        (datetime(2026, 3, 1, 12, 0, 0, 500_000, tzinfo=UTC), "2026-03-01T12:00:00.500000Z"),
        (datetime(2026, 3, 1, 12, tzinfo=UTC), "2026-03-01T12:00:00Z"),
    ],
)
def test_a_cell(value: Any, cell: str) -> None:
    assert export.written(value) == cell


@pytest.mark.django_db
def test_it_is_everything_that_matches_and_not_the_page(signed_in: Client) -> None:
    made = [job(n, status="error" if n % 2 else "success", issuer=None if n == 4 else "urn:a") for n in range(300)]
    write(records(made), observed=NOON)
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
    name = signed_in.get(f"/jobs/export.csv?{query}").headers["Content-Disposition"]
    assert name.startswith(f'attachment; filename="{words}')
    assert name.endswith('Z.csv"')
    assert name.isascii()


@pytest.mark.django_db
def test_it_is_made_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    row = JobRow(**dict.fromkeys(JobRow.__dataclass_fields__, "some text"))  # type: ignore[arg-type]
    read: list[int] = []

    def many(_: object) -> Iterator[JobRow]:
        for n in range(100_000):
            read.append(n)
            yield row

    monkeypatch.setattr(export, "rows", many)
    pieces = export.csv_chunks(parse({}, page_size=50))
    longest = max(len(piece) for piece, _ in zip(pieces, range(5), strict=False))
    assert longest < 2 * export.CHUNK
    assert len(read) < 20_000


@pytest.mark.django_db(transaction=True)
def test_rows_come_off_a_cursor_of_the_server() -> None:
    write(records([job(n) for n in range(50)]), observed=NOON)
    found = rows(parse({}, page_size=50))
    next(found)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors WHERE NOT is_holdable")
        assert cursor.fetchone() == (1,)
    assert len(list(found)) == 49


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
