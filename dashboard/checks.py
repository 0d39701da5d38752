"""System checks: every mistake in the environment, with its remedy."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

OLDEST_POSTGRES = 18


@register()
def environment(**_: Any) -> list[CheckMessage]:
    """Report each variable that could not be read."""
    return [
        Error(f"{problem.name} cannot be read.", hint=problem.remedy, id="jobdeck.E001")
        for problem in settings.ENVIRONMENT.problems
    ]


@register(Tags.database)
def database(*, databases: Iterable[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Report a PostgreSQL that does not know our SQL; `migrate` asks for this."""
    problems = [too_old(connections[alias]) for alias in databases or ()]
    return [Error(problem, id="jobdeck.E002") for problem in problems if problem]


def too_old(database: BaseDatabaseWrapper) -> str:
    """Say what is wrong with the version of PostgreSQL; nothing where it will do."""
    database.ensure_connection()
    version = database.connection.info.server_version // 10_000
    if version >= OLDEST_POSTGRES:
        return ""
    return f"DATABASE_URL: PostgreSQL {OLDEST_POSTGRES} or newer is needed, and this is {version}."
