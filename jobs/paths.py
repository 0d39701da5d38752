"""How a path is kept, so that searches and stored jobs mean the same by it."""

import re

LONGEST = 2000
LONGEST_FILE_ID = 500
SLASHES = re.compile("//+")
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str, longest: int) -> str:
    """Give `text` as a database column takes it: no U+0000, no half characters, at most `longest` bytes."""
    clean = text if text.isascii() and "\0" not in text else UNSTORABLE.sub("\ufffd", text)
    return clean if len(clean) * 4 <= longest else clean.encode()[:longest].decode(errors="ignore")


def normalised(path: str) -> str:
    """Give `path` with one slash between components, one before them and none behind; nothing stays nothing."""
    return storable(SLASHES.sub("/", f"/{path}").rstrip("/") or "/", LONGEST) if path else ""


def a_file_id(text: str) -> str:
    """Give a file id as it is kept."""
    return storable(text, LONGEST_FILE_ID)
