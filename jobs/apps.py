"""The domain: jobs, their mirror and its surfaces."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Names the app."""

    name = "jobs"
