"""The pages: each parses what is asked for, runs it and renders it. They read; only `refresh` writes."""
