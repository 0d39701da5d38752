"""The least that a Python web server can do for a page of the REST API: the same SQL, and the bytes of the reply.

What Jobdeck asks of the jobs' tables for `visitor.REST` is heard once, when this is loaded; each request asks it again,
and nobody is asked who they are.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Any

import psycopg
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client

from benchmarks import visitor

HEADERS = [("Content-Type", "application/json; charset=utf-8")]
_own = threading.local()


def _heard() -> tuple[bytes, list[tuple[str, Any]]]:
    """The reply to `visitor.REST` and the statements that were run for it."""
    get_wsgi_application()
    statements: list[tuple[str, Any]] = []

    def hear(execute: Callable[..., Any], text: str, values: Any, many: bool, context: Any) -> Any:
        if "jobs_job" in text:
            statements.append((text, values))
        return execute(text, values, many, context)

    with connection.execute_wrapper(hear):
        reply = Client(SERVER_NAME="localhost").get(visitor.REST, headers=visitor.token())
    connection.close()
    return reply.content, statements


REPLY, STATEMENTS = _heard()


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:  # noqa: ARG001 - WSGI's
    """Run the statements and give the bytes."""
    if not hasattr(_own, "cursor"):
        line = psycopg.connect(**connection.get_connection_params(), autocommit=True)
        _own.cursor = line.cursor()
    for text, values in STATEMENTS:
        _own.cursor.execute(text, values)
        _own.cursor.fetchall()
    start("200 OK", [*HEADERS, ("Content-Length", str(len(REPLY)))])
    return [REPLY]
