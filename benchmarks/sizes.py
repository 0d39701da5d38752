"""How large the tables of jobs are, and their indexes."""

from django.db import connection

from benchmarks.given import Given, Json
from jobs.models import Job

OURS = r"t.relkind = 'r' AND t.relname LIKE 'jobs\_%'"
RELATIONS = f"""
SELECT t.relname, '', pg_table_size(t.oid) FROM pg_class t WHERE {OURS}
UNION ALL SELECT t.relname, i.relname, pg_relation_size(i.oid)
FROM pg_class t JOIN pg_index x ON x.indrelid = t.oid JOIN pg_class i ON i.oid = x.indexrelid WHERE {OURS}
ORDER BY 3 DESC
"""


def measure(given: Given) -> Json:  # noqa: ARG001 - all parts are called alike
    """Give the bytes of each table, with its long texts, and of each index; the largest first."""
    jobs = Job.objects.count()
    with connection.cursor() as cursor:
        cursor.execute(RELATIONS)
        relations = [{"table": table, "index": index, "bytes": size} for table, index, size in cursor.fetchall()]
    return {"jobs": jobs, "bytes": sum(each["bytes"] for each in relations), "relations": relations}
