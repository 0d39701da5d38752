"""The Celery application: worker and beat run it, the web process sends to it."""

import os
from typing import Any, Self

from celery import Celery
from celery.app.amqp import AMQP
from kombu import Connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
RETRY = {"interval_start": 1, "interval_step": 0, "interval_max": 1}  # seconds


class SteadyConnection(Connection):
    """Tries every second where the broker is gone: ever more seldom, a worker would come back late."""

    def ensure_connection(self, *args: Any, **kwargs: Any) -> Self:
        """Connect, for as long as the caller wants to try."""
        super().ensure_connection(*args, **RETRY | kwargs)
        return self


class SteadyMessages(AMQP):
    """Makes such connections."""

    Connection = SteadyConnection


app = Celery("dashboard", amqp=SteadyMessages)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
