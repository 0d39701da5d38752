"""The API keeps to its own description, whatever it is asked."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import positive_data_acceptance

from accounts import tokens
from dashboard.wsgi import application
from tests.records import job, records, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(db: None) -> Iterator[Any]:
    """The API as a WSGI application whose requests leave the test's own connection open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/schema", application)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(operator: User) -> str:
    write(records([job(n) for n in range(5)]))
    return tokens.make(operator, name="schema", days=7)[1]


@pytest.mark.parametrize("path", ["/api/jobs", "/api/jobs/{key}", "/api/jobs/groups/{key}"])
def test_every_answer_is_as_described(api: Any, token: str, path: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    operation = api[path]["GET"]

    @hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(case=operation.as_strategy())
    def ask(case: "schemathesis.Case[Any]") -> None:
        case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

    ask()
