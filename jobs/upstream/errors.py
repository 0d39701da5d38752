"""What can go wrong between here and the Jobs API.

::

    UpstreamError
    ├── TryAgain             network, timeout, 408, 429, 5xx: passes by itself
    ├── BrokenReply          cut short, not the envelope, `code` ≠ 0, a redirect
    │   ├── TooLong          more bytes than we take: a smaller page may fit
    │   ├── TokenRepeated    a page token for the second time: begin the walk again
    │   ├── Endless          page after page that brings nothing: begin the walk again
    │   └── Emptied          no job at all, where some are here
    ├── CredentialsRefused   401, or 403 for a search of all jobs: stop, somebody has to look
    ├── RequestRefused       any other 4xx: what we asked for is wrong, or we may not have it
    │   └── TokenRefused     400, 403, 404, 409, 410, 422 where a page token was sent: begin the walk again
    └── NotFound             404 in the API's own envelope; a proxy's 404 is a BrokenReply
"""

from datetime import datetime


class UpstreamError(Exception):
    """Any failure of a request to the Jobs API; the text is fit for operators and holds no secret."""


class TryAgain(UpstreamError):
    """A failure that passes by itself; `after` is what the platform asked us to wait, in seconds.

    `status` is None where no answer came.
    """

    def __init__(self, text: str, *, after: float | None = None, status: int | None = None) -> None:
        super().__init__(text)
        self.after = after
        self.status = status


class BrokenReply(UpstreamError):
    """A reply that is not what the contract says."""


class TooLong(BrokenReply):
    """A reply that is longer than we take; asking again for the same gives the same."""


class TokenRepeated(BrokenReply):
    """A walk that the platform leads in a circle."""


class Endless(BrokenReply):
    """A walk that the platform does not let end."""


class Emptied(BrokenReply):
    """A search of all jobs that comes to its end and has brought none, where some are here."""


class CredentialsRefused(UpstreamError):
    """The platform does not take our token, or it may not do this."""


class RequestRefused(UpstreamError):
    """The platform does not take the request itself; `status` is None where it was not even asked."""

    def __init__(self, text: str, *, status: int | None = None) -> None:
        super().__init__(text)
        self.status = status


class TokenRefused(RequestRefused):
    """The platform no longer takes this page token."""


class NotFound(UpstreamError):
    """The platform says that there is no such job or group; `asked` and `counted` are as those of a `Page`."""

    def __init__(self, text: str, *, asked: datetime, counted: float) -> None:
        super().__init__(text)
        self.asked, self.counted = asked, counted
