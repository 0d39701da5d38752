"""The client of the project that the settings name, and the check that it is the one that is mirrored here."""

from django.conf import settings
from django.db.models import QuerySet

from jobs.models import Job, Lane, Shard, Split, Upstream
from jobs.store.clock import database_clock
from jobs.upstream.client import Gate, JobsClient, Limits
from jobs.upstream.errors import UpstreamError
from jobs.upstream.mask import Masker
from jobs.upstream.retry import RetryPolicy

IMPATIENT = RetryPolicy(attempts=2, total=10, first_wait=0.2, longest_wait=2)


class OtherPlatform(UpstreamError):
    """The database mirrors another project than the settings name: two must not mix."""


def jobs_client(
    *, policy: RetryPolicy | None = None, limits: Limits | None = None, gate: Gate | None = None
) -> JobsClient:
    """Make a client; the marks of masked secrets depend on `SECRET_KEY`."""
    return JobsClient(
        url=settings.MEDIA_PLATFORM_URL,
        app_id=settings.MEDIA_PLATFORM_APP_ID,
        secret=settings.MEDIA_PLATFORM_SHARED_SECRET,
        masker=Masker(settings.SECRET_KEY.encode()),
        policy=policy,
        limits=limits,
        clock=database_clock(),
        gate=gate,
    )


def forget_others() -> None:
    """Forget how far walks have come through another project, which has brought nothing, as a mistyped address does."""
    if _lanes_of_others().exists():
        _lanes_of_others().delete()
        Shard.objects.all().delete()
        Split.objects.all().delete()
        Upstream.objects.update(page_cap=None)


def _lanes_of_others() -> QuerySet[Lane]:
    """The lanes that ask another project than the one that the settings name."""
    return Lane.objects.exclude(platform=settings.MEDIA_PLATFORM_NAME)


def require_same_platform() -> None:
    """Raise `OtherPlatform` where jobs have come from another project."""
    other = _lanes_of_others().first()
    if other is not None and Job.objects.exists():
        raise OtherPlatform(
            f"This database mirrors {other.platform}, and MEDIA_PLATFORM_URL now names {settings.MEDIA_PLATFORM_NAME}. "
            "Set it back, or set DATABASE_URL or JOBDECK_DATA_DIR to a mirror of its own."
        )
