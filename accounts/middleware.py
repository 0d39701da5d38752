"""What somebody gets who is not signed in, or not any more."""

from urllib.parse import urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django_htmx.http import HttpResponseClientRefresh


class SignInRequired(LoginRequiredMiddleware):
    """Asks for a sign-in that leads back to a page.

    A part of a page is never exchanged for the sign-in: the whole page is loaded anew. A form that was sent leads
    back to the page that it stood on, since its own address cannot be looked at.
    """

    def handle_no_permission(  # type: ignore[override]
        self,
        request: HttpRequest,
        view_func: object,  # noqa: ARG002 - the base class gives it
    ) -> HttpResponseBase:
        """Answer such a request."""
        if request.headers.get("HX-Request"):
            return HttpResponseClientRefresh()
        if request.method in ("GET", "HEAD"):
            return redirect_to_login(request.get_full_path(), reverse("sign-in"))
        return redirect_to_login(_sent_from(request), reverse("sign-in"))


def _sent_from(request: HttpRequest) -> str:
    """The page of ours on which a form stood, or the first one."""
    page = urlsplit(request.headers.get("Referer", ""))
    return page._replace(scheme="", netloc="").geturl() if page.netloc == request.get_host() else reverse("home")
