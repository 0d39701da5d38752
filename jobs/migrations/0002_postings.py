"""Jobs are found by postings. What is here is thrown away, and the sync begins again: the platform has all of it."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_jobs")]

    operations = [
        migrations.DeleteModel("JobFile"),
        migrations.DeleteModel("Document"),
        migrations.DeleteModel("Job"),
        migrations.DeleteModel("Cell"),
        migrations.RunSQL(
            "UPDATE jobs_lane SET watermark = NULL, token = '', reached = NULL, complete = NULL, finished = NULL",
            migrations.RunSQL.noop,
        ),
        migrations.CreateModel(
            name="Value",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("kind", models.SmallIntegerField(choices=[(1, "Type"), (2, "Status"), (3, "Issuer")])),
                ("text", models.TextField(db_collation="C")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "text"), name="value_is_unique"),
                    models.CheckConstraint(condition=models.Q(("id__lt", 1048576)), name="value_fits_its_place"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Cell",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("type", models.TextField(db_collation="C")),
                ("status", models.TextField(db_collation="C")),
                ("issuer", models.TextField(db_collation="C", null=True)),
                ("late", models.BooleanField()),
                ("stage", models.SmallIntegerField()),
                ("jobs", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("type", "status", "issuer", "late"), name="cell_is_unique", nulls_distinct=False
                    ),
                    models.CheckConstraint(condition=models.Q(("jobs__gte", 0)), name="cell_is_never_negative"),
                ],
                "indexes": [
                    models.Index(
                        django.db.models.functions.comparison.Coalesce("issuer", models.Value("none")),
                        name="cell_issuer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tile",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("type", models.TextField(db_collation="C")),
                ("status", models.TextField(db_collation="C")),
                ("late", models.BooleanField()),
            ],
        ),
        migrations.CreateModel(
            name="Week",
            fields=[("number", models.SmallIntegerField(primary_key=True, serialize=False))],
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField(db_collation="C")),
                ("group", models.TextField(db_collation="C")),
                (
                    "cell",
                    models.ForeignKey(
                        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to="jobs.cell"
                    ),
                ),
                (
                    "tile",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            models.F("cell"), ">>", models.Value(20)
                        ),
                        output_field=models.BigIntegerField(),
                    ),
                ),
                ("created", models.DateTimeField()),
                ("updated", models.DateTimeField()),
                ("source", models.TextField()),
                ("destination", models.TextField()),
                ("quality", models.TextField()),
                ("error_code", models.IntegerField(null=True)),
                ("error", models.TextField()),
                ("terms", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("digest", models.BinaryField()),
                ("first_seen", models.DateTimeField()),
                ("observed", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=("created", "id"), name="job_created"),
                    models.Index(fields=("updated", "id"), name="job_updated"),
                    models.Index(
                        fields=("tile", "created", "id"), include=("cell", "updated"), name="job_tile_created"
                    ),
                    models.Index(
                        fields=("tile", "updated", "id"), include=("cell", "created"), name="job_tile_updated"
                    ),
                    models.Index(fields=("cell", "created", "id"), include=("updated",), name="job_cell_created"),
                    models.Index(fields=("cell", "updated", "id"), include=("created",), name="job_cell_updated"),
                ],
                "constraints": [models.UniqueConstraint(fields=("key",), name="job_key")],
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "job",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="jobs.job",
                    ),
                ),
                ("head", models.TextField()),
                ("body", models.TextField()),
                ("result", models.TextField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "created_under",
                        "cell",
                        "created",
                        "job",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_under", models.BigIntegerField()),
                ("updated_under", models.BigIntegerField(null=True)),
                (
                    "cell",
                    models.ForeignKey(
                        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to="jobs.cell"
                    ),
                ),
                ("created", models.DateTimeField()),
                ("updated", models.DateTimeField()),
                (
                    "job",
                    models.ForeignKey(
                        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, to="jobs.job"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("updated_under__isnull", False)),
                        fields=("updated_under", "cell", "updated", "job"),
                        include=("created",),
                        name="posting_updated",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE jobs_posting DROP CONSTRAINT jobs_posting_pkey,"
            " ADD PRIMARY KEY (created_under, cell_id, created, job_id) INCLUDE (updated)",
            migrations.RunSQL.noop,
        ),
    ]
