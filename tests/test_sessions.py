"""What every connection to PostgreSQL is told."""

import pytest
from django.db import connection


@pytest.mark.django_db
def test_a_transaction_that_stands_still_is_ended() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("1min",)
