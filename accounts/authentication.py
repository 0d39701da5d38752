"""The credentials of a request for REST views, and for plain views that scripts ask too."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.credentials import WAYS, CredentialsRefused, Identity, identify

REALM = 'Bearer realm="jobdeck"'
View = Callable[..., HttpResponseBase]


class Credentials(BaseAuthentication):
    """Any of the three kinds; `request.auth` is the `Identity`."""

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser | AnonymousUser, Identity] | None:
        """Tell who sends the request."""
        try:
            identity = identify(request._request)
        except CredentialsRefused as refused:
            raise AuthenticationFailed(str(refused)) from refused
        return None if identity is None else (identity.user, identity)

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - the base class gives it
        """What a 401 asks for."""
        return REALM


def credentials_required(verb: str) -> Callable[[View], View]:
    """Let only requests in that may do `verb`: scripts are told what is wrong, browsers are asked to sign in."""

    def decorate(view: View) -> View:
        @login_not_required
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **more: Any) -> HttpResponseBase:
            try:
                identity = identify(request)
            except CredentialsRefused as refused:
                return _plain(401, str(refused))
            if identity is None:
                if "text/html" in request.headers.get("Accept", ""):
                    return redirect_to_login(request.get_full_path())
                return _plain(401, WAYS)
            if not identity.may(verb):
                return _plain(403, f"The token does not allow {verb}.")
            return view(request, *args, **more)

        return checked

    return decorate


def _plain(status: int, text: str) -> HttpResponse:
    response = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    if status == 401:
        response["WWW-Authenticate"] = REALM
    return response
