"""`/healthz`: what it says while all is well, and while something does not answer."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from dashboard.celery import app
from dashboard.health import broker, database
from dashboard.services.process import wait_for
from dashboard.services.valkey import Valkey
from jobs.models import Lane


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    """A broker to which the application points."""
    server = Valkey(tmp_path)
    server.prepare()
    with server.start() as running:
        assert wait_for(server.is_ready, seconds=20)
        yield server
        running.terminate()


@pytest.fixture
def _broker(valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.conf, "broker_url", valkey.url)


@pytest.mark.django_db
@pytest.mark.usefixtures("_broker")
def test_it_says_that_each_part_answers(client: Client) -> None:
    reply = client.get("/healthz")
    assert reply.json() == {"process": "ok", "database": "ok", "broker": "ok", "passAge": None}
    assert reply.status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_broker")
def test_it_says_how_old_the_last_complete_pass_is(client: Client) -> None:
    Lane.objects.create(name="tail", complete=timezone.now() - timedelta(seconds=90))
    assert 89 < client.get("/healthz").json()["passAge"] < 100


@pytest.mark.django_db
def test_without_a_broker_it_is_not_well(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:1/0")
    reply = client.get("/healthz")
    assert reply.status_code == 503
    assert reply.json()["broker"] == "OperationalError"
    assert reply.json()["database"] == "ok"


@pytest.mark.usefixtures("_broker")
def test_a_broker_that_takes_nothing_is_not_well() -> None:
    with app.connection_for_write() as line:
        channel: Any = line.default_channel
        channel.client.config_set("maxmemory", "1")
    assert broker() == "OutOfMemoryError"


@pytest.mark.usefixtures("_broker")
def test_without_a_database_it_is_not_well(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise OperationalError("no route")

    monkeypatch.setattr(connection, "get_new_connection", refuse)
    reply = client.get("/healthz")
    assert reply.status_code == 503
    assert reply.json() == {"process": "ok", "database": "OperationalError", "broker": "ok", "passAge": None}


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of something that listens and never says a word, as a server does whose processes are all stopped."""
    with socket.create_server(("127.0.0.1", 0)) as line:
        yield line.getsockname()[1]


def test_a_broker_that_hangs_is_not_waited_for(silent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.conf, "broker_url", f"redis://127.0.0.1:{silent}/0")
    assert broker() == "OperationalError"


def test_a_database_that_hangs_is_not_waited_for(silent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    there = {**connection.get_connection_params(), "host": "127.0.0.1", "port": silent, "connect_timeout": 3600}
    monkeypatch.setattr(connection, "get_connection_params", lambda: there)
    assert database() == ("OperationalError", None)


@pytest.mark.django_db(transaction=True)
def test_a_table_that_is_locked_is_not_waited_for() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE jobs_lane")
        assert database() == ("OperationalError", None)
