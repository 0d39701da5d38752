"""`JobsClient` against the sandbox: the contract, and everything that goes wrong on the way."""

import gzip
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Thread
from typing import Literal

import pytest
import stamina
from requests.exceptions import ConnectionError as NoConnection
from urllib3.exceptions import ProxyError

from jobs.upstream import words
from jobs.upstream.client import JobsClient, Limits, Reply
from jobs.upstream.errors import (
    BrokenReply,
    CredentialsRefused,
    NotFound,
    RequestRefused,
    TokenRefused,
    TooLong,
    TryAgain,
    UpstreamError,
)
from jobs.upstream.record import Page
from jobs.upstream.retry import RetryPolicy
from jobs.upstream.walk import Ask, Walk
from tests.conftest import FEW
from tests.records import MASKER, NOON
from trials.platform import SandboxProcess, sandbox

WALK = Walk(order_by="dateCreated", ascending=True, page_size=50)
FIRST = Ask(walk=WALK)
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


def at(url: str, **more: object) -> JobsClient:
    known = {"url": url, "app_id": "a", "secret": "s" * 40, "masker": MASKER}
    return JobsClient(**known | more)  # type: ignore[arg-type]


@contextmanager
def answering(*parts: bytes, pause: float = 0) -> Iterator[str]:
    """The address of a server that answers whatever it is asked with `parts`, `pause` seconds apart, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    with server.accept()[0] as line:
                        answer(line)

        def answer(line: socket.socket) -> None:
            with suppress(OSError):
                line.recv(1 << 16)
                for part in parts:
                    line.sendall(part)
                    time.sleep(pause)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def reply(status: str, body: bytes, *, headers: str = "", length: int | None = None) -> bytes:
    length = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}\r\n".encode() + body


@pytest.fixture
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def every_page(client: JobsClient, ask: Ask | None) -> Iterator[Page]:
    """Fetch page after page to the last."""
    while ask is not None:
        yield (page := client.page(ask))
        ask = replace(ask, token=page.next_token) if page.next_token else None


@pytest.mark.parametrize("by", ["dateCreated", "dateUpdated"])
@pytest.mark.parametrize("ascending", [True, False])
def test_a_walk_gives_every_job_once(
    remote: SandboxProcess, by: Literal["dateCreated", "dateUpdated"], ascending: bool
) -> None:
    pages = list(every_page(client(remote), Ask(walk=replace(WALK, order_by=by, ascending=ascending))))
    ids = [record.id for page in pages for record in page.records]
    assert len(ids) == len(set(ids)) == 120
    assert [len(page.records) for page in pages] == [50, 50, 20]
    assert not any(page.refused for page in pages)


def test_a_short_page_is_not_the_last(remote: SandboxProcess) -> None:
    remote.faults("short:x2")
    pages = list(every_page(client(remote), FIRST))
    assert [len(page.records) for page in pages] == [1, 1, 50, 50, 18]
    assert len({record.id for page in pages for record in page.records}) == 120


def test_what_is_read_by_id_and_has_none_is_of_that_job(
    remote: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the job's page can say that it shows it as it was."""
    reply = Reply(payload=b'{"status": "success"}', asked=NOON, counted=0, dated=None)
    monkeypatch.setattr(JobsClient, "_get", lambda *_: reply)
    [refused] = client(remote).job("unfit").refused
    assert (refused.job_id, refused.field) == ("unfit", "id")


def test_a_walk_goes_on_from_a_token(remote: SandboxProcess) -> None:
    first = client(remote).page(FIRST)
    rest = list(every_page(client(remote), replace(FIRST, token=first.next_token)))
    assert len(first.records) + sum(len(page.records) for page in rest) == 120


def test_one_job_and_one_group(remote: SandboxProcess) -> None:
    known = next(each for each in client(remote).page(FIRST).records if each.type == "urn:job:av.transcode")
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
        client(remote).page(FIRST)
    assert len(remote.requests()) == 1


def test_both_clocks_are_named_where_credentials_are_refused_and_they_differ() -> None:
    refusal = reply("401 No", b"", headers="Date: Wed, 21 Oct 2015 07:28:00 GMT\r\n")
    both = "Its clock says 2015-10-21 07:28:00, ours 2026-03-01 12:00:00 UTC"
    with answering(refusal) as url, pytest.raises(CredentialsRefused, match=both):
        at(url, policy=ONCE, clock=lambda: NOON).page(FIRST)


def test_a_wrong_secret_is_refused(remote: SandboxProcess) -> None:
    with pytest.raises(CredentialsRefused, match="MEDIA_PLATFORM_SHARED_SECRET right"):
        client(remote, secret="another-secret-that-nobody-knows-0123456789").page(FIRST)


@pytest.mark.parametrize("fault", ["status=500", "status=502", "status=503", "status=504", "status=429", "status=408"])
def test_what_passes_by_itself_is_tried_again(remote: SandboxProcess, fault: str) -> None:
    remote.faults(f"{fault}:x2")
    assert len(client(remote).page(FIRST).records) == 50
    assert len(remote.requests()) == 3


@pytest.mark.parametrize(
    ("fault", "told"), [("truncate", BrokenReply), ("reset", TryAgain), ("html", BrokenReply), ("code", BrokenReply)]
)
def test_broken_replies_are_tried_again_and_then_told(
    remote: SandboxProcess, fault: str, told: type[UpstreamError]
) -> None:
    remote.faults(f"{fault}:x1")
    assert len(client(remote).page(FIRST).records) == 50
    remote.faults(fault)
    with pytest.raises(told):
        client(remote, policy=RetryPolicy(attempts=2)).page(FIRST)
    assert len(remote.requests()) == 4


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (reply("200 OK", b'{"code": 0', length=99), "cut short"),
        (
            reply("200 OK", gzip.compress(b"{}" * 99, mtime=0)[:20], headers="Content-Encoding: gzip\r\n", length=99),
            "cut short",
        ),
        (reply("200 OK", b"no gzip at all", headers="Content-Encoding: gzip\r\n"), "unpacked"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n", "cut short"),
    ],
)
def test_a_body_that_breaks_off_is_a_broken_reply(sent: bytes, words: str) -> None:
    with answering(sent) as url, pytest.raises(BrokenReply, match=words):
        at(url, policy=ONCE).page(FIRST)


@pytest.mark.parametrize(("status", "told"), [("401 No", CredentialsRefused), ("503 No", TryAgain)])
def test_a_refusal_with_a_broken_body_is_told_by_its_status(status: str, told: type[UpstreamError]) -> None:
    with answering(reply(status, b'{"code"', length=99)) as url, pytest.raises(told, match=status):
        at(url, policy=ONCE).page(FIRST)


@pytest.mark.parametrize(("status", "told"), [("401 No", CredentialsRefused), ("503 No", TryAgain)])
@pytest.mark.parametrize(
    "body", [b'{"code":1,"message":"Acc\xe8s"}', b'{"code":1,"message":' + b"[" * 5000 + b"]" * 5000 + b"}"]
)
def test_a_refusal_in_a_body_that_nobody_reads_is_told_by_its_status(
    status: str, told: type[UpstreamError], body: bytes
) -> None:
    with answering(reply(status, body)) as url, pytest.raises(told, match=status):
        at(url, policy=ONCE).page(FIRST)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>nginx</html>",
        b'{"message":"no Route matched with those values"}',
        b'{"code":5,"message":"Not Found","details":[]}',
        b'{"code":0,"message":"OK","payload":null}',
        b'{"code":"ResourceNotFound","message":"no such bucket"}',
        b'{"code":404,"message":null}',
        b'{"code":true,"message":"Not Found"}',
    ],
)
def test_a_404_that_is_no_envelope_is_no_job_that_is_not_found(body: bytes) -> None:
    with answering(reply("404 Not Found", body)) as url, pytest.raises(BrokenReply, match="URL right"):
        at(url, policy=ONCE).job("x")


@pytest.mark.parametrize("rest", [b"", b',"payload":null', b',"payload":{}'])
def test_a_404_in_an_envelope_is_a_job_that_is_not_found(rest: bytes) -> None:
    body = b'{"code":404,"message":"no such job"' + rest + b"}"
    with answering(reply("404 Not Found", body)) as url, pytest.raises(NotFound, match="no such job"):
        at(url, policy=ONCE).job("x")


@pytest.mark.parametrize(("asked", "longest", "least", "most"), [("1", 20.0, 1.0, 8.0), ("30", 0.3, 0.3, 9.0)])
def test_what_the_platform_asks_us_to_wait_is_waited_up_to_a_cap(
    remote: SandboxProcess, asked: str, longest: float, least: float, most: float
) -> None:
    remote.faults(f"status=429/{asked}:x1")
    began = time.monotonic()
    with stamina.set_testing(False):
        client(remote, policy=RetryPolicy(first_wait=0.01, longest_wait=longest)).page(FIRST)
    assert least <= time.monotonic() - began < most


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [("7", 7, 7), ("Wed, 21 Oct 2099 07:28:00 GMT", 1e9, 1e10), ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0)],
)
def test_how_long_the_platform_asks_us_to_wait(header: str, least: float, most: float) -> None:
    refusal = reply("429 Too Many", b"", headers=f"Retry-After: {header}\r\n")
    with answering(refusal) as url, pytest.raises(TryAgain) as told:
        at(url, policy=ONCE).page(FIRST)
    assert told.value.after is not None
    assert least <= told.value.after <= most


def test_a_date_to_wait_for_is_one_of_the_platforms_clock() -> None:
    headers = "Date: Wed, 21 Oct 2015 07:28:00 GMT\r\nRetry-After: Wed, 21 Oct 2015 07:28:09 GMT\r\n"
    with answering(reply("429 Too Many", b"", headers=headers)) as url, pytest.raises(TryAgain) as told:
        at(url, policy=ONCE).page(FIRST)
    assert told.value.after == 9


def test_a_wait_that_nobody_can_read_is_none() -> None:
    with answering(reply("503 No", b"", headers="Retry-After: soon\r\n")) as url, pytest.raises(TryAgain) as told:
        at(url, policy=ONCE).page(FIRST)
    assert told.value.after is None


def test_redirects_are_not_followed(remote: SandboxProcess) -> None:
    remote.faults("redirect")
    with pytest.raises(BrokenReply, match="MEDIA_PLATFORM_URL"):
        client(remote, policy=ONCE).page(FIRST)
    assert len(remote.requests()) == 1


def test_a_body_has_an_end(remote: SandboxProcess) -> None:
    remote.faults("huge")
    with pytest.raises(TooLong, match="longer than"):
        client(remote, limits=Limits(body=1 << 20)).page(FIRST)
    assert len(remote.requests()) == 1


def test_a_dripping_body_has_an_end(remote: SandboxProcess) -> None:
    remote.faults("drip")
    with pytest.raises(TryAgain, match="took longer"):
        client(remote, policy=ONCE, limits=Limits(total=1)).page(FIRST)


def test_a_dripping_head_has_an_end(remote: SandboxProcess) -> None:
    remote.faults("head")
    with pytest.raises(TryAgain, match=r"cannot be reached\. It did not answer in time"):
        client(remote, policy=ONCE, limits=Limits(total=1)).page(FIRST)


@pytest.mark.usefixtures("_no_proxy")
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_dripping_head_has_an_end_behind_a_proxy(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    with answering(b"HTTP/1.1 200 OK\r\nX: ", *[b"x"] * 80, pause=0.1) as proxy:
        monkeypatch.setenv(f"{scheme}_proxy", proxy)
        with pytest.raises(TryAgain, match="did not answer in time"):
            at(f"{scheme}://platform.invalid", policy=ONCE, limits=Limits(total=1)).page(FIRST)


@pytest.mark.usefixtures("_no_proxy")
def test_a_proxy_is_asked_but_for_what_runs_here(remote: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", remote.url)
    assert len(client(remote, url="http://platform.invalid").page(FIRST).records) == 50
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert len(client(remote).page(FIRST).records) == 50
    with pytest.raises(TryAgain, match="The proxy does not let the request through"):
        client(remote, url="http://platform.invalid", policy=ONCE).page(FIRST)


def test_connecting_has_an_end_of_its_own() -> None:
    """A server whose queue is full answers no further connection at all."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        waiting = [socket.socket() for _ in range(3)]
        for line in waiting:
            line.setblocking(False)
            line.connect_ex(server.getsockname())
        began = time.monotonic()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(TryAgain, match="did not answer in time"):
            at(url, policy=ONCE, limits=Limits(connect=0.5, read=15)).page(FIRST)
        assert time.monotonic() - began < 8
        for line in waiting:
            line.close()


def test_a_stalled_body_has_an_end(remote: SandboxProcess) -> None:
    remote.faults("stall")
    with pytest.raises(TryAgain, match="cannot be reached"):
        client(remote, policy=ONCE, limits=Limits(read=0.5)).page(FIRST)


def test_nobody_there(remote: SandboxProcess) -> None:
    with pytest.raises(TryAgain, match="The connection was refused"):
        client(remote, url="http://127.0.0.1:9", policy=ONCE).page(FIRST)


def test_a_refused_token_is_told_from_a_refused_request(remote: SandboxProcess) -> None:
    with pytest.raises(TokenRefused):
        client(remote).page(replace(FIRST, token="rubbish"))
    with pytest.raises(RequestRefused) as refused:
        client(remote).page(Ask(walk=replace(WALK, page_size=0)))
    assert not isinstance(refused.value, TokenRefused)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (400, TokenRefused),
        (403, TokenRefused),
        (410, TokenRefused),
        (422, TokenRefused),
        (405, RequestRefused),
        (413, RequestRefused),
    ],
)
def test_a_token_is_refused_by_few_statuses(remote: SandboxProcess, status: int, told: type[RequestRefused]) -> None:
    remote.faults(f"status={status}")
    with pytest.raises(RequestRefused) as refused:
        client(remote).page(replace(FIRST, token="token"))
    assert (type(refused.value), refused.value.status) == (told, status)


@pytest.mark.parametrize(("fault", "told"), [("status=403", RequestRefused), ("status=401", CredentialsRefused)])
def test_a_job_that_we_may_not_see_says_nothing_of_our_credentials(
    remote: SandboxProcess, fault: str, told: type[UpstreamError]
) -> None:
    remote.faults(fault)
    with pytest.raises(told):
        client(remote).job("somebodys_else")
    with pytest.raises(CredentialsRefused):
        client(remote).page(FIRST)


@pytest.mark.parametrize(
    "narrowed",
    [
        replace(FIRST.walk, type="urn:job:av.poster"),
        replace(FIRST.walk, status="working"),
        replace(FIRST.walk, issuer="urn:app:1"),
    ],
)
def test_jobs_of_a_kind_that_we_may_not_see_say_nothing_of_our_credentials(
    remote: SandboxProcess, narrowed: Walk
) -> None:
    remote.faults("status=403")
    with pytest.raises(RequestRefused) as refused:
        client(remote).page(replace(FIRST, walk=narrowed))
    assert refused.value.status == 403


def test_messages_hold_neither_token_nor_secret(remote: SandboxProcess) -> None:
    remote.faults("status=400")
    with pytest.raises(UpstreamError) as error:
        client(remote).page(FIRST)
    assert "eyJ" not in str(error.value)
    assert remote.secret not in str(error.value)


@pytest.mark.parametrize(
    "said",
    [
        "no /_api/jobs?nextPageToken=CANARY here",
        "no https://user:CANARY@host/x?y=CANARY#CANARY here",
        "no eyJhbGciOiJIUzI1NiJ9.eyJCANARY.CANARY-_ here",
        "no eyJhbGciOiJIUzI1NiJ9.CANARY",
        "word " * 55 + "https://user:CANARY" + "x" * 99 + "@host",
        "eyJ" + "CANARY" * 99,
    ],
)
@pytest.mark.parametrize("place", ["reason", "message"])
def test_what_the_platform_says_holds_no_secret(said: str, place: str) -> None:
    body = f'{{"code": 400, "message": "{said}"}}'.encode() if place == "message" else b"<html>"
    status = f"400 {said}" if place == "reason" else "400 Bad"
    with answering(reply(status, body)) as url, pytest.raises(RequestRefused) as error:
        at(url, policy=ONCE).page(FIRST)
    assert "CANARY" not in str(error.value)
    assert len(str(error.value)) < 400


def test_what_is_no_secret_is_said() -> None:
    assert words.cleaned("eyJhbGci.eyJpc3Mi.x-_y is over, ask /jobs?a=b again") == "(token) is over, ask /jobs again"
    assert words.cleaned("what? no") == "what? no"
    assert len(words.cleaned("word " * 99)) <= words.LONGEST + 1


def caused(*chain: Exception) -> Exception:
    """The first of some errors, caused by the next and so on."""
    for error, cause in pairwise(chain):
        error.__cause__ = cause
    return chain[0]


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (TimeoutError("secret"), "It did not answer in time."),
        (ConnectionRefusedError("secret"), "The connection was refused."),
        (ConnectionResetError("secret"), "The connection broke off."),
        (socket.gaierror("secret"), "Its name is not known."),
        (ssl.SSLCertVerificationError("secret"), "Its certificate is not valid."),
        (ssl.SSLError("secret"), "No secure connection comes about."),
        (
            caused(ProxyError("secret", OSError()), ConnectionRefusedError()),
            "The proxy does not let the request through.",
        ),
        (OSError("secret"), "The connection failed."),
    ],
)
def test_why_it_cannot_be_reached_is_said_in_plain_words(cause: Exception, told: str) -> None:
    assert words.unreachable(caused(NoConnection("secret"), cause)) == f"The platform cannot be reached. {told}"


def test_what_is_no_http_is_said() -> None:
    with answering(b"SSH-2.0-OpenSSH_9\r\n") as url, pytest.raises(TryAgain, match="does not speak HTTP"):
        at(url, policy=ONCE).page(FIRST)


def test_a_reply_says_when_it_was_asked_for_and_what_the_platforms_clock_said(remote: SandboxProcess) -> None:
    began = datetime.now(UTC) - timedelta(seconds=7)
    page = client(remote, clock=lambda: began).page(FIRST)
    assert page.asked == began
    assert page.dated is not None
    assert abs(page.dated.timestamp() - remote.now() / 1000) < 60
