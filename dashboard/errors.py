"""What a request gets that failed here, or made no sense: a page, or the envelope under the API."""

import json
import sys
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import DisallowedHost, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from psycopg.errors import QueryCanceled

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
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        response = _answer(request, TOO_SLOW if isinstance(error.__cause__, QueryCanceled) else NO_DATABASE)
        response["Retry-After"] = str(RETRY_AFTER)
        return response
    return _answer(request, BUG)


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
