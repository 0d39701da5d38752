"""Makes personal tokens and finds them again."""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from accounts.models import AccessToken

PREFIX = "jd_"
HINT = 4
LIFETIMES = (7, 30, 90, 365)
MOST = 50


def make(owner: User, *, name: str, days: int) -> tuple[AccessToken, str]:
    """Make a token for `owner` that lasts for `days`; give it with its text, which is nowhere kept."""
    text = PREFIX + secrets.token_urlsafe(32)
    token = AccessToken.objects.create(
        owner=owner,
        name=name,
        digest=_digest(text),
        hint=text[-HINT:],
        expires=timezone.now() + timedelta(days=days),
    )
    return token, text


def find(text: str) -> AccessToken | None:
    """The token whose text this is, whatever its state."""
    return AccessToken.objects.select_related("owner").filter(digest=_digest(text)).first()


def _digest(text: str) -> str:
    """The hash of a token: it is random and long, so that nothing slow is needed."""
    return hashlib.sha256(text.encode()).hexdigest()
