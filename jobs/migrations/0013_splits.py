"""Sweeps know which shards were split by those before them."""

from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("jobs", "0012_gaps")]

    operations = [
        migrations.CreateModel(
            name="Split",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("type", models.TextField()),
                ("status", models.TextField()),
                ("issuer", models.TextField()),
                ("made", models.DateTimeField(db_default=Now())),
            ],
        ),
        migrations.AddConstraint(
            "split", models.UniqueConstraint(fields=("type", "status", "issuer"), name="shard_is_split_once")
        ),
    ]
