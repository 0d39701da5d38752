"""Somebody who asks Jobdeck over HTTP: as an operator who is signed in, and as a client of the platform."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import jwt
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

if TYPE_CHECKING:
    from django.contrib.auth.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"
NAME = "bench"
PATIENCE, LIFETIME = 60, 86_400  # seconds
CHUNK = 1 << 20
REST = "/_api/jobs?pageSize=100"
NEVER = threading.Event()


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back: its status, when its first and its last byte came (milliseconds), how many bytes and lines."""

    status: int
    first: float
    last: float
    bytes: int
    lines: int


def operator() -> "User":
    """The operator who measures."""
    found: User = get_user_model().objects.get_or_create(username=NAME)[0]
    return found


def cookies() -> dict[str, str]:
    """The headers of a browser in which the operator is signed in."""
    client = Client()
    client.force_login(operator(), backend=BACKEND)
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"}


def token() -> dict[str, str]:
    """The headers of a client of the platform."""
    claims = {"iss": f"urn:app:{settings.MEDIA_PLATFORM_APP_ID}", "exp": int(time.time()) + LIFETIME}
    return {"Authorization": jwt.encode(claims, settings.MEDIA_PLATFORM_SHARED_SECRET, algorithm="HS256")}


def connect(port: int) -> HTTPConnection:
    """A connection to the web server."""
    return HTTPConnection("127.0.0.1", port, timeout=PATIENCE)


def ask(line: HTTPConnection, address: str, headers: Mapping[str, str], stop: threading.Event = NEVER) -> Reply:
    """Ask for an address and read all of it, keeping none, or until `stop`.

    A reply that breaks off raises what `http.client` does.
    """
    began = time.perf_counter()
    line.request("GET", address, headers=dict(headers))
    reply = line.getresponse()
    held = reply.read1(CHUNK)
    first, size, lines = time.perf_counter(), 0, 0
    while held and not stop.is_set():
        size, lines = size + len(held), lines + held.count(b"\n")
        held = reply.read1(CHUNK)
    reply.close()
    last = time.perf_counter()
    return Reply(status=reply.status, first=(first - began) * 1000, last=(last - began) * 1000, bytes=size, lines=lines)
