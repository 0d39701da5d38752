"""Cuts JSON into its pieces without reading them: for a page in which one record is broken.

A strict parser gives up on a whole page for one lone surrogate or one record that is nested a thousand deep.
Here only strings and brackets count, nothing recurses, and every piece comes out byte for byte.
"""

import json
import re
from collections.abc import Iterator

# A string that never ends is one too, up to the end: looking for another one behind each quote would take for ever.
STRING = rb'"(?:[^"\\]++|\\.?)*+(?:"|\Z)'
TOKEN = re.compile(STRING + rb"|[\[\]{},:]", re.DOTALL)
OPENS, CLOSES = b"[{", b"]}"


class Unbalanced(ValueError):
    """Not one object or one list, whole."""


def elements(text: bytes) -> list[bytes]:
    """Give the elements of a list."""
    return [text[start:end].strip() for start, end, _ in _pieces(text, b"[")]


def members(text: bytes) -> dict[str, bytes]:
    """Give the members of an object; of two with one name the last, as other readers do."""
    found = {}
    for start, end, colon in _pieces(text, b"{"):
        if colon < 0:
            raise Unbalanced("a member has no name")
        found[name(text[start:colon].strip())] = text[colon + 1 : end].strip()
    return found


def name(token: bytes) -> str:
    """Read the string `token`, whatever stands in it."""
    if b"\\" not in token and token[-1:] == b'"' and len(token) > 1:
        return token[1:-1].decode("utf-8", "replace")
    try:
        return str(json.loads(token.decode("utf-8", "replace"), strict=False))
    except ValueError:
        return token.decode("utf-8", "replace")


def _pieces(text: bytes, opening: bytes) -> Iterator[tuple[int, int, int]]:
    """Give begin, end and first colon (or -1) of each piece between the outermost brackets."""
    if text.lstrip()[:1] != opening:
        raise Unbalanced(f"it does not begin with {opening.decode()}")
    start, colon = text.index(opening) + 1, -1
    for token in _outermost(text):
        if token[0] == b":":
            colon = token.start() if colon < 0 else colon
            continue
        if token[0] == b"," or text[start : token.start()].strip():
            yield start, token.start(), colon
        start, colon = token.end(), -1


def _outermost(text: bytes) -> Iterator[re.Match[bytes]]:
    """Give the commas and colons directly between the outermost brackets, and the closing one."""
    depth = 0
    for token in TOKEN.finditer(text):
        depth += (token[0] in OPENS) - (token[0] in CLOSES)
        if depth == 1 and token[0] in b",:":
            yield token
        if depth == 0:
            yield token
            break
    if depth or text[token.end() :].strip():
        raise Unbalanced("it ends too early" if depth else "something follows its end")
