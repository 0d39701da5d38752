"""The Jobs API as a client sees it: search, one job, one group (contract: "Transport", "Search").

    client = JobsClient(url="https://project.wixmp.com", app_id=…, secret=…, masker=Masker(key))
    page = client.page(Ask(walk=Walk(order_by="dateUpdated", ascending=False, page_size=500)))

One session, one token renewed before it expires, no redirects. A reply has `Limits.total` seconds, and where it
stalls at their end `Limits.read` more, and `Limits.body` bytes, whatever the other side does.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Never, Protocol
from urllib.parse import quote, urlsplit

import requests
import urllib3

from jobs.upstream import wire, words
from jobs.upstream.deadline import DeadlineAdapter
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
from jobs.upstream.mask import Masker
from jobs.upstream.record import Page
from jobs.upstream.retry import RetryPolicy
from jobs.upstream.token import TokenSource
from jobs.upstream.walk import Ask

SEARCH = "/jobs"
CHUNK = 1 << 16
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
PASSES_BY_ITSELF = frozenset({408, 429})
CLOCKS_DIFFER = timedelta(seconds=60)
REFUSES_TOKEN = frozenset({400, 403, 404, 409, 410, 422})
NARROWS = frozenset({"type", "status", "issuer", "nextPageToken"})


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one request may take: seconds to connect, between two reads and for a whole reply; bytes of a body."""

    connect: float = 5.0
    read: float = 20.0
    total: float = 60.0
    body: int = 64 << 20


ONCE = RetryPolicy(attempts=1)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The payload of a successful reply, and what clocks said: ours, and `counted`, as it began, and the platform's."""

    payload: bytes
    asked: datetime
    counted: float
    dated: datetime | None


class Gate(Protocol):
    """What every request goes through."""

    def enter(self) -> None:
        """Wait until a request may be made."""

    def left(self, seconds: float, error: UpstreamError | None, *, search: bool) -> None:
        """Note how a request ended after so many seconds, a `search` or the read of one job or group."""


class Open:
    """A gate that lets everything through."""

    def enter(self) -> None:
        """Let a request be made."""

    def left(self, seconds: float, error: UpstreamError | None, *, search: bool) -> None:
        """Note nothing."""


def our_clock() -> datetime:
    """Give the time of this machine."""
    return datetime.now(UTC)


class JobsClient:
    """Asks one project's Jobs API; not for several threads at once."""

    def __init__(
        self,
        *,
        url: str,
        app_id: str,
        secret: str,
        masker: Masker,
        policy: RetryPolicy | None = None,
        limits: Limits | None = None,
        clock: Callable[[], datetime] = our_clock,
        gate: Gate | None = None,
    ) -> None:
        self._base = url.rstrip("/") + "/_api"
        self._tokens = TokenSource(app_id, secret, clock=lambda: clock().timestamp())
        self._masker = masker
        self._policy = policy or RetryPolicy()
        self._limits = limits or Limits()
        self._clock = clock
        self._gate = gate or Open()
        self._session = requests.Session()
        self._session.trust_env = urlsplit(url).hostname not in LOOPBACK
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, DeadlineAdapter(self._limits.total))
        self._session.auth = self._sign
        self._session.headers["User-Agent"] = "jobdeck"
        self._session.headers["Accept"] = "application/json"
        self._session.headers["Cache-Control"] = "no-cache"

    def close(self) -> None:
        """Give up the connection."""
        self._session.close()

    def page(self, ask: Ask, *, once: bool = False) -> Page:
        """Fetch one page, `once` without trying again; raise `TokenRefused` where its token is no longer taken."""
        try:
            reply = self._get(SEARCH, ask.walk.parameters(ask.token), policy=ONCE if once else None)
        except (RequestRefused, NotFound) as refused:
            status = 404 if isinstance(refused, NotFound) else refused.status
            if ask.token is None or status not in REFUSES_TOKEN:
                raise
            raise TokenRefused(str(refused), status=status) from refused
        return self._page(wire.page, reply)

    def job(self, job_id: str) -> Page:
        """Fetch one job, as a page of its own; raise `NotFound` where the platform has none of this id.

        What comes and cannot be a job is of this one, where it names none.
        """
        page = self._page(wire.single, self._get(f"/jobs/{_component(job_id)}"))
        return replace(page, refused=tuple(replace(each, job_id=each.job_id or job_id) for each in page.refused))

    def group(self, group_id: str) -> Page:
        """Fetch the jobs of one group; raise `NotFound` where the platform has none of this id."""
        return self._page(wire.page, self._get(f"/jobs/groups/{_component(group_id)}"))

    def _page(self, read: Callable[..., Page], reply: Reply) -> Page:
        page = read(reply.payload, self._masker, asked=reply.asked, dated=reply.dated)
        return replace(page, counted=reply.counted)

    def _get(self, path: str, query: dict[str, str] | None = None, *, policy: RetryPolicy | None = None) -> Reply:
        """Fetch the payload of `path`, as often as a policy allows, or the client's."""
        return (policy or self._policy).call(lambda: self._through_the_gate(path, query))

    def _through_the_gate(self, path: str, query: dict[str, str] | None) -> Reply:
        self._gate.enter()
        started = time.monotonic()
        try:
            reply = self._once(path, query)
        except UpstreamError as error:
            self._gate.left(time.monotonic() - started, error, search=path == SEARCH)
            raise
        self._gate.left(time.monotonic() - started, None, search=path == SEARCH)
        return reply

    def _once(self, path: str, query: dict[str, str] | None) -> Reply:
        asked, started = self._clock(), time.monotonic()
        with self._head(path, query) as response:
            if response.status_code != 200:
                said, of_all = self._said(response, started), _is_of_all(path, query)
                _refuse(response, said, asked, started, of_all=of_all)
            payload = wire.payload(self._body(response, started))
            return Reply(payload=payload, asked=asked, counted=started, dated=_dated(response))

    def _head(self, path: str, query: dict[str, str] | None) -> requests.Response:
        """Ask, and read the status and the headers of what comes."""
        try:
            return self._session.get(
                self._base + path,
                params=query,
                timeout=(self._limits.connect, self._limits.read),
                allow_redirects=False,
                stream=True,
            )
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise TryAgain(words.unreachable(error)) from error

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put our token into a request; as the session's `auth`, so that no .netrc takes its place."""
        request.headers["Authorization"] = self._tokens.token()
        return request

    def _said(self, response: requests.Response, started: float) -> bytes:
        """Read the body of a refusal: nothing where that fails, since the status says enough."""
        try:
            return self._body(response, started)
        except UpstreamError:
            return b""

    def _body(self, response: requests.Response, started: float) -> bytes:
        """Read a body within the limits."""
        read = bytearray()
        for chunk in _chunks(response):
            read += chunk
            if len(read) > self._limits.body:
                raise TooLong(f"The reply is longer than {self._limits.body} bytes.")
            if time.monotonic() - started > self._limits.total:
                raise TryAgain(f"The reply took longer than {self._limits.total:g} s.")
        return bytes(read)


def _chunks(response: requests.Response) -> Iterator[bytes]:
    """Read a body as it comes; raise `BrokenReply` where it breaks off, `TryAgain` where it stops coming."""
    try:
        while chunk := response.raw.read1(CHUNK, decode_content=True):
            yield chunk
    except urllib3.exceptions.ReadTimeoutError as error:
        raise TryAgain(words.unreachable(error)) from error
    except urllib3.exceptions.DecodeError as error:
        raise BrokenReply(
            "The reply cannot be unpacked; see what stands between here and MEDIA_PLATFORM_URL."
        ) from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise BrokenReply("The reply is cut short; see what stands between here and MEDIA_PLATFORM_URL.") from error


def _component(name: str) -> str:
    """An id as one component of an address; dots alone would lead elsewhere, however they are escaped."""
    if name.strip(".") == "":
        raise RequestRefused(f"The id {name!r} cannot be asked for.")
    return quote(name, safe="")


def _is_of_all(path: str, query: dict[str, str] | None) -> bool:
    """Whether a request asks for the jobs of the platform, and not for one, a group, some of a kind, or a next page."""
    return path == SEARCH and not NARROWS & (query or {}).keys()


def _refuse(response: requests.Response, body: bytes, asked: datetime, counted: float, *, of_all: bool) -> Never:
    """Raise what a status other than 200 means (contract: "HTTP errors").

    A 403 is about our credentials where the request was `of_all` jobs; that some may not be had says nothing of others.
    """
    status, message = response.status_code, wire.message(body)
    said = f"{status} {message or words.cleaned(response.reason or '')}".strip()
    if status == 401 or (status == 403 and of_all):
        raise CredentialsRefused(f"The platform refuses our credentials: {said}. {_remedy(asked, _dated(response))}")
    if status in PASSES_BY_ITSELF or status >= 500:
        raise TryAgain(f"The platform is not ready: {said}.", after=_retry_after(response), status=status)
    if status == 404 and wire.is_refusal(body):
        raise NotFound(f"The platform has no such thing: {said}.", asked=asked, counted=counted)
    if 400 <= status < 500 and status != 404:
        raise RequestRefused(f"The platform refuses the request: {said}.", status=status)
    raise BrokenReply(f"The platform answers with {said}; is MEDIA_PLATFORM_URL right?")


def _remedy(asked: datetime, dated: datetime | None) -> str:
    """What to look at where our token is refused, which is dated by the clock that said `asked`."""
    remedy = "Are MEDIA_PLATFORM_APP_ID and MEDIA_PLATFORM_SHARED_SECRET right?"
    if dated is None or abs(dated - asked) < CLOCKS_DIFFER:
        return remedy
    theirs, ours = (f"{clock:%Y-%m-%d %H:%M:%S}" for clock in (dated, asked))
    return f"{remedy} Its clock says {theirs}, ours {ours} UTC: set the wrong one right."


def _dated(response: requests.Response) -> datetime | None:
    """What the platform's clock said, to the second; None where it said nothing that makes sense."""
    try:
        return parsedate_to_datetime(response.headers.get("Date", "")).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _retry_after(response: requests.Response) -> float | None:
    """Seconds that the platform asks us to wait, as a number or as a date by its own clock; None where it does not."""
    text, now = response.headers.get("Retry-After", ""), _dated(response) or our_clock()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now.timestamp())
    except (ValueError, TypeError, OverflowError):
        return None
