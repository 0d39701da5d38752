"""The domain: jobs, their mirror and its surfaces."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Lets requests be noticed, before workers are forked."""

    name = "jobs"

    def ready(self) -> None:
        """Load what listens."""
        from jobs.export import pace  # noqa: F401
