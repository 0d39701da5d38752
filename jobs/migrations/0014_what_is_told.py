"""Sweeps know the platform's clock, replies of 5xx are counted by themselves, refused records are found by their jobs."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0013_splits")]

    operations = [
        migrations.AddField("lane", "dated", models.DateTimeField(null=True)),
        migrations.AddField("upstreamminute", "unready", models.IntegerField(default=0)),
        migrations.AlterField("quarantine", "job_key", models.TextField(db_collation="C", db_index=True)),
    ]
