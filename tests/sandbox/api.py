"""A client of nothing but HTTP, so that no code of Jobdeck is in these tests."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jwt
from requests import Response, get

from trials.platform import SandboxProcess


@dataclass(frozen=True, kw_only=False)
class Api:
    """The Jobs API of a running sandbox."""

    sandbox: SandboxProcess

    def token(self, **claims: Any) -> str:
        """A token of the sandbox's project; `claims` take precedence."""
        issued = int(time.time()) - 10
        held = {"iss": f"urn:app:{self.sandbox.app_id}", "iat": issued, "exp": issued + 600} | claims
        return jwt.encode(held, self.sandbox.secret, algorithm="HS256")

    def ask(self, path: str, /, header: str | None = None, **query: Any) -> Response:
        """Ask for `path` of the API."""
        headers = {"Authorization": self.token() if header is None else header}
        return get(f"{self.sandbox.url}/_api{path}", params=query, headers=headers, timeout=60, allow_redirects=False)

    def payload(self, path: str, /, **query: Any) -> Any:
        """The payload of a successful call."""
        reply = self.ask(path, **query)
        assert reply.status_code == 200, reply.text
        assert (reply.json()["code"], reply.json()["message"]) == (0, "OK")
        return reply.json()["payload"]

    def pages(self, **query: Any) -> Iterator[list[dict[str, Any]]]:
        """Every page of a search."""
        token = None
        while True:
            payload = self.payload("/jobs", **query, **({"nextPageToken": token} if token else {}))
            yield payload["jobs"]
            token = payload["nextPageToken"]
            if token is None:
                return

    def walk(self, **query: Any) -> list[dict[str, Any]]:
        """Every job of a search."""
        return [job for page in self.pages(**query) for job in page]
