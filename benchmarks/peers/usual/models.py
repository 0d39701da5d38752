"""The one table."""

from django.db import models


class Job(models.Model):
    """A job; `benchmarks.peers.table` makes the table with its indexes."""

    key = models.TextField(unique=True)
    group = models.TextField()
    type = models.TextField()
    status = models.TextField()
    issuer = models.TextField(null=True)  # noqa: DJ001 - null is what the wire says
    created = models.DateTimeField()
    updated = models.DateTimeField()
    source = models.TextField()
    destination = models.TextField()
    quality = models.TextField()
    error_code = models.IntegerField(null=True)
    error = models.TextField()
    specification = models.JSONField(null=True)
    result = models.JSONField(null=True)

    class Meta:
        app_label = "usual"
        db_table = "usual_job"
        managed = False

    def __str__(self) -> str:
        return self.key
