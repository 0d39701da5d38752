"""Which jobs are shown as they were, since what came of them later cannot be kept."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from jobs.models import Job, Quarantine, Recheck


def outdated(keys: Iterable[str]) -> QuerySet[Quarantine]:
    """The records of these jobs that were refused after the jobs had been seen last as they are here.

    Not where a read by id has brought the job since: then it is some list alone that cannot be kept.
    """
    observed = Job.objects.filter(key=OuterRef("job_key")).values("observed")
    waits = Exists(Recheck.objects.filter(key=OuterRef("job_key")))
    refused = Quarantine.objects.filter(job_key__in=list(keys), last_seen__gt=Subquery(observed))
    return refused.filter(waits).order_by("pk")


def outdated_keys(keys: Iterable[str]) -> list[str]:
    """Those of these jobs that have such records."""
    return list(dict.fromkeys(outdated(keys).values_list("job_key", flat=True)))
