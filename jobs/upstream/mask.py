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
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from jobs.upstream import address, split
from jobs.upstream.repeats import Repeats

PREFIX = "masked-"
MASKED = re.compile(rf"{PREFIX}[0-9a-f]{{16}}")
HEADER_NAME = re.compile(r"[\w!#$%&'*+.^`|~-]*", re.ASCII)
HOLDS = re.compile(rb'"(?:sourceurl|externalauthorization|callback)"\s*+:\s*+(?!null)')
HIDES = re.compile(rb"\\u00[0-7]")  # a letter of a name may be written so
# A text, a bracket, anything else, where it is a member's with the name before it: `lastindex` tells which it is.
TOKEN = re.compile(
    rb"(?:(%b)\s*+:\s*+)?(?:(%b)|([\[{])|([\]}])|([^\s\"\[\]{},:]++)|(?(1)|(?!)))" % (split.STRING, split.STRING),
    re.DOTALL,
)
LONGEST_NAME = 200  # of bytes: those with a meaning are shorter, even when every letter is escaped
NAME, TEXT, OPENS, CLOSES, OTHER = range(1, 6)


class Rule(IntEnum):
    """What becomes of the strings in a place."""

    FREE = 0  # repeats of secrets are masked
    KEPT = 1  # nothing is
    SECRET = 2  # everything is
    ADDRESS = 3  # parts of an address are; everything in what is none
    CALLBACK = 4  # as the names of its members say; a text by itself is an address


KEPT, FREE = frozenset({Rule.KEPT}), frozenset({Rule.FREE})
MASKED_BY_PLACE = frozenset({Rule.SECRET, Rule.ADDRESS, Rule.CALLBACK})

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
        if not may_hold_secrets(record):
            return record
        secrets = _places(record, MASKED_BY_PLACE)
        if not secrets:
            return record
        run = _Run(key=self._key)
        masked = _spliced(record, [(place, run.masked(_text(record, place), place)) for place in secrets])
        if b"\\" not in masked and not run.repeats.may_be_in(masked.decode("utf-8", "replace")):
            return masked
        return _spliced(masked, _repeated(masked, run.repeats))


def may_hold_secrets(record: bytes) -> bool:
    """Tell whether it is worth the time to walk through a record: most have no such member, or null in it."""
    lowered = record.lower()
    return bool(HOLDS.search(lowered) or HIDES.search(lowered)) or lowered.lstrip()[:1] != b"{"


class _Place(NamedTuple):
    """Where in a record a name or a single value stands, and what becomes of it there."""

    start: int
    end: int
    rule: Rule
    is_name: bool


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One record under way: what of its secrets is known."""

    key: bytes
    repeats: Repeats = field(default_factory=Repeats)

    def masked(self, text: str, place: _Place) -> str:
        """Mask what stands in this place, and learn the secret."""
        if place.is_name:
            return text if place.rule is not Rule.SECRET or HEADER_NAME.fullmatch(text) else self.mark(text)
        if place.rule is Rule.SECRET:
            return self.mark(text)
        if place.rule is Rule.CALLBACK and not re.search("//|[@?]", text):
            return text
        return address.masked(text, self.mark, self.userinfo)

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


def _places(record: bytes, wanted: frozenset[Rule]) -> list[_Place]:
    """Find the names and single values of a record that stand where one of the `wanted` rules holds."""
    found: list[_Place] = []
    outermost = Rule.FREE if record.lstrip()[:1] == b"{" else Rule.CALLBACK
    open_ = [outermost]  # the rule of each container that is open
    for token in TOKEN.finditer(record):
        kind, rule = token.lastindex, open_[-1]
        if name := token[NAME]:
            if rule in wanted:
                found.append(_Place(*token.span(NAME), rule, True))
            rule = _inside(rule, name[:LONGEST_NAME], top=len(open_) == 2)
        if kind == OPENS:
            open_.append(rule)
        elif kind == CLOSES and len(open_) > 1:
            open_.pop()
        elif rule in wanted and kind == TEXT:
            found.append(_Place(*token.span(TEXT), rule, False))
        elif rule in wanted and kind == OTHER and rule in (Rule.SECRET, Rule.ADDRESS) and token[OTHER] != b"null":
            found.append(_Place(*token.span(OTHER), Rule.SECRET, False))
    return found


def _text(record: bytes, place: _Place) -> str:
    """What stands in a place; a number, true or false as it is written."""
    token = record[place.start : place.end]
    return split.name(token) if token[:1] == b'"' else token.decode("utf-8", "replace")


def _repeated(record: bytes, repeats: Repeats) -> list[tuple[_Place, str]]:
    """The texts of free places in which a secret stands again; a name that is a plain word is none."""
    repeats.own.update(_text(record, place) for place in _places(record, KEPT))
    free = [(place, _text(record, place)) for place in _places(record, FREE)]
    free = [(place, text) for place, text in free if not (place.is_name and text.isalpha())]
    again = repeats.replacer(text for _, text in free)
    return [] if again is None else [(place, again(text)) for place, text in free]


@lru_cache(maxsize=1000)
def _inside(place: Rule, name: bytes, *, top: bool) -> Rule:
    """The rule for the member with the name token `name` of an object in this place."""
    word = split.name(name).lower()
    if place in (Rule.SECRET, Rule.ADDRESS):
        return Rule.SECRET
    if place is Rule.CALLBACK and word in IN_A_CALLBACK:
        return IN_A_CALLBACK[word]
    if top and word in AT_THE_TOP:
        return AT_THE_TOP[word]
    return ANYWHERE.get(word, Rule.KEPT if place is Rule.KEPT else Rule.FREE)


def _spliced(record: bytes, masked: list[tuple[_Place, str]]) -> bytes:
    """Put texts into their places; what has not changed stays as it was written."""
    parts, at = [], 0
    for place, text in masked:
        if text != _text(record, place):
            parts += [record[at : place.start], json.dumps(text).encode()]
            at = place.end
    return b"".join([*parts, record[at:]])
