"""A job's three JSON texts, put together again."""


def joined(head: str, body: str, result: str | None) -> str:
    """Give the job as JSON: the members of `head` and `body`, and `result` where there is one."""
    parts = [head[1:-1], body[1:-1], *([] if result is None else [f'"result":{result}'])]
    return "{" + ",".join(part for part in parts if part) + "}"
