"""Jobs know when they were asked for and when they were observed; their history, and what is to be read by id."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0004_messages")]

    operations = [
        migrations.RenameField("job", "observed", "asked"),
        migrations.AddField(
            "job",
            "observed",
            models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField("job", "settled", models.BooleanField(default=False), preserve_default=False),
        migrations.CreateModel(
            name="Transition",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "job", "before", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("before", models.DateTimeField()),
                ("after", models.DateTimeField()),
                ("lane", models.TextField()),
                ("old", models.TextField()),
                ("new", models.TextField()),
                (
                    "job",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="jobs.job",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Recheck",
            fields=[
                ("key", models.TextField(db_collation="C", primary_key=True, serialize=False)),
                ("reason", models.TextField()),
                ("raised", models.DateTimeField()),
                ("due", models.DateTimeField(db_index=True)),
                ("attempts", models.IntegerField(default=0)),
            ],
        ),
    ]
