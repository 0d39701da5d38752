"""What the sandbox's jobs say: every type, every oddity, and lifecycles that move on."""

import json
from typing import Any

from tests.sandbox.api import Api
from trials.platform import sandbox

TYPES = {
    "urn:job:av.transcode",
    "urn:job:av.package",
    "urn:job:archive.create",
    "urn:job:archive.extract",
    "urn:job:import.file",
    "urn:job:av.poster",
    "urn:job:av.storyboard",
    "urn:job:av.extra_metadata.replace",
    "urn:job:text.font.convert",
    "urn:job:text.font.subset",
    "urn:job:image.operation",
    "urn:job:av-scanner.scan",
    "urn:job:visual-search.index-image",
}


def test_all_types_and_states_occur() -> None:
    with sandbox("--jobs", "2000", "--rate", "0", "--epoch", "2026-03-01T12:00:00Z") as running:
        jobs = Api(running).walk(pageSize=1000)
    assert {job["type"] for job in jobs} >= {*TYPES, "urn:job:text.glyph.pack"}
    assert {job["status"] for job in jobs} == {"pending", "working", "success", "error", "paused"}
    assert len({job["issuer"] for job in jobs}) > 20


def test_every_oddity_occurs(still: Api) -> None:
    jobs = still.walk(pageSize=1000)

    def occurs(odd: Any) -> bool:
        return any(odd(job) for job in jobs)

    assert occurs(lambda job: "dateCreated" not in job)
    assert occurs(lambda job: job.get("dateUpdated", "") is None)
    assert occurs(lambda job: "." in (job.get("dateCreated") or ""))
    assert occurs(lambda job: job.get("sources", "") is None)
    assert occurs(lambda job: "sources" not in job)
    assert occurs(lambda job: job.get("sources") == [])
    assert occurs(lambda job: job.get("sources") and job["sources"][0].get("fileId", "") is None)
    assert occurs(lambda job: job.get("sources") and "path" not in job["sources"][0])
    assert occurs(lambda job: job["status"] == "pending" and job["result"])
    assert occurs(lambda job: job["status"] == "success" and job["result"] is None)
    assert occurs(lambda job: job["groupId"] == job["id"])
    assert occurs(lambda job: job["issuer"] is None)
    assert occurs(lambda job: "flowId" in job)
    assert occurs(lambda job: "tags" in job)
    assert occurs(lambda job: "public|private" in json.dumps(job))
    assert occurs(lambda job: "//" in json.dumps(job.get("sources")))
    assert occurs(lambda job: "CANARY" in json.dumps(job.get("callback")))
    assert occurs(lambda job: "CANARY" in json.dumps(job["specification"].get("externalAuthorization")))
    assert occurs(lambda job: "CANARY" in json.dumps((job["result"] or {}).get("message")))


def test_lifecycles_move_on_with_the_clock() -> None:
    with sandbox("--jobs", "500", "--rate", "1", "--epoch", "2026-03-01T12:00:00Z") as running:
        api = Api(running)
        states = [job for state in ("pending", "working") for job in api.walk(status=state, pageSize=500)]
        open_before = {job["id"] for job in states if not job["result"]}
        running.advance(7200)
        newest = api.payload("/jobs", orderBy="dateUpdated", pageSize=500)["jobs"]
        assert open_before
        assert len(api.walk(pageSize=1000)) > 5000
        assert all(api.payload(f"/jobs/{job}")["status"] not in ("pending", "working") for job in open_before)
        assert newest[0]["dateUpdated"] >= "2026-03-01T13:55"
