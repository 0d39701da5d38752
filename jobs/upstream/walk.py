"""A way through jobs, and what is asked of the platform on it (contract: "Search")."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A way through all jobs, or those of a `type`, a `status`, an `issuer`, in pages of at most `page_size`."""

    order_by: Literal["dateCreated", "dateUpdated"]
    ascending: bool
    page_size: int
    type: str = ""
    status: str = ""
    issuer: str = ""

    def parameters(self, token: str | None) -> dict[str, str]:
        """The query of the page that `token` leads to, in the contract's first spelling."""
        query = {"orderBy": self.order_by, "pageSize": str(self.page_size)}
        query["orderDirection"] = "asc" if self.ascending else "des"
        query |= {name: value for name in ("type", "status", "issuer") if (value := getattr(self, name))}
        return query if token is None else {**query, "nextPageToken": token}


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A request for one page: the first of `walk`, or the one that `token` leads to."""

    walk: Walk
    token: str | None = None
