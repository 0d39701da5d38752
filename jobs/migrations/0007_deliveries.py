"""Hooks are taken once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0006_shards")]

    operations = [
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.TextField(db_collation="C", primary_key=True, serialize=False)),
                ("received", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
