"""Which jobs are shown as they were, since what came of them later cannot be kept."""

from collections.abc import Iterable

from django.db.models import OuterRef, QuerySet, Subquery

from jobs.models import Job, Quarantine


def outdated(keys: Iterable[str]) -> QuerySet[Quarantine]:
    """The records of these jobs that were refused after the jobs had been seen last as they are here."""
    observed = Job.objects.filter(key=OuterRef("job_key")).values("observed")
    return Quarantine.objects.filter(job_key__in=list(keys), last_seen__gt=Subquery(observed)).order_by("pk")


def outdated_keys(keys: Iterable[str]) -> list[str]:
    """Those of these jobs that have such records."""
    return list(dict.fromkeys(outdated(keys).values_list("job_key", flat=True)))
