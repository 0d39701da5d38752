"""The Django project: settings, addresses, commands and the services that run beside it."""

from dashboard.celery import app as celery_app

__all__ = ["celery_app"]
