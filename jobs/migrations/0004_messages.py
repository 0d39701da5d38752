"""Error messages are kept once each, under trigrams, and jobs are found by theirs; those that are here get it too."""

from typing import Any

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import TrigramExtension
from django.core.management import CommandError
from django.db import DatabaseError, migrations, models

HOW = (
    "The database cannot have the extension pg_trgm: {why} It is one of PostgreSQL's own (contrib); install that, and"
    " let an owner of the database run CREATE EXTENSION pg_trgm."
)

NUMBER = "(substring(sha256(convert_to('error:' || error, 'UTF8')) for 8)::bigint)"
TERM = "(message >> 14 & 1125899906842623)"
UNDER = "(floor(date_part('epoch', {date}) / 604800)::bigint << 50 | term)"

LOCK = "LOCK TABLE jobs_job IN SHARE ROW EXCLUSIVE MODE"

# The jobs that failed with a message, each with its terms to come: the message's own, and all others together with it.
FAILED = f"""
CREATE TEMPORARY TABLE failed ON COMMIT DROP AS
SELECT id, message, error, cell_id, created, updated, ARRAY(
    SELECT DISTINCT term FROM (
        SELECT {TERM} AS term UNION ALL SELECT term # {TERM} FROM unnest(terms) term WHERE term <> {TERM}
    ) t WHERE term <> ALL (j.terms)
) AS terms
FROM (SELECT *, {NUMBER} AS message FROM jobs_job WHERE error <> '') j
"""

MESSAGES = "INSERT INTO jobs_message (id, text) SELECT DISTINCT ON (message) message, error FROM failed ORDER BY 1"

POSTINGS = f"""
INSERT INTO jobs_posting (created_under, updated_under, cell_id, created, updated, job_id)
SELECT {UNDER.format(date="created")},
    nullif({UNDER.format(date="updated")}, {UNDER.format(date="created")}), cell_id, created, updated, id
FROM failed, unnest(terms) term ORDER BY 1, 3, 4, 6
"""

TERMS = """
UPDATE jobs_job j SET terms = ARRAY(SELECT term FROM unnest(j.terms || f.terms) term ORDER BY 1)
FROM failed f WHERE f.id = j.id
"""

STATEMENTS = (LOCK, FAILED, MESSAGES, POSTINGS, TERMS)


class Trigrams(TrigramExtension):
    """Makes the extension, or says who can."""

    def database_forwards(self, *arguments: Any) -> None:
        try:
            super().database_forwards(*arguments)
        except DatabaseError as why:
            raise CommandError(HOW.format(why=str(why).partition("\n")[0] + ".")) from why


class Migration(migrations.Migration):
    dependencies = [("jobs", "0003_rollups")]

    operations = [
        Trigrams(),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("text", models.TextField()),
            ],
        ),
        migrations.RunSQL(STATEMENTS, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="message",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["text"], name="message_text", opclasses=["gin_trgm_ops"]
            ),
        ),
    ]
