"""One budget and one circuit for all workers, and counts of their requests."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0007_deliveries")]

    operations = [
        migrations.RemoveField("lane", "not_before"),
        migrations.CreateModel(
            name="Upstream",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("next", models.DateTimeField()),
                ("failures", models.IntegerField(default=0)),
                ("reason", models.TextField(default="")),
                ("failing_since", models.DateTimeField(null=True)),
                ("rests_until", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="UpstreamMinute",
            fields=[
                ("begins", models.DateTimeField(primary_key=True, serialize=False)),
                ("requests", models.IntegerField()),
                ("throttled", models.IntegerField()),
                ("failed", models.IntegerField()),
                ("seconds", models.FloatField()),
                ("slowest", models.FloatField()),
            ],
        ),
    ]
