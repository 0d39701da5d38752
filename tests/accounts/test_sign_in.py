"""Signing in and out, the password, and who is let in."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from dashboard import setup

pytestmark = pytest.mark.django_db

OPEN = {"healthz", "sign-in/", "api/schema"}


def enter(client: Client, password: str, name: str = "operator", **more: str) -> int:
    return client.post("/sign-in/", {"username": name, "password": password, **more}).status_code


def plain_addresses(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[str]:
    found = []
    for each in patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            found += plain_addresses(each.url_patterns, route)
        else:
            found.append(route)
    return found


def test_every_page_asks_to_sign_in(client: Client) -> None:
    routes = plain_addresses(get_resolver().url_patterns)
    asked = [
        re.sub("<str:key>|<anything:key>", "x", route.replace("<int:pk>", "1").replace("<int:before>", "1"))
        for route in routes
    ]
    for route in asked:
        if route in OPEN or route.startswith("hooks/") or "<anything:rest>" in route:
            continue
        reply = client.get(f"/{route}", headers={"Accept": "text/html,*/*;q=0.8"})
        if route.startswith(("api/jobs", "_api/")):
            assert reply.status_code == 401, route
        else:
            assert (reply.status_code, reply.headers["Location"].partition("?")[0]) == (302, "/sign-in/"), route
    assert len(asked) > 20


def test_a_part_of_a_page_is_never_the_sign_in(client: Client) -> None:
    reply = client.get("/fresh/", headers={"HX-Request": "true"})
    assert (reply.status_code, reply.headers["HX-Refresh"], reply.content) == (200, "true", b"")


@pytest.mark.parametrize(
    ("sent_from", "back"),
    [
        ("http://testserver/job/x?a=b", "/job/x?a=b"),
        ("https://elsewhere.example/job/x", "/"),
        ("", "/"),
    ],
)
def test_a_form_of_somebody_signed_out_leads_back_to_its_page(client: Client, sent_from: str, back: str) -> None:
    reply = client.post("/refresh/job/", {"id": "x"}, headers={"Referer": sent_from})
    assert reply.status_code == 302
    assert parse_qs(urlsplit(reply.headers["Location"]).query)["next"] == [back]


def test_an_operator_signs_in_and_out(client: Client, operator: User) -> None:
    assert enter(client, "operator", next="/sync/") == 302
    assert client.get("/sync/").status_code == 200
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert client.get("/sync/").status_code == 302


@pytest.mark.parametrize(
    "elsewhere", ["https://example.com/", "//example.com", "/\\example.com", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_else(client: Client, operator: User, elsewhere: str) -> None:
    reply = client.post("/sign-in/", {"username": "operator", "password": "operator", "next": elsewhere})
    assert reply.headers["Location"] == "/jobs/"


def test_a_wrong_password_says_so_without_saying_which(client: Client, operator: User) -> None:
    wrong = client.post("/sign-in/", {"username": "operator", "password": "nope"})
    nobody = client.post("/sign-in/", {"username": "nobody", "password": "nope"})
    assert wrong.status_code == nobody.status_code == 200
    for reply in (wrong, nobody):
        assert "Username and password do not fit" in reply.content.decode()


def test_guessing_is_throttled(client: Client, operator: User) -> None:
    tries = [enter(client, f"guess-{n}") for n in range(10)]
    assert tries[:7] == [200] * 7
    assert tries[-1] == 429
    assert enter(client, "operator") == 429
    assert enter(Client(REMOTE_ADDR="10.1.1.1"), "operator") == 302


def test_a_new_password_opens_what_was_throttled(
    client: Client, operator: User, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("operator", "somebody"):
        for n in range(10):
            enter(client, f"guess-{n}", name=name)
    assert enter(client, "operator") == 429
    call_command("operator", "operator")
    password = capsys.readouterr().out.split("password: ")[1].strip()
    assert enter(client, password) == 302
    assert enter(Client(), "guess", name="somebody") == 429


def test_another_name_is_not_locked_out(client: Client, operator: User) -> None:
    for n in range(10):
        enter(client, f"guess-{n}", name="somebody")
    assert enter(client, "operator") == 302


def test_who_is_removed_is_out_at_once(signed_in: Client) -> None:
    assert signed_in.get("/jobs/").status_code == 200
    call_command("operator", "operator", "--remove")
    assert signed_in.get("/jobs/").status_code == 302
    assert enter(Client(), "operator") == 200


def test_a_password_is_changed(signed_in: Client) -> None:
    elsewhere = Client()
    assert enter(elsewhere, "operator") == 302
    form = {"old_password": "operator", "new_password1": "long-enough-9", "new_password2": "long-enough-9"}
    assert signed_in.post("/password/", form).status_code == 302
    assert signed_in.get("/jobs/").status_code == 200
    assert elsewhere.get("/jobs/").status_code == 302
    assert enter(Client(), "long-enough-9") == 302


@pytest.mark.parametrize("password", ["short", "password", "12345678", "operator1"])
def test_a_weak_password_is_refused(signed_in: Client, password: str) -> None:
    form = {"old_password": "operator", "new_password1": password, "new_password2": password}
    assert signed_in.post("/password/", form).status_code == 200
    assert enter(Client(), "operator") == 302


def test_forms_of_other_sites_are_refused(operator: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    reply = strict.post("/sign-in/", {"username": "operator", "password": "operator"})
    assert reply.status_code == 403
    assert "Jobdeck" in reply.content.decode()


def test_the_first_operator_is_made_once() -> None:
    password = setup.first_operator()
    assert setup.first_operator() == password
    assert enter(Client(), password) == 302
    operator = User.objects.get()
    operator.set_password("another")
    operator.save()
    assert setup.first_operator() == "(changed)"


def test_the_command_makes_and_mends_operators(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("operator", "night-shift")
    first = capsys.readouterr().out.split("password: ")[1].strip()
    assert enter(Client(), first, name="night-shift") == 302
    call_command("operator", "night-shift")
    second = capsys.readouterr().out.split("password: ")[1].strip()
    assert enter(Client(), first, name="night-shift") == 200
    assert enter(Client(), second, name="night-shift") == 302
    with pytest.raises(CommandError, match="cannot be a name"):
        call_command("operator", "not a name")
    with pytest.raises(CommandError, match="no operator"):
        call_command("operator", "nobody", "--remove")


@pytest.mark.parametrize("name", ["x" * 151, "a b", ""])
def test_what_is_no_name_makes_no_operator(db: None, name: str) -> None:
    with pytest.raises(CommandError, match="cannot be a name"):
        call_command("operator", name)
    assert not User.objects.exists()


def test_two_jobdecks_of_one_host_have_cookies_of_their_own(client: Client, operator: User) -> None:
    enter(client, "operator")
    assert all(str(settings.PORT) in name for name in client.cookies)
