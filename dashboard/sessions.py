"""What every connection to PostgreSQL is told, whoever opens it."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver

LONGEST_PAUSE = "60s"


@receiver(connection_created)
def end_what_stands_still(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Let no transaction hold others up whose process was stopped, or whose machine is gone without a word."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('idle_in_transaction_session_timeout', %s, false)", [LONGEST_PAUSE])
