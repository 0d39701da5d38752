"""What a request gets that failed here, or made no sense: a page, or the envelope under the API."""

import json
import sys
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import DisallowedHost, TooManyFieldsSent
from django.db import Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from psycopg.errors import DiskFull, QueryCanceled, ReadOnlySqlTransaction

RETRY_AFTER = 5
API = ("/api/", "/_api/", "/hooks/")


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What is said: a heading, and what to do about it."""

    status: int
    heading: str
    text: str


BUG = Failure(
    status=500, heading="Something is broken here", text="It is in the log. Nothing was lost; try again in a moment."
)
NO_DATABASE = Failure(
    status=503, heading="The database does not answer", text="Nothing was lost. Try again; /healthz says what answers."
)
NO_WRITES = Failure(
    status=503,
    heading="The database takes no writes",
    text="It is read-only, or its disk is full: whoever runs it has to look. What is here can be read all the same.",
)
TOO_SLOW = Failure(
    status=503, heading="This takes too long", text="The search was stopped. Narrow it by type, issuer or dates."
)
NO_SENSE = Failure(status=400, heading="This request makes no sense", text="Go back and try again.")
TOO_MANY = Failure(
    status=400,
    heading="There are too many parameters",
    text=f"Give {settings.DATA_UPLOAD_MAX_NUMBER_FIELDS} at most.",
)
WRONG_HOST = Failure(
    status=400, heading="Jobdeck does not know this host name", text="Whoever runs it can add it to ALLOWED_HOSTS."
)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer a request whose handling raised; called while that exception is being handled."""
    failure = _failure(sys.exc_info()[1])
    response = _answer(request, failure)
    if failure.status == 503:
        response["Retry-After"] = str(RETRY_AFTER)
    return response


def _failure(error: BaseException | None) -> Failure:
    """What is the matter, where it is the database; a bug of ours otherwise."""
    cause = error.__cause__ if isinstance(error, Error) else None
    if isinstance(cause, QueryCanceled):
        return TOO_SLOW
    if isinstance(cause, ReadOnlySqlTransaction | DiskFull):
        return NO_WRITES
    return NO_DATABASE if isinstance(error, OperationalError | InterfaceError) else BUG


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django itself refuses."""
    if isinstance(exception, TooManyFieldsSent):
        return _answer(request, TOO_MANY)
    return _answer(request, WRONG_HOST if isinstance(exception, DisallowedHost) else NO_SENSE)


def _answer(request: HttpRequest, failure: Failure) -> HttpResponse:
    if request.path.startswith(API):
        body = {"code": failure.status, "message": f"{failure.heading}. {failure.text}", "payload": None}
        content, type_ = json.dumps(body), "application/json; charset=utf-8"
    else:
        # Without a context of the request: that would ask the database.
        content, type_ = render_to_string("failed.html", {"failure": failure}), "text/html; charset=utf-8"
    return HttpResponse(content, status=failure.status, content_type=type_)
