"""What a search can ask of a job, and how a planted record is read for it."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a search can ask of a job, and which oddity it was dealt."""

    id: str
    group: str
    type: str
    status: str
    issuer: str | None
    path: str
    file_id: str
    odd: str = ""

    @property
    def ended(self) -> bool:
        """Whether the job has come to its end."""
        return self.status in ("success", "error")

    def holds(self, name: str, value: str) -> bool:
        """Whether the job passes one filter of a search."""
        match name:
            case "path":
                return self.path == value or self.path.startswith(value.rstrip("/") + "/")
            case "groupId":
                return self.group == value
            case "fileId":
                return self.file_id == value
        return value == {"type": self.type, "status": self.status, "issuer": self.issuer}[name]


def of_record(raw: bytes) -> Facts:
    """Read a record; one without a group is a group of its own."""
    read = members(raw)
    sources = read.get("sources")
    source = sources[0] if isinstance(sources, list) and sources and isinstance(sources[0], dict) else {}
    texts = {name: str(read.get(name) or "") for name in ("id", "type", "status", "issuer")}
    path, file_id = str(source.get("path") or ""), str(source.get("fileId") or "")
    return Facts(group=str(read.get("groupId") or "") or texts["id"], path=path, file_id=file_id, **texts)


def members(raw: bytes) -> dict[str, object]:
    """Read a record; one that is no JSON object has no members."""
    try:
        read = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def is_json(raw: bytes) -> bool:
    """Whether a record can stand in a JSON text."""
    try:
        json.loads(raw.decode())
    except (ValueError, RecursionError):
        return False
    return True
