"""What a request gets that failed here: a page or the API's envelope, and 503 where it is the database that failed."""

import json
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

RETRY_AFTER = 5
API = ("/api/", "/_api/")
MESSAGES = {500: "Something is broken here; it is in the log.", 503: "The database does not answer; try again."}


def failed(request: HttpRequest) -> HttpResponse:
    """Answer a request whose handling raised; called while that exception is being handled."""
    status = 503 if isinstance(sys.exc_info()[1], OperationalError | InterfaceError) else 500
    if request.path.startswith(API):
        body = json.dumps({"code": status, "message": MESSAGES[status], "payload": None})
        response = HttpResponse(body, status=status, content_type="application/json; charset=utf-8")
    else:
        response = HttpResponse(_page(status), status=status)
    if status == 503:
        response["Retry-After"] = str(RETRY_AFTER)
    return response


def _page(status: int) -> str:
    """The page, made without a context: that would ask the database."""
    return render_to_string(f"{status}.html")
