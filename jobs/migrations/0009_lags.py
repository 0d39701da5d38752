"""The tail knows how late it sees changes."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0008_upstream")]

    operations = [
        migrations.AddField(
            "lane",
            "lags",
            django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), default=list, size=None),
        ),
    ]
