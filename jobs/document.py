"""A job's three JSON texts, put together again: in Python, and in SQL."""


def joined(head: str, body: str, result: str | None) -> str:
    """Give the job as JSON: the members of `head` and `body`, and `result` where there is one."""
    parts = [head[1:-1], body[1:-1], *([] if result is None else [f'"result":{result}'])]
    return "{" + ",".join(part for part in parts if part) + "}"


def joined_sql(document: str) -> str:
    """SQL for the same of a row of `jobs_document` that is called `document`."""
    head, body = (f"nullif(right(left({document}.{name}, -1), -1), '')" for name in ("head", "body"))
    return f"""'{{' || concat_ws(',', {head}, {body}, '"result":' || {document}.result) || '}}'"""
