"""The page of personal tokens: made, shown once, listed, revoked, expired."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import AccessToken

pytestmark = pytest.mark.django_db
TEXT = re.compile(r"jd_[A-Za-z0-9_-]{43}")


def made(client: Client, **form: str) -> str:
    reply = client.post("/tokens/", {"name": "a script", "days": "30", **form})
    assert reply.status_code == 200
    (text,) = set(TEXT.findall(reply.content.decode()))
    return str(text)


def ask(text: str) -> int:
    return Client().get("/api/jobs", headers={"Authorization": f"Bearer {text}"}).status_code


def test_a_token_is_shown_once_and_opens_the_api(signed_in: Client) -> None:
    text = made(signed_in)
    assert ask(text) == 200
    assert text not in signed_in.get("/tokens/").content.decode()
    assert text[-4:] in signed_in.get("/tokens/").content.decode()


def test_only_its_hash_is_kept(signed_in: Client) -> None:
    text = made(signed_in)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM accounts_accesstoken t")
        assert text not in str(cursor.fetchall())
        cursor.execute("SELECT s::text FROM django_session s")
        assert text not in str(cursor.fetchall())


def test_a_revoked_token_opens_nothing(signed_in: Client) -> None:
    text, token = made(signed_in), AccessToken.objects.get()
    assert signed_in.post(f"/tokens/{token.pk}/revoke/").status_code == 302
    reply = Client().get("/api/jobs", headers={"Authorization": f"Bearer {text}"})
    assert reply.status_code == 401
    assert "revoked" in reply.json()["message"]


def test_an_expired_token_opens_nothing(signed_in: Client) -> None:
    text = made(signed_in, days="7")
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        reply = Client().get("/api/jobs", headers={"Authorization": f"Bearer {text}"})
    assert reply.status_code == 401
    assert "expired" in reply.json()["message"]


def test_a_token_goes_with_its_owner(signed_in: Client, operator: User) -> None:
    text = made(signed_in)
    operator.is_active = False
    operator.save()
    assert ask(text) == 401


def test_nobody_revokes_the_tokens_of_others(signed_in: Client) -> None:
    other = User.objects.create_user("other")
    token, text = tokens.make(other, name="theirs", days=7)
    assert signed_in.post(f"/tokens/{token.pk}/revoke/").status_code == 404
    assert "theirs" not in signed_in.get("/tokens/").content.decode()
    assert ask(text) == 200


def test_there_is_a_limit(signed_in: Client, operator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST", 2)
    for _ in range(2):
        made(signed_in)
    reply = signed_in.post("/tokens/", {"name": "one more", "days": "30"})
    assert reply.status_code == 400
    assert "revoke one first" in reply.content.decode()
    assert operator.tokens.count() == 2


@pytest.mark.parametrize(
    "form", [{"name": "", "days": "30"}, {"name": "x", "days": "9999"}, {"name": "x" * 101, "days": "7"}]
)
def test_a_form_that_is_wrong_makes_nothing(signed_in: Client, form: dict[str, str]) -> None:
    assert signed_in.post("/tokens/", form).status_code == 400
    assert not AccessToken.objects.exists()


def test_a_page_with_a_token_on_it_is_not_kept_by_anybody(signed_in: Client) -> None:
    reply = signed_in.post("/tokens/", {"name": "a script", "days": "30"})
    assert "no-store" in reply.headers["Cache-Control"]
