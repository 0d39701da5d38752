"""Secrets of a job, masked before anything else sees them (contract: "Secrets ride in jobs").

What is masked: everything under `externalAuthorization.headers` and `callback.headers`, and the query,
fragment and userinfo of `callback.url` and `sourceUrl`, at any depth. A secret that the job repeats elsewhere,
as in an error message that quotes its source, is masked there too. In its place stands
`masked-` and 16 hex digits: a keyed fingerprint, so that a change of the secret is noticed.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from jobs.upstream import split

PREFIX = "masked-"
MASKED = re.compile(rf"{PREFIX}[0-9a-f]{{16}}")
SHORTEST_REPEATED = 6
SEVERAL_WORDS = re.compile(r"\s|://")

ADDRESS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)(?:[^\s/?#@]*@)?(?P<rest>[^\s?#]*)(?:[?#]\S*)?")

Json = Any
SECRET_MEMBERS = ("sourceUrl", "externalAuthorization", "callback")


class Masker:
    """Masks the secrets of one job after another, with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = hashlib.blake2b(key, digest_size=32).digest()

    def mask(self, job: Json) -> Json:
        """Give `job` without its secrets: the same object where it has none."""
        run = _Run(key=self._key)
        masked = run.walk(job)
        return run.without_repeats(masked) if run.whole else masked

    def mask_text(self, record: bytes) -> bytes:
        """Give the text of a record that no parser reads without its secrets: too much goes rather than too little."""
        run = _Run(key=self._key)
        spans = list(split.values_of(record, frozenset(SECRET_MEMBERS)))
        for start, end in spans:
            for secret in split.strings(record[start:end]):
                run.address(secret)
                run.mark(secret)
        for start, end in reversed(spans):
            mark = run.mark(record[start:end].decode("latin-1"))
            record = b'%b"%b"%b' % (record[:start], mark.encode(), record[end:])
        rest = run.without_repeats(record.decode("utf-8", "surrogateescape")) if run.whole else None
        return record if rest is None else rest.encode("utf-8", "surrogateescape")


@dataclass(frozen=True, kw_only=True)
class _Run:
    """The secrets found in one job: `whole` ones, and their `parts`, each with its mark."""

    key: bytes
    whole: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)

    def walk(self, value: Json) -> Json:
        """Mask what the rules name, wherever it stands in `value`."""
        if isinstance(value, dict):
            return _mapped(value, lambda name, item: _RULES.get(name, _Run.walk)(self, item))
        if isinstance(value, list):
            return _listed(value, self.walk)
        return value

    def callback(self, value: Json) -> Json:
        """Mask headers and address; a callback that is no object is taken for an address."""
        if not isinstance(value, dict):
            return self.address(value)
        rules = {"headers": _Run.leaves, "url": _Run.address}
        return _mapped(value, lambda name, item: rules.get(name, _Run.walk)(self, item))

    def leaves(self, value: Json) -> Json:
        """Mask every value in `value`; names, as of headers, stay."""
        if isinstance(value, dict):
            return _mapped(value, lambda _, item: self.leaves(item))
        if isinstance(value, list):
            return [self.leaves(item) for item in value]
        return value if value is None or value == "" else self.mark(str(value))

    def address(self, value: Json) -> Json:
        """Mask userinfo, query and fragment of an address, and all of what is none."""
        if not isinstance(value, str):
            return self.leaves(value)
        try:
            netloc = urlsplit(value).netloc
        except ValueError:
            return self.mark(value)
        rest, hash_, fragment = value.partition("#")
        rest, question, query = rest.partition("?")
        userinfo, at, _ = netloc.rpartition("@")
        if userinfo:
            rest = rest.replace(userinfo + at, self.mark(userinfo) + at, 1)
        return rest + question + self.mark(query) + hash_ + self.mark(fragment)

    def mark(self, secret: str) -> str:
        """The mark that stands for `secret`; nothing and a mark stand for themselves."""
        if not secret or MASKED.fullmatch(secret):
            return secret
        data = secret.encode("utf-8", "surrogatepass")
        mark = PREFIX + hashlib.blake2b(data, key=self.key, digest_size=8).hexdigest()
        self.whole[secret] = mark
        for part in re.split(r"[\s:&=;]+", secret):
            self.parts.update({part: mark, unquote(part): mark})
        return mark

    def without_repeats(self, value: Json) -> Json:
        """Replace a whole secret in any text of `value`, and a part of one in texts of several words."""
        marks = self.parts | self.whole
        anywhere, in_words = _long(self.whole), _long(marks)

        def replaced(item: Json) -> Json:
            if isinstance(item, str):
                secrets = in_words if SEVERAL_WORDS.search(item) else anywhere
                return _marked(item, secrets, marks) if any(secret in item for secret in secrets) else item
            if isinstance(item, dict):
                return _mapped(item, lambda _, inner: replaced(inner))
            return _listed(item, replaced) if isinstance(item, list) else item

        return replaced(value)


def without_address_secrets(text: str) -> str:
    """Give a message with the userinfo, query and fragment of every address in it cut off."""
    return ADDRESS.sub(r"\g<scheme>\g<rest>", text)


_RULES: dict[str, Callable[[_Run, Json], Json]] = {
    "sourceUrl": _Run.address,
    "externalAuthorization": _Run.leaves,
    "callback": _Run.callback,
}


def _mapped(value: dict[str, Json], change: Callable[[str, Json], Json]) -> dict[str, Json]:
    """`value` with every member changed: the same object where none is."""
    changed = {name: change(name, item) for name, item in value.items()}
    return changed if any(changed[name] is not value[name] for name in value) else value


def _listed(value: list[Json], change: Callable[[Json], Json]) -> list[Json]:
    """`value` with every element changed: the same object where none is."""
    changed = [change(item) for item in value]
    return changed if any(a is not b for a, b in zip(changed, value, strict=True)) else value


def _long(secrets: Iterable[str]) -> list[str]:
    """Those of `secrets` that are long enough to be no chance, the longest first."""
    return sorted((secret for secret in secrets if len(secret) >= SHORTEST_REPEATED), key=len, reverse=True)


def _marked(text: str, secrets: list[str], marks: dict[str, str]) -> str:
    """`text` with a mark in the place of each of `secrets`."""
    return re.sub("|".join(map(re.escape, secrets)), lambda match: marks[match[0]], text)
