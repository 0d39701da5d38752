"""Who sends a request, and what they may do.

Three kinds of credentials: the platform's own token, bare in `Authorization` (contract: "JWT"), so that its clients
work against Jobdeck; a personal token, as `Bearer jd_…`; or the session of an operator who is signed in. A header
that is there and not valid is refused, even where a session would do.
"""

from dataclasses import dataclass
from typing import Any, Literal

import jwt
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest

from accounts import tokens

SEARCH, GET = "urn:service:job.search", "urn:service:job.get"
CLOCKS_DIFFER = 60
WAYS = "Send the platform's token as it is, a personal token as 'Bearer jd_…', or sign in."


class CredentialsRefused(Exception):
    """Credentials that are there and not valid; the text says why and what would be."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who sends a request. `verbs` are what the platform's token allows; empty is everything."""

    kind: Literal["platform", "token", "session"]
    user: AbstractBaseUser | AnonymousUser
    verbs: tuple[str, ...] = ()

    def may(self, verb: str) -> bool:
        """Tell whether `verb` (contract: "JWT", `aud`) is allowed."""
        return not self.verbs or verb in self.verbs


def identify(request: HttpRequest) -> Identity | None:
    """Tell who sends `request`; None where nobody says. Raise `CredentialsRefused`."""
    header = request.headers.get("Authorization", "").strip()
    scheme, _, rest = header.partition(" ")
    if not header:
        return Identity(kind="session", user=request.user) if request.user.is_authenticated else None
    if not rest:
        return _platform(header)
    if scheme.lower() == "bearer":
        return _personal(rest.strip())
    raise CredentialsRefused(f"The scheme {scheme[:20]!r} is not known. {WAYS}")


def _platform(token: str) -> Identity:
    """Check a token of the platform: HS256 alone, our issuer, not expired."""
    if not settings.MEDIA_PLATFORM_SHARED_SECRET:
        raise CredentialsRefused(f"Tokens of the platform cannot be checked: no shared secret is set. {WAYS}")
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            settings.MEDIA_PLATFORM_SHARED_SECRET,
            algorithms=["HS256"],
            issuer=f"urn:app:{settings.MEDIA_PLATFORM_APP_ID}",
            leeway=CLOCKS_DIFFER,
            options={"require": ["iss", "exp"], "verify_aud": False},
        )
    except jwt.PyJWTError as why:
        raise CredentialsRefused(f"The token is not valid: {why}. {WAYS}") from why
    if "event" in claims:
        raise CredentialsRefused(f"The token is a webhook of the platform, which opens nothing. {WAYS}")
    return Identity(kind="platform", user=AnonymousUser(), verbs=_verbs(claims.get("aud")))


def _verbs(audience: object) -> tuple[str, ...]:
    """The verbs of a token: a list, one, or none, which is all."""
    if isinstance(audience, str):
        return (audience,)
    if audience is None:
        return ()
    if not isinstance(audience, list) or not all(isinstance(verb, str) for verb in audience):
        raise CredentialsRefused("The token's aud must be a list of verbs.")
    return tuple(audience)


def _personal(text: str) -> Identity:
    token = tokens.find(text)
    if token is None:
        raise CredentialsRefused(f"There is no such personal token. {WAYS}")
    if token.state != "valid":
        raise CredentialsRefused(f"The personal token '{token.name}' is {token.state}; make a new one.")
    if not token.owner.is_active:
        raise CredentialsRefused("The owner of this personal token is not active.")
    return Identity(kind="token", user=token.owner)
