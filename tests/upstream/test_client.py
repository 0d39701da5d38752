"""`JobsClient` against the sandbox: the contract, and everything that goes wrong on the way."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import pytest

from jobs.upstream.client import JobsClient, Limits, Walk
from jobs.upstream.errors import (
    BrokenReply,
    CredentialsRefused,
    NotFound,
    RequestRefused,
    TokenRefused,
    TryAgain,
    UpstreamError,
)
from jobs.upstream.retry import RetryPolicy
from tests.conftest import FEW
from tests.records import MASKER
from tests.sandbox_process import SandboxProcess, sandbox

WALK = Walk(order_by="dateCreated", ascending=True, page_size=50)
ONCE = RetryPolicy(attempts=1)


@pytest.fixture(scope="module")
def shared() -> Iterator[SandboxProcess]:
    with sandbox(*FEW) as running:
        yield running


@pytest.fixture
def remote(shared: SandboxProcess) -> SandboxProcess:
    shared.faults("")
    shared.forget()
    return shared


def client(remote: SandboxProcess, **more: object) -> JobsClient:
    known = {"url": remote.url, "app_id": remote.app_id, "secret": remote.secret, "masker": MASKER}
    return JobsClient(**known | more)  # type: ignore[arg-type]


@pytest.mark.parametrize("by", ["dateCreated", "dateUpdated"])
@pytest.mark.parametrize("ascending", [True, False])
def test_a_walk_gives_every_job_once(
    remote: SandboxProcess, by: Literal["dateCreated", "dateUpdated"], ascending: bool
) -> None:
    walk = replace(WALK, order_by=by, ascending=ascending)
    pages = list(client(remote).iter_pages(walk))
    ids = [record.id for page in pages for record in page.records]
    assert len(ids) == len(set(ids)) == 120
    assert [len(page.records) for page in pages] == [50, 50, 20]
    assert not any(page.refused for page in pages)


def test_a_short_page_is_not_the_last(remote: SandboxProcess) -> None:
    remote.faults("short:x2")
    pages = list(client(remote).iter_pages(WALK))
    assert [len(page.records) for page in pages] == [1, 1, 50, 50, 18]
    assert len({record.id for page in pages for record in page.records}) == 120


def test_a_walk_goes_on_from_a_token(remote: SandboxProcess) -> None:
    first = client(remote).page(WALK)
    rest = list(client(remote).iter_pages(WALK, first.next_token))
    assert len(first.records) + sum(len(page.records) for page in rest) == 120


def test_one_job_and_one_group(remote: SandboxProcess) -> None:
    known = next(each for each in client(remote).page(WALK).records if each.type == "urn:job:av.transcode")
    assert client(remote).job(known.id).records == (known,)
    group = client(remote).group(known.group)
    assert known in group.records
    assert {each.group for each in group.records} == {known.group}


def test_a_planted_group_is_found(remote: SandboxProcess) -> None:
    remote.plant({"id": "g_1", "groupId": "g", "type": "t", "status": "s"})
    assert [each.id for each in client(remote).group("g").records] == ["g_1"]
    remote.delete("g_1")


@pytest.mark.parametrize("job_id", ["a/b", "a?b=c", "100%", "ü #", "groups/x"])
def test_an_id_is_one_component_of_the_address(remote: SandboxProcess, job_id: str) -> None:
    remote.plant({"id": job_id, "groupId": "odd", "type": "t", "status": "s"})
    assert [found.id for found in client(remote).job(job_id).records] == [job_id]
    remote.delete(job_id)


@pytest.mark.parametrize("job_id", [".", "..", ""])
def test_an_id_that_would_lead_elsewhere_is_not_asked_for(remote: SandboxProcess, job_id: str) -> None:
    with pytest.raises(RequestRefused):
        client(remote).job(job_id)
    assert not remote.requests()


def test_what_is_not_there(remote: SandboxProcess) -> None:
    for ask in (client(remote).job, client(remote).group):
        with pytest.raises(NotFound):
            ask("no_such")


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_are_not_tried_again(remote: SandboxProcess, status: int) -> None:
    remote.faults(f"status={status}")
    with pytest.raises(CredentialsRefused):
        client(remote).page(WALK)
    assert len(remote.requests()) == 1


def test_a_wrong_secret_is_refused(remote: SandboxProcess) -> None:
    with pytest.raises(CredentialsRefused):
        client(remote, secret="another-secret-that-nobody-knows-0123456789").page(WALK)


@pytest.mark.parametrize("fault", ["status=500", "status=502", "status=503", "status=504", "status=429", "status=408"])
def test_what_passes_by_itself_is_tried_again(remote: SandboxProcess, fault: str) -> None:
    remote.faults(f"{fault}:x2")
    assert len(client(remote).page(WALK).records) == 50
    assert len(remote.requests()) == 3


@pytest.mark.parametrize("fault", ["truncate", "reset", "html", "code"])
def test_broken_replies_are_tried_again_and_then_told(remote: SandboxProcess, fault: str) -> None:
    remote.faults(f"{fault}:x1")
    assert len(client(remote).page(WALK).records) == 50
    remote.faults(fault)
    with pytest.raises((BrokenReply, TryAgain)):
        client(remote, policy=RetryPolicy(attempts=2)).page(WALK)
    assert len(remote.requests()) == 4


def test_redirects_are_not_followed(remote: SandboxProcess) -> None:
    remote.faults("redirect")
    with pytest.raises(BrokenReply, match="MEDIA_PLATFORM_URL"):
        client(remote, policy=ONCE).page(WALK)
    assert len(remote.requests()) == 1


def test_a_body_has_an_end(remote: SandboxProcess) -> None:
    remote.faults("huge")
    with pytest.raises(BrokenReply, match="longer than"):
        client(remote, policy=ONCE, limits=Limits(body=1 << 20)).page(WALK)


def test_a_dripping_body_has_an_end(remote: SandboxProcess) -> None:
    remote.faults("drip")
    with pytest.raises(TryAgain, match="took longer"):
        client(remote, policy=ONCE, limits=Limits(total=1)).page(WALK)


def test_a_dripping_head_has_an_end(remote: SandboxProcess) -> None:
    remote.faults("head")
    with pytest.raises(TryAgain, match="cannot be reached: TimeoutError"):
        client(remote, policy=ONCE, limits=Limits(total=1)).page(WALK)


def test_a_stalled_body_has_an_end(remote: SandboxProcess) -> None:
    remote.faults("stall")
    with pytest.raises(TryAgain, match="cannot be reached"):
        client(remote, policy=ONCE, limits=Limits(read=0.5)).page(WALK)


def test_nobody_there(remote: SandboxProcess) -> None:
    with pytest.raises(TryAgain, match="ConnectionRefusedError"):
        client(remote, url="http://127.0.0.1:9", policy=ONCE).page(WALK)


def test_a_refused_token_is_told_from_a_refused_request(remote: SandboxProcess) -> None:
    with pytest.raises(TokenRefused):
        client(remote).page(WALK, "rubbish")
    with pytest.raises(RequestRefused) as refused:
        client(remote).page(replace(WALK, page_size=0))
    assert not isinstance(refused.value, TokenRefused)


def test_a_repeated_token_ends_the_walk(remote: SandboxProcess) -> None:
    remote.faults("repeat")
    pages = list(client(remote).iter_pages(WALK))
    assert len(pages) == 2
    assert pages[-1].next_token is not None


def test_messages_hold_neither_token_nor_secret(remote: SandboxProcess) -> None:
    remote.faults("status=400")
    with pytest.raises(UpstreamError) as error:
        client(remote).page(WALK)
    assert "eyJ" not in str(error.value)
    assert remote.secret not in str(error.value)
