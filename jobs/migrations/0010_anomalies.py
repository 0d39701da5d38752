"""What the platform should not do is noted; sweeps say how far they are, and passes what of."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("jobs", "0009_lags")]

    operations = [
        migrations.CreateModel(
            "Anomaly",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "lane", "kind", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("lane", models.TextField()),
                ("kind", models.TextField()),
                ("said", models.TextField()),
                ("first_seen", models.DateTimeField()),
                ("last_seen", models.DateTimeField()),
                ("times", models.BigIntegerField()),
            ],
        ),
        migrations.AddField("lane", "began", models.DateTimeField(null=True)),
        migrations.AddField("pass", "scope", models.TextField(default="")),
        migrations.RemoveField("shard", "given_up"),
        migrations.AddField("shard", "weight", models.BigIntegerField(default=1)),
        migrations.AddField("upstream", "page_cap", models.IntegerField(null=True)),
        migrations.AddIndex(
            "pass",
            models.Index(
                F("began").desc(),
                condition=~Q(inserted=0, outcome="complete", refused=0, updated=0),
                name="pass_telling",
            ),
        ),
    ]
