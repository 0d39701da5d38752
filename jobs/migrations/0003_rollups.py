"""Rollups and the cells of weeks, of the jobs that are here, and the horizon of what is kept."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from jobs.store import rollups, sql


class Migration(migrations.Migration):
    dependencies = [("jobs", "0002_postings")]

    operations = [
        migrations.CreateModel(
            name="Horizon",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("before", models.DateTimeField()),
            ],
        ),
        migrations.AddField(model_name="job", name="started", field=models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="HourRollup",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "begins", "cell", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("begins", models.DateTimeField()),
                ("created", models.IntegerField()),
                ("finished", models.IntegerField()),
                (
                    "durations",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("waits", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                (
                    "cell",
                    models.ForeignKey(
                        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to="jobs.cell"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="DayRollup",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "begins", "tile", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("begins", models.DateTimeField()),
                ("created", models.IntegerField()),
                ("finished", models.IntegerField()),
                (
                    "durations",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("waits", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                (
                    "tile",
                    models.ForeignKey(
                        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to="jobs.tile"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="WeekCell",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "week", "cell", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("week", models.SmallIntegerField()),
                (
                    "cell",
                    models.ForeignKey(
                        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to="jobs.cell"
                    ),
                ),
            ],
        ),
        migrations.RunSQL(
            f"INSERT INTO jobs_weekcell (week, cell_id) {sql.week_cells('jobs_job')}", migrations.RunSQL.noop
        ),
        *(migrations.RunSQL(rollups.fill(level), migrations.RunSQL.noop) for level in (rollups.HOURS, rollups.DAYS)),
    ]
