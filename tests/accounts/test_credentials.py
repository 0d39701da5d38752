"""The three kinds of credentials, good and bad, wherever they are taken: REST and CSV."""

import base64
import hmac
import json
import time
import warnings
from typing import Any

import jwt
import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from accounts import tokens
from accounts.credentials import GET, SEARCH
from trials.platform import APP_ID, SECRET

pytestmark = pytest.mark.django_db
CSV, REST, ONE = "/jobs/export.csv", "/_api/jobs", "/_api/jobs/nothing"


@pytest.fixture(autouse=True)
def _project(settings: Settings) -> None:
    settings.MEDIA_PLATFORM_APP_ID = APP_ID
    settings.MEDIA_PLATFORM_SHARED_SECRET = SECRET


def claims(**more: Any) -> dict[str, Any]:
    now = int(time.time())
    held = {"iss": f"urn:app:{APP_ID}", "sub": f"urn:app:{APP_ID}", "iat": now, "exp": now + 600} | more
    return {name: value for name, value in held.items() if value is not ...}


def signed(secret: str = SECRET, algorithm: str = "HS256", **more: Any) -> str:
    with warnings.catch_warnings(action="ignore", category=jwt.warnings.InsecureKeyLengthWarning):
        return jwt.encode(claims(**more), secret, algorithm=algorithm)


def unsigned() -> str:
    parts = ({"alg": "none", "typ": "JWT"}, claims())
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def ask(header: str, path: str = REST, client: Client | None = None) -> Any:
    reply = (client or Client()).get(path, headers={"Authorization": header} if header else {})
    if reply.streaming:
        b"".join(reply.streaming_content)  # type: ignore[attr-defined]
    return reply


@pytest.mark.parametrize("path", [CSV, REST])
@pytest.mark.parametrize("audience", [..., None, [SEARCH], [SEARCH, GET, "urn:service:file.upload"], SEARCH], ids=str)
def test_the_token_of_the_platform_is_taken(path: str, audience: Any) -> None:
    assert ask(signed(aud=audience), path).status_code == 200


@pytest.mark.parametrize("path", [CSV, REST])
@pytest.mark.parametrize(
    "token",
    [
        signed(secret="another-secret-0123456789-0123456789-abc"),
        signed(algorithm="HS512"),
        unsigned(),
        signed(iss="urn:app:somebody-else"),
        signed(iss=...),
        signed(exp=int(time.time()) - 120),
        signed(exp=...),
        signed(nbf=int(time.time()) + 600),
        signed(aud={"verb": SEARCH}),
        signed(aud=[1]),
        signed(event={"id": "e", "type": "t", "body": "{}"}),
        signed()[:-2],
        "not-a-token",
        "a.b.c",
        "é.é.é",
        "Basic b3BlcmF0b3I6b3BlcmF0b3I=",
        f"Bearer {signed()}",
        "Bearer jd_nobody",
        "Bearer",
        "Bearer \x00",
    ],
)
def test_what_is_not_valid_is_refused(path: str, token: str) -> None:
    reply = ask(token, path)
    assert reply.status_code == 401
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")
    assert len(token) < 10 or token not in reply.content.decode()


@pytest.mark.parametrize(("path", "verb"), [(CSV, GET), (REST, GET), (ONE, SEARCH), ("/_api/jobs/groups/g", SEARCH)])
def test_verbs_are_honoured(path: str, verb: str) -> None:
    reply = ask(signed(aud=[verb]), path)
    assert reply.status_code == 403
    assert "does not allow" in reply.content.decode()


def test_an_empty_list_of_verbs_is_as_none() -> None:
    assert ask(signed(aud=[])).status_code == 200


def test_without_a_secret_no_token_of_the_platform_is_valid(settings: Settings) -> None:
    settings.MEDIA_PLATFORM_SHARED_SECRET = ""
    head, body, _ = signed().split(".")
    forged = hmac.digest(b"", f"{head}.{body}".encode(), "sha256")
    assert ask(f"{head}.{body}.{base64.urlsafe_b64encode(forged).decode().rstrip('=')}").status_code == 401


@pytest.mark.parametrize("path", [CSV, REST])
def test_a_personal_token_is_taken(path: str, operator: User) -> None:
    _, text = tokens.make(operator, name="script", days=7)
    assert ask(f"Bearer {text}", path).status_code == 200
    assert ask(f"bearer  {text}", path).status_code == 200
    assert ask(text, path).status_code == 401


@pytest.mark.parametrize("path", [CSV, REST])
def test_a_session_is_taken(path: str, signed_in: Client) -> None:
    assert ask("", path, signed_in).status_code == 200


@pytest.mark.parametrize("path", [CSV, REST])
def test_a_bad_header_is_refused_even_where_a_session_would_do(path: str, signed_in: Client) -> None:
    assert signed_in.get(path, headers={"Authorization": "Bearer jd_nobody"}).status_code == 401


def test_without_credentials(client: Client) -> None:
    browser = client.get(CSV, headers={"Accept": "text/html,*/*;q=0.8"})
    assert browser.headers["Location"].startswith("/sign-in/?next=/jobs/export.csv")
    script = client.get(CSV, headers={"Accept": "*/*"})
    assert script.status_code == 401
    assert "Bearer jd_" in script.content.decode()
    reply = client.get(REST)
    assert reply.status_code == 401
    assert (reply.json()["code"], reply.json()["payload"]) == (401, None)
