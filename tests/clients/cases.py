"""What an official client must get from a Jobs API; the modules that import this say which one."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.clients import environments

HERE = Path(__file__).parent
TYPE = "urn:job:av.transcode"
NAMES = {
    "javascript": {},
    "python": {
        "pageSize": "page_size",
        "orderBy": "order_by",
        "orderDirection": "order_direction",
        "groupId": "group_id",
        "fileId": "file_id",
    },
}


@dataclass(frozen=True, kw_only=True)
class Api:
    """A Jobs API: where it is, what opens it, and every job that it has."""

    url: str
    app_id: str
    secret: str
    jobs: list[dict[str, Any]]


Call = Callable[..., Any]


@pytest.fixture(params=["python", "javascript"])
def call(request: pytest.FixtureRequest, api: Api) -> Call:
    """Makes calls with one of the clients; skips where it cannot be installed."""
    try:
        command = _command(request.param)
    except environments.CannotInstall as why:
        pytest.skip(f"the {request.param} client cannot be installed: {why}")

    def run(name: str, **asked: Any) -> Any:
        names = NAMES[request.param]
        text = json.dumps({names.get(each, each): value for each, value in asked.items()})
        done = subprocess.run(
            [*command, api.url, api.app_id, api.secret, name, text], capture_output=True, text=True, timeout=120
        )
        if done.returncode:
            raise ClientError(done.stderr.strip()[-2000:])
        return json.loads(done.stdout)

    return run


class ClientError(Exception):
    """What a client raised."""


def _command(client: str) -> list[str]:
    if client == "python":
        return [*environments.python(), str(HERE / "python_client.py")]
    return ["node", str(HERE / "javascript_client.js"), str(environments.javascript())]


def wanted(api: Api, **members: Any) -> set[str]:
    """The ids of the jobs that have these members."""
    return {job["id"] for job in api.jobs if all(job[name] == value for name, value in members.items())}


def dates(api: Api, found: list[str]) -> list[str]:
    """When these jobs were created."""
    created = {job["id"]: job["dateCreated"] for job in api.jobs}
    return [created[each] for each in found]


def ids(pages: list[list[dict[str, Any]]]) -> list[str]:
    """The ids of all pages."""
    return [job["id"] for page in pages for job in page]


def test_a_search_goes_to_the_end(call: Call, api: Api) -> None:
    pages = call("search", type=TYPE, pageSize=20)
    found = ids(pages)
    assert set(found) == wanted(api, type=TYPE)
    assert len(found) == len(set(found))
    assert dates(api, found) == sorted(dates(api, found), reverse=True)
    assert len(pages) == -(-len(wanted(api, type=TYPE)) // 20)


@pytest.mark.parametrize("direction", ["asc", "acs", "des", "desc"])
def test_both_directions(call: Call, api: Api, direction: str) -> None:
    found = ids(call("search", type=TYPE, pageSize=50, orderBy="dateCreated", orderDirection=direction))
    assert set(found) == wanted(api, type=TYPE)
    assert dates(api, found) == sorted(dates(api, found), reverse=direction.startswith("d"))


@pytest.mark.parametrize("member", ["status", "issuer", "groupId"])
def test_filters(call: Call, api: Api, member: str) -> None:
    job = next(job for job in api.jobs if job["type"] == TYPE)
    found = ids(call("search", type=TYPE, pageSize=100, **{member: job[member]}))
    assert set(found) == wanted(api, type=TYPE, **{member: job[member]})


def test_paths_and_files(call: Call, api: Api) -> None:
    source = next(job["sources"][0] for job in api.jobs if job["type"] == TYPE)
    expected = wanted(api, type=TYPE, sources=[source])
    assert set(ids(call("search", type=TYPE, pageSize=100, path=source["path"]))) == expected
    assert set(ids(call("search", type=TYPE, pageSize=100, fileId=source["fileId"]))) == expected


def test_one_job(call: Call, api: Api) -> None:
    job = next(job for job in api.jobs if job["type"] == TYPE)
    found = call("job", id=job["id"])
    assert found == {name: job["groupId" if name == "group" else name] for name in found}


def test_a_group(call: Call, api: Api) -> None:
    job = next(job for job in api.jobs if job["type"] == TYPE)
    assert {each["id"] for each in call("group", id=job["groupId"])} == wanted(api, groupId=job["groupId"])


def test_what_is_not_there(call: Call) -> None:
    with pytest.raises(ClientError):
        call("job", id="none_none")


def test_a_search_that_is_refused(call: Call) -> None:
    with pytest.raises(ClientError):
        call("search", type=TYPE, orderBy="nonsense")
