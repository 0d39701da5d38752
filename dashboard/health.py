"""`/healthz`: whether this process is up, what it needs answers, and how old the mirror is.

Each part has `SECONDS` to answer, whatever hangs: who asks is about to decide whether to start us anew.
"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from kombu.exceptions import OperationalError

from dashboard.celery import app
from jobs.freshness import freshness

SECONDS = 2
BROKER_LIMITS = {"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS}


@login_not_required
def healthz(_: HttpRequest) -> JsonResponse:
    """Say for each part whether it answers: 200 where all do, 503 otherwise.

    `passAge` is the age of the last complete pass in seconds, null before the first; it does not change the status.
    """
    parts: dict[str, Any] = {"process": "ok", "database": database(), "broker": broker()}
    healthy = all(state == "ok" for state in parts.values())
    parts["passAge"] = pass_age() if parts["database"] == "ok" else None
    return JsonResponse(parts, status=200 if healthy else 503)


def database() -> str:
    """`ok`, or what kind of error the database gave; asked on a connection of its own, since an old one may hang."""
    try:
        with connection.wrap_database_errors:
            parameters = connection.get_connection_params()
            connection.get_new_connection({**parameters, "connect_timeout": SECONDS}).close()
    except Error as error:
        return type(error).__name__
    return "ok"


def broker() -> str:
    """`ok`, or what kind of error the broker gave."""
    try:
        with app.connection_for_write(connect_timeout=SECONDS, transport_options=BROKER_LIMITS) as line:
            line.ensure_connection(max_retries=0)
    except (OperationalError, OSError) as error:
        return type(error).__name__
    return "ok"


def pass_age() -> float | None:
    """Seconds since the last complete pass began."""
    as_of = freshness().as_of
    return None if as_of is None else round((timezone.now() - as_of).total_seconds(), 1)
