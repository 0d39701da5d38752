"""Walks know circles that are longer than a pass, how often they have failed, and what of a sweep is left out."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0011_contested")]

    operations = [
        migrations.AddField("lane", "gaps", ArrayField(models.TextField(), default=list)),
        *(migrations.AddField("shard", name, models.IntegerField(default=0)) for name in ("pages", "idle", "failures")),
        *(migrations.AddField("shard", name, models.TextField(default="")) for name in ("mark", "left_out")),
        migrations.AddField("shard", "failed", models.DateTimeField(null=True)),
    ]
