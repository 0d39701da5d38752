"""The Jobs API as a client sees it: search, one job, one group (contract: "Transport", "Search").

    client = JobsClient(url="https://project.wixmp.com", app_id=…, secret=…, masker=Masker(key))
    for page in client.iter_pages(Walk(order_by="dateUpdated", ascending=False, page_size=500)):
        …

One session, one token renewed before it expires, no redirects. A reply has `Limits.total` seconds, and where it
stalls at their end `Limits.read` more, and `Limits.body` bytes, whatever the other side does.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal, Never
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
    TokenRepeated,
    TooLong,
    TryAgain,
    UpstreamError,
)
from jobs.upstream.mask import Masker
from jobs.upstream.record import Page
from jobs.upstream.retry import RetryPolicy
from jobs.upstream.token import TokenSource

CHUNK = 1 << 16
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
PASSES_BY_ITSELF = frozenset({408, 429})
REFUSES_TOKEN = frozenset({400, 410, 422})


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one request may take: seconds to connect, between two reads and for a whole reply; bytes of a body."""

    connect: float = 5.0
    read: float = 20.0
    total: float = 60.0
    body: int = 64 << 20


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A way through all jobs (contract: "Search", `orderBy`, `orderDirection`, `pageSize`)."""

    order_by: Literal["dateCreated", "dateUpdated"]
    ascending: bool
    page_size: int

    def parameters(self, token: str | None) -> dict[str, str]:
        """The query of the page that `token` leads to, in the contract's first spelling."""
        query = {"orderBy": self.order_by, "pageSize": str(self.page_size)}
        query["orderDirection"] = "asc" if self.ascending else "des"
        return query if token is None else {**query, "nextPageToken": token}


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
    ) -> None:
        self._base = url.rstrip("/") + "/_api"
        self._tokens = TokenSource(app_id, secret)
        self._masker = masker
        self._policy = policy or RetryPolicy()
        self._limits = limits or Limits()
        self._session = requests.Session()
        self._session.trust_env = urlsplit(url).hostname not in LOOPBACK
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, DeadlineAdapter(self._limits.total))
        self._session.auth = self._sign
        self._session.headers["User-Agent"] = "jobdeck"
        self._session.headers["Accept"] = "application/json"

    def close(self) -> None:
        """Give up the connection."""
        self._session.close()

    def page(self, walk: Walk, token: str | None = None) -> Page:
        """Fetch one page; raise `TokenRefused` where the platform no longer takes `token`."""
        asked = datetime.now(UTC)
        try:
            payload = self._get("/jobs", walk.parameters(token))
        except RequestRefused as refused:
            if token is None or refused.status not in REFUSES_TOKEN:
                raise
            raise TokenRefused(str(refused), status=refused.status) from refused
        return wire.page(payload, self._masker, asked=asked)

    def iter_pages(self, walk: Walk, token: str | None = None) -> Iterator[Page]:
        """Fetch page after page, from `token` on to the last; raise `TokenRepeated` where they lead in a circle."""
        seen = {token}
        while True:
            page = self.page(walk, token)
            yield page
            token = page.next_token
            if token is None:
                return
            if token in seen:
                raise TokenRepeated("The platform gave a page token for the second time; the walk begins again.")
            seen.add(token)

    def job(self, job_id: str) -> Page:
        """Fetch one job, as a page of its own; raise `NotFound` where the platform has none of this id."""
        asked = datetime.now(UTC)
        return wire.single(self._get(f"/jobs/{_component(job_id)}"), self._masker, asked=asked)

    def group(self, group_id: str) -> Page:
        """Fetch the jobs of one group; raise `NotFound` where the platform has none of this id."""
        asked = datetime.now(UTC)
        return wire.page(self._get(f"/jobs/groups/{_component(group_id)}"), self._masker, asked=asked)

    def _get(self, path: str, query: dict[str, str] | None = None) -> bytes:
        """Fetch the payload of `path`, as often as the policy allows."""
        return self._policy.call(lambda: self._once(path, query))

    def _once(self, path: str, query: dict[str, str] | None) -> bytes:
        started = time.monotonic()
        with self._head(path, query) as response:
            if response.status_code != 200:
                _refuse(response, self._said(response, started))
            return wire.payload(self._body(response, started))

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
        raise BrokenReply("The reply cannot be unpacked.") from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise BrokenReply("The reply is cut short.") from error


def _component(name: str) -> str:
    """An id as one component of an address; dots alone would lead elsewhere, however they are escaped."""
    if name.strip(".") == "":
        raise RequestRefused(f"The id {name!r} cannot be asked for.")
    return quote(name, safe="")


def _refuse(response: requests.Response, body: bytes) -> Never:
    """Raise what a status other than 200 means (contract: "HTTP errors")."""
    status, message = response.status_code, wire.message(body)
    said = f"{status} {message or words.cleaned(response.reason or '')}".strip()
    if status in (401, 403):
        raise CredentialsRefused(f"The platform refuses our credentials: {said}.")
    if status in PASSES_BY_ITSELF or status >= 500:
        raise TryAgain(f"The platform is not ready: {said}.", after=_retry_after(response))
    if status == 404 and message is not None:
        raise NotFound(f"The platform has no such thing: {said}.")
    if 400 <= status < 500 and status != 404:
        raise RequestRefused(f"The platform refuses the request: {said}.", status=status)
    raise BrokenReply(f"The platform answers with {said}; is MEDIA_PLATFORM_URL right?")


def _retry_after(response: requests.Response) -> float | None:
    """Seconds that the platform asks us to wait, as a number or as a date; None where it does not."""
    text = response.headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
