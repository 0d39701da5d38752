"""`/healthz`: whether this process is up and what it needs answers."""

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse


def healthz(_: HttpRequest) -> JsonResponse:
    """Say for each part whether it answers: 200 where all do, 503 otherwise."""
    parts = {"process": "ok", "database": database()}
    healthy = all(state == "ok" for state in parts.values())
    return JsonResponse(parts, status=200 if healthy else 503)


def database() -> str:
    """`ok`, or what kind of error the database gave."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        return type(error).__name__
    return "ok"
