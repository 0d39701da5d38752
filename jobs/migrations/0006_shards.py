"""Sweeps are walked in shards, passes know their lease; a backfill that was under way begins again."""

import django.contrib.postgres.fields
from django.db import migrations, models

SWEEP = "UPDATE jobs_lane SET name = 'sweep' WHERE name = 'backfill'"
PASSES = "UPDATE jobs_pass SET lane = 'sweep' WHERE lane = 'backfill'"


class Migration(migrations.Migration):
    dependencies = [("jobs", "0005_rechecks")]

    operations = [
        migrations.AddField("recheck", "missing", models.DateTimeField(null=True)),
        migrations.RunSQL([SWEEP, PASSES], migrations.RunSQL.noop),
        migrations.RemoveField("lane", "token"),
        migrations.RemoveField("lane", "reached"),
        migrations.AddField("lane", "number", models.IntegerField(default=0)),
        migrations.AddField("pass", "lease", models.TextField(default=""), preserve_default=False),
        migrations.RemoveIndex("pass", "pass_running"),
        migrations.AddIndex(
            "pass", models.Index("lease", name="pass_running", condition=models.Q(("outcome", "running")))
        ),
        migrations.CreateModel(
            name="Shard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lane", models.TextField()),
                ("type", models.TextField()),
                ("status", models.TextField()),
                ("issuer", models.TextField()),
                ("token", models.TextField(default="")),
                ("reached", models.DateTimeField(null=True)),
                (
                    "edge",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("ordered", models.BooleanField(default=True)),
                ("finished", models.BooleanField(default=False)),
                ("since", models.DateTimeField(null=True)),
                ("page_size", models.IntegerField(default=0)),
                ("restarts", models.IntegerField(default=0)),
                ("given_up", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("lane", "type", "status", "issuer"), name="shard_is_walked_once")
                ],
            },
        ),
    ]
