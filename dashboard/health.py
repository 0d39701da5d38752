"""`/healthz`: whether this process is up, what it needs answers, and how old the mirror is.

Each part has `SECONDS` to answer, whatever hangs: who asks is about to decide whether to start us anew.
"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from dashboard.celery import app
from jobs.models import Lane

SECONDS = 2
LIMIT = f"SET LOCAL statement_timeout = '{SECONDS}s'"
AGE = "SELECT extract(epoch FROM clock_timestamp() - complete)::float FROM jobs_lane WHERE name = %s"
READ_ONLY = "SELECT current_setting('transaction_read_only') = 'on'"
BROKER_LIMITS = {"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS}


@login_not_required
def healthz(_: HttpRequest) -> JsonResponse:
    """Say for each part whether it answers: 200 where all do, 503 otherwise.

    `passAge` is the age of the last complete pass in seconds, null before the first; it does not change the status.
    """
    state, age = database()
    parts: dict[str, Any] = {"process": "ok", "database": state, "broker": broker()}
    healthy = all(state == "ok" for state in parts.values())
    parts["passAge"] = age if age is None else round(age, 1)
    return JsonResponse(parts, status=200 if healthy else 503)


def database() -> tuple[str, float | None]:
    """`ok`, `read-only`, or what kind of error it gave, and how many seconds ago the last complete pass began.

    Asked on a connection of its own, since an old one may hang.
    """
    try:
        with connection.wrap_database_errors:
            parameters = {**connection.get_connection_params(), "connect_timeout": SECONDS}
            with connection.get_new_connection(parameters) as line:
                line.execute(LIMIT)
                found = line.execute(AGE, [Lane.TAIL]).fetchone()
                (read_only,) = line.execute(READ_ONLY).fetchone()
    except Error as error:
        return type(error).__name__, None
    return "read-only" if read_only else "ok", found and found[0]


def broker() -> str:
    """`ok`, or what kind of error the broker gave when it was to take something: it may answer, and be full."""
    try:
        with app.connection_for_write(connect_timeout=SECONDS, transport_options=BROKER_LIMITS) as line:
            line.ensure_connection(max_retries=0)
            channel: Any = line.default_channel
            channel.client.set("jobdeck-health", "", ex=SECONDS)
    except (OperationalError, OSError, RedisError) as error:
        return type(error).__name__
    return "ok"
