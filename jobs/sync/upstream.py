"""The client of the project that the settings name."""

from django.conf import settings

from jobs.upstream.client import JobsClient, Limits
from jobs.upstream.mask import Masker
from jobs.upstream.retry import RetryPolicy


def jobs_client(*, policy: RetryPolicy | None = None, limits: Limits | None = None) -> JobsClient:
    """Make a client; the marks of masked secrets depend on `SECRET_KEY`."""
    return JobsClient(
        url=settings.MEDIA_PLATFORM_URL,
        app_id=settings.MEDIA_PLATFORM_APP_ID,
        secret=settings.MEDIA_PLATFORM_SHARED_SECRET,
        masker=Masker(settings.SECRET_KEY.encode()),
        policy=policy,
        limits=limits,
    )
