"""Drives the official Python client: `python_client.py URL APP_ID SECRET CALL JSON`; prints what it gets as JSON."""

import json
import sys
from typing import Any

from media_platform.media_platform_client import MediaPlatformClient


def main(url: str, app_id: str, secret: str, call: str, text: str) -> object:
    """Make one call; a search goes through all of its pages."""
    client = MediaPlatformClient("nowhere.invalid", app_id, secret)
    jobs = client.job_service
    jobs._base_url = f"{url}/_api"
    asked = json.loads(text)
    if call == "job":
        return shown(jobs.job_request().set_id(asked["id"]).execute())
    if call == "group":
        return [shown(job) for job in jobs.job_group_request().set_group_id(asked["id"]).execute()]
    return search(jobs, asked)


def search(jobs: Any, asked: dict[str, Any]) -> list[Any]:
    """Every page, as a list of lists."""
    pages, token = [], None
    while True:
        request = jobs.job_list_request()
        for name, value in asked.items():
            getattr(request, f"set_{name}")(value)
        if token:
            request.set_next_page_token(token)
        page = request.execute()
        pages.append([shown(job) for job in page.jobs])
        token = page.next_page_token
        if not token:
            return pages


def shown(job: Any) -> dict[str, Any]:
    """What tests compare."""
    return {"id": job.id, "group": job.group_id, "type": job.type, "status": job.status, "issuer": job.issuer}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
