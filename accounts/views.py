"""Signing in and out, the password, and an operator's tokens."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import tokens
from accounts.forms import TokenForm
from accounts.models import AccessToken


class SignIn(LoginView):
    """The page that everybody sees who is not signed in."""

    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True


class Password(PasswordChangeView):
    """An operator's own password; their tokens stay valid, and the page says so."""

    template_name = "accounts/password.html"
    success_url = reverse_lazy("password")

    def form_valid(self, form: object) -> HttpResponse:
        """Say that it is done."""
        messages.success(self.request, "Your password is changed. Other browsers are signed out.")
        return super().form_valid(form)  # type: ignore[arg-type]


def locked_out(request: HttpRequest, *_: object, **__: object) -> HttpResponse:
    """Answer somebody who has tried too often."""
    return render(request, "accounts/locked_out.html", {"rest": settings.AXES_COOLOFF_TIME}, status=429)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def token_list(request: HttpRequest) -> HttpResponse:
    """The operator's tokens; a new one is shown on the answer to its form, and never again."""
    assert isinstance(request.user, User)
    form, made = TokenForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        if request.user.tokens.filter(revoked=None, expires__gt=timezone.now()).count() >= tokens.MOST:
            form.add_error(None, f"You have {tokens.MOST} valid tokens; revoke one first.")
        else:
            _, made = tokens.make(request.user, **form.cleaned_data)
            form = TokenForm()
    found = request.user.tokens.all()[: 2 * tokens.MOST]
    status = 400 if form.errors else 200
    return render(request, "accounts/tokens.html", {"form": form, "made": made, "tokens": found}, status=status)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one of the operator's own tokens."""
    token = get_object_or_404(AccessToken, pk=pk, owner=request.user)
    AccessToken.objects.filter(pk=token.pk, revoked=None).update(revoked=timezone.now())
    messages.success(request, f"The token '{token.name}' is revoked.")
    return redirect("tokens")
