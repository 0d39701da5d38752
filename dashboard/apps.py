"""The Django application of the project itself: its checks, and what connections are told."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Registers the system checks, and what is done for every connection."""

    name = "dashboard"

    def ready(self) -> None:
        """Load both, which register themselves."""
        from dashboard import checks, sessions  # noqa: F401
