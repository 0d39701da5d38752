"""What the data folder gives to a setting that nobody made."""

import secrets
from pathlib import Path


def secret(home: Path, name: str) -> str:
    """The secret called `name` of this folder, made at the first call; only its owner can read it."""
    kept = home / "secrets" / name
    if not kept.exists():
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        half = kept.with_name(f"{name}.{secrets.token_hex(4)}")
        half.touch(mode=0o600)
        half.write_text(secrets.token_urlsafe(48))
        half.rename(kept)
    return kept.read_text()
