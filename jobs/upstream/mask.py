"""Secrets of a job, masked before anything else sees them (contract: "Secrets ride in jobs").

What is masked: everything under `externalAuthorization` and `callback.headers`, and the userinfo, query and fragment
of `callback.url` and `sourceUrl`, at any depth. Where a secret stands again in a free text, it is masked there too;
ids, states, dates and paths are never touched, since a job is found by them. In a secret's place stands `masked-` and
16 hex digits: a keyed fingerprint, so that a change of the secret is noticed.

It works on the text of a record, string by string, so that it does not matter whether a parser reads the record, a
member occurs twice, or how a number is spelled: what is not masked stays as it came, byte for byte.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from jobs.upstream import address, split
from jobs.upstream.repeats import Repeats

PREFIX = "masked-"
MASKED = re.compile(rf"{PREFIX}[0-9a-f]{{16}}")
MAY_HOLD_SECRETS = re.compile(rb"sourceUrl|externalAuthorization|callback|\\u00", re.IGNORECASE)
HEADER_NAME = re.compile(r"[\w!#$%&'*+.^`|~-]*", re.ASCII)


class Rule(Enum):
    """What becomes of the strings in a place."""

    FREE = auto()  # repeats of secrets are masked
    KEPT = auto()  # nothing is
    SECRET = auto()  # everything is
    ADDRESS = auto()  # parts of an address are; everything in what is none
    CALLBACK = auto()  # as the names of its members say; a text by itself is an address


AT_THE_TOP = {
    name.lower(): Rule.KEPT
    for name in ("id", "groupId", "type", "status", "issuer", "dateCreated", "dateUpdated", "flowId", "sources")
}
ANYWHERE = {
    "sourceurl": Rule.ADDRESS,
    "externalauthorization": Rule.SECRET,
    "callback": Rule.CALLBACK,
    **dict.fromkeys(("path", "directory", "fileid", "bucket", "mimetype", "pathinarchive", "quality"), Rule.KEPT),
}
IN_A_CALLBACK = {"headers": Rule.SECRET, "url": Rule.ADDRESS}


class Masker:
    """Masks the secrets of one record after another, with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = hashlib.blake2b(key, digest_size=32).digest()

    def mask(self, record: bytes) -> bytes:
        """Give the text of a record without its secrets: the same bytes where it has none."""
        if not MAY_HOLD_SECRETS.search(record):
            return record
        run = _Run(key=self._key)
        found = [(piece, run.masked(piece)) for piece in _pieces(record)]
        again = run.repeats.replacer([text for piece, text in found if piece.may_repeat])
        if again is not None:
            found = [(piece, again(text) if piece.may_repeat else text) for piece, text in found]
        return _spliced(record, found)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Piece:
    """A name or a value between `start` and `end` of a record, as a text, and the rule of its place."""

    start: int
    end: int
    text: str
    rule: Rule
    is_name: bool

    @property
    def may_repeat(self) -> bool:
        """Tell whether a secret may stand here again; a name that is a plain word is none."""
        return self.rule is Rule.FREE and not (self.is_name and self.text.isalpha())


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One record under way: what of its secrets is known."""

    key: bytes
    repeats: Repeats = field(default_factory=Repeats)

    def masked(self, piece: _Piece) -> str:
        """Mask what stands in this place, and learn the secret; repeats come later."""
        text = piece.text
        if piece.is_name:
            return self.mark(text) if piece.rule is Rule.SECRET and not HEADER_NAME.fullmatch(text) else text
        match piece.rule:
            case Rule.SECRET:
                return self.mark(text)
            case Rule.ADDRESS:
                return address.masked(text, self.mark, self.userinfo)
            case Rule.CALLBACK if re.search("//|[@?]", text):
                return address.masked(text, self.mark, self.userinfo)
            case Rule.KEPT:
                self.repeats.own.add(text)
        return text

    def mark(self, secret: str) -> str:
        """The mark that stands for `secret`; nothing and a mark stand for themselves."""
        if not secret or MASKED.fullmatch(secret):
            return secret
        data = secret.encode("utf-8", "surrogatepass")
        mark = PREFIX + hashlib.blake2b(data, key=self.key, digest_size=8).hexdigest()
        self.repeats.learn(secret, mark)
        return mark

    def userinfo(self, text: str) -> str:
        """The mark that stands for a name and a password."""
        mark = self.mark(text)
        if mark != text:
            self.repeats.learn_userinfo(text, mark)
        return mark


def _pieces(record: bytes) -> Iterator[_Piece]:
    """Give every name and every single value of a record, each with the rule of its place."""
    rule = Rule.FREE if record.lstrip()[:1] == b"{" else Rule.CALLBACK
    places = [rule]  # the rule of each container that is open
    for token in split.TOKEN.finditer(record):
        kind = token[0][:1]
        if kind in b"{[":
            places.append(rule)
        elif kind in b"}]":
            rule = places.pop() if len(places) > 1 else rule
        elif kind == b",":
            rule = places[-1]
        elif kind != b":":
            is_name = kind == b'"' and split.is_name(record, token.end())
            piece = _piece(token, places[-1] if is_name else rule, is_name=is_name)
            yield piece
            if is_name:
                rule = _inside(places[-1], piece.text, top=len(places) == 2)


def _piece(token: re.Match[bytes], rule: Rule, *, is_name: bool) -> _Piece:
    """Read a token; a number, true or false is a secret where a text would be one, and nothing elsewhere."""
    if token[0][:1] == b'"':
        text = split.name(token[0])
    else:
        text = token[0].decode("utf-8", "replace")
        rule = Rule.SECRET if rule in (Rule.SECRET, Rule.ADDRESS) and text != "null" else Rule.KEPT
    return _Piece(start=token.start(), end=token.end(), text=text, rule=rule, is_name=is_name)


def _inside(place: Rule, name: str, *, top: bool) -> Rule:
    """The rule for the member `name` of an object in this place."""
    word = name.lower()
    if place in (Rule.SECRET, Rule.ADDRESS):
        return Rule.SECRET
    if place is Rule.CALLBACK and word in IN_A_CALLBACK:
        return IN_A_CALLBACK[word]
    if top and word in AT_THE_TOP:
        return AT_THE_TOP[word]
    return ANYWHERE.get(word, Rule.KEPT if place is Rule.KEPT else Rule.FREE)


def _spliced(record: bytes, found: list[tuple[_Piece, str]]) -> bytes:
    """Put the texts that have changed into their places."""
    parts, at = [], 0
    for piece, text in found:
        if text != piece.text:
            parts += [record[at : piece.start], json.dumps(text).encode()]
            at = piece.end
    return b"".join([*parts, record[at:]])
