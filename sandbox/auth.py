"""Checks the token of a request, and signs what the platform sends (contract: "JWT", "Push")."""

from typing import Any

import jwt


class Denied(Exception):
    """A request that is answered with `status`, 401 or 403."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Guard:
    """Knows one project's app id and shared secret, which may be changed."""

    def __init__(self, app_id: str, secret: str) -> None:
        self._issuer, self.secret = f"urn:app:{app_id}", secret

    def check(self, header: str | None, verb: str) -> None:
        """Let a request with this `Authorization` header pass, or raise `Denied`."""
        if not header or " " in header:
            raise Denied(401, "the Authorization header must be the bare token")
        try:
            claims = jwt.decode(
                header,
                self.secret,
                algorithms=["HS256"],
                issuer=self._issuer,
                options={"verify_aud": False, "require": ["exp", "iss"]},
            )
        except jwt.PyJWTError as why:
            raise Denied(401, f"the token is not valid: {why}") from why
        verbs = claims.get("aud") or []
        if verbs and verb not in ([verbs] if isinstance(verbs, str) else verbs):
            raise Denied(403, f"the token does not allow {verb}")

    def sign(self, claims: dict[str, Any]) -> str:
        """Make a token of the project's own."""
        return jwt.encode({"iss": self._issuer, **claims}, self.secret, algorithm="HS256")
