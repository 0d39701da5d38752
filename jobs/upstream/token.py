"""The token that every request carries (contract: "JWT")."""

import secrets
import time
from collections.abc import Callable

import jwt

LIFETIME = 600
BACKDATED = 10
RENEWED_BEFORE_END = 120


class TokenSource:
    """Makes a token once and gives it out until shortly before it expires."""

    def __init__(self, app_id: str, secret: str, *, clock: Callable[[], float] = time.time) -> None:
        self._subject = f"urn:app:{app_id}"
        self._secret = secret
        self._clock = clock
        self._token = ""
        self._expires = 0.0

    def token(self) -> str:
        """A token that is good for two minutes at least."""
        if self._clock() > self._expires - RENEWED_BEFORE_END:
            self._renew()
        return self._token

    def _renew(self) -> None:
        issued = int(self._clock()) - BACKDATED
        self._expires = issued + LIFETIME
        claims: dict[str, object] = {
            "iss": self._subject,
            "sub": self._subject,
            "aud": [],
            "obj": None,
            "iat": issued,
            "exp": issued + LIFETIME,
            "jti": secrets.token_hex(6),
        }
        self._token = jwt.encode(claims, self._secret, algorithm="HS256")
