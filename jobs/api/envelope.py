"""The envelope of every reply (contract: "envelope"): `{"code": 0, "message": "OK", "payload": …}`."""

import json
from typing import Any

from django.http import Http404, HttpResponse
from rest_framework.exceptions import APIException
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.views import exception_handler

JSON = "application/json; charset=utf-8"


class AlwaysJson(DefaultContentNegotiation):
    """Every reply is JSON, whatever a client says that it accepts: the platform's own API asks nobody."""

    def get_accept_list(self, request: Request) -> list[str]:  # noqa: ARG002 - the base class gives it
        """Take anything as accepted."""
        return ["*/*"]


def reply(payload: str) -> HttpResponse:
    """A successful reply; `payload` is JSON already."""
    return HttpResponse(f'{{"code":0,"message":"OK","payload":{payload}}}', content_type=JSON)


def refusal(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """An error as the platform would say it: its status is also its code."""
    response = exception_handler(error, context)
    if response is None:
        return None
    body = {"code": response.status_code, "message": _message(error), "payload": None}
    answer = HttpResponse(json.dumps(body), status=response.status_code, content_type=JSON)
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if name in response.headers:
            answer[name] = response.headers[name]
    return answer


def _message(error: Exception) -> str:
    if isinstance(error, Http404):
        return "There is nothing here."
    detail = error.detail if isinstance(error, APIException) else str(error)
    return " ".join(map(str, detail)) if isinstance(detail, list) else str(detail)
