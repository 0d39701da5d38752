"""`/healthz`."""

import pytest
from django.test import Client


@pytest.mark.django_db
def test_it_says_that_each_part_answers(client: Client) -> None:
    reply = client.get("/healthz")
    assert reply.status_code == 200
    assert reply.json() == {"process": "ok", "database": "ok"}
