"""`/jobs/export.…`: everything that a search finds, off one `COPY` of PostgreSQL, in constant memory.

As CSV or as NDJSON, plain, gzipped, or in a ZIP with a manifest: the query, as of when, how many rows, and the SHA-256
of the file. If the database fails midway the connection breaks, so that half a file never looks like a whole one.
"""
