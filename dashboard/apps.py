"""The Django application of the project itself: its checks."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Registers the system checks."""

    name = "dashboard"

    def ready(self) -> None:
        """Load the checks, which register themselves."""
        from dashboard import checks  # noqa: F401
