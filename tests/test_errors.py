"""Requests that fail here: what people and scripts are told, and nothing more."""

from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from psycopg.errors import QueryCanceled

PAGES = ["/jobs/", "/sync/", "/jobs/export.csv"]


@pytest.fixture
def quiet(signed_in: Client) -> Client:
    quiet = Client(raise_request_exception=False)
    quiet.cookies = signed_in.cookies
    return quiet


def ask_while(error: Exception, client: Client, path: str) -> Any:
    """Ask for `path` while every question to the database ends in `error`."""

    def refuse(*_: object) -> None:
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "cursor", refuse)
        return client.get(path)


@pytest.mark.parametrize("error", [OperationalError("server at 10.0.0.1 refused"), InterfaceError("closed")], ids=repr)
@pytest.mark.parametrize("path", PAGES)
def test_without_the_database_a_page_says_so(quiet: Client, path: str, error: Exception) -> None:
    reply = ask_while(error, quiet, path)
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")
    assert "The database does not answer" in reply.content.decode()
    assert "10.0.0.1" not in reply.content.decode()


def test_without_the_database_the_api_says_so_in_its_envelope(quiet: Client) -> None:
    reply = ask_while(OperationalError("gone"), quiet, "/_api/jobs")
    assert (reply.status_code, reply.json()["code"], reply.json()["payload"]) == (503, 503, None)


def test_a_bug_is_no_trouble_of_the_database(quiet: Client) -> None:
    assert ask_while(ZeroDivisionError("secret"), quiet, "/_api/jobs").json()["code"] == 500
    page = ask_while(ZeroDivisionError("secret"), quiet, "/jobs/")
    assert page.status_code == 500
    assert "Something is broken" in page.content.decode()
    assert "secret" not in page.content.decode()


def test_a_search_that_was_stopped_says_so(quiet: Client) -> None:
    error = OperationalError("canceling statement due to statement timeout")
    error.__cause__ = QueryCanceled()
    reply = ask_while(error, quiet, "/jobs/")
    assert reply.status_code == 503
    assert "Narrow it" in reply.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/jobs/", "/healthz", "/_api/jobs"])
def test_another_host_is_refused_in_words(signed_in: Client, path: str) -> None:
    reply = signed_in.get(path, headers={"Host": "elsewhere.example"})
    assert reply.status_code == 400
    assert "ALLOWED_HOSTS" in reply.content.decode()


@pytest.mark.django_db
def test_too_many_parameters_are_refused_in_words(signed_in: Client) -> None:
    many = "&".join(["status=error"] * 1001)
    assert "1000 at most" in signed_in.get(f"/jobs/?{many}").content.decode()
    reply = signed_in.get(f"/_api/jobs?{many}")
    assert (reply.status_code, reply.json()["code"]) == (400, 400)
    assert "1000 at most" in reply.json()["message"]


@pytest.mark.django_db
def test_what_is_not_there(signed_in: Client) -> None:
    for path in ("/nothing", "/job/nothing", "/group/nothing", "/sync/refused/77/", "/job/?id=", "/job/?id=%00"):
        reply = signed_in.get(path)
        assert reply.status_code == 404, path
        assert "Jobdeck" in reply.content.decode()
