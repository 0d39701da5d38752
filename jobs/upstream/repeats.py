"""Finds a secret again where a job repeats it, as an error message that quotes its source does.

What is looked for are secrets, their parts, and both as they read when they are escaped. Words that tell nobody
anything are not secrets, wherever they stand: a header may well say `success`, `application/json` or the job's own id.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote, quote_plus, unquote, unquote_plus

SHORTEST, SHORTEST_PASSWORD, LONG = 6, 4, 12
MOST = 100
MOST_WORK = 1 << 30  # characters to compare, a second's worth
SEPARATORS = re.compile(r"""[\s,;:=|"'&<>]+""")
NEVER_ESCAPED = re.compile(r"[\w.~-]+", re.ASCII)
ORDINARY = re.compile(
    r"[A-Za-z][a-z]{0,14}|[A-Z]{1,14}"  # a word
    r"|(?:application|audio|font|image|multipart|text|video|\*)/[\w.+*-]+(?:;.*)?"  # a media type
    r"|[\d.,:+-]{1,11}|\d{4}-\d\d-\d\dT[\d:.]+Z?"  # a number, a date
    r"|urn:[\w:.-]+",
    re.ASCII,
)


class Repeats:
    """The secrets of one job, each with its mark; `own` are the job's ids and states, which are none."""

    def __init__(self) -> None:
        self.own: set[str] = set()
        self._marks: dict[str, str] = {}

    def learn(self, secret: str, mark: str) -> None:
        """Look for `secret` and its parts from now on."""
        if not ORDINARY.fullmatch(secret):
            for word in {secret, *_parts(secret)}:
                self._add(word, mark)

    def learn_userinfo(self, userinfo: str, mark: str) -> None:
        """Look for a name and a password, the password even where it is short or ordinary."""
        self.learn(userinfo, mark)
        self._add(base64.b64encode(userinfo.encode("utf-8", "surrogatepass")).decode(), mark)
        password = userinfo.partition(":")[2]
        if len(password) >= SHORTEST_PASSWORD:
            self._marks.update((form, mark) for form in _forms(password))

    def may_be_in(self, text: str) -> bool:
        """Tell whether anything that is looked for stands in `text`, which has no escapes."""
        lowered = text.lower()
        return self._is_too_much(lowered) or any(word.lower() in lowered for word in self._marks)

    def replacer(self, texts: Iterable[str]) -> Callable[[str], str] | None:
        """Give what puts marks into `texts`, whole ones where too much repeats; None where nothing does."""
        known = {word.lower(): mark for word, mark in self._marks.items() if word not in self.own}
        everything = "\n".join(texts).lower() if known else ""
        too_much = self._is_too_much(everything)
        marks = known if too_much else {word: mark for word, mark in known.items() if word in everything}
        if not marks:
            return None
        any_mark = next(iter(marks.values()))
        if too_much or len(marks) > MOST:
            return lambda text: any_mark if len(text) >= SHORTEST else text
        words = sorted(marks, key=len, reverse=True)
        pattern = re.compile("|".join(map(_bounded, words)), re.IGNORECASE)
        return lambda text: pattern.sub(lambda found: marks.get(found[0].lower(), any_mark), text)

    def _is_too_much(self, text: str) -> bool:
        return len(self._marks) * len(text) > MOST_WORK

    def _add(self, word: str, mark: str) -> None:
        if len(word) >= SHORTEST and not ORDINARY.fullmatch(word):
            self._marks.update((form, mark) for form in _forms(word) if len(form) >= SHORTEST)


def _parts(secret: str) -> Iterator[str]:
    """The words of a header, the values of a query, and what HTTP's own escape for credentials hides."""
    for word in secret.split():
        yield word
        yield from _decoded(word)
    for pair in re.split("[&;]", secret):
        yield unquote_plus(pair.partition("=")[2])
    yield from SEPARATORS.split(secret)


def _decoded(word: str) -> Iterable[str]:
    try:
        text = base64.b64decode(word, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ()
    return (text, text.partition(":")[2]) if ":" in text and text.isprintable() else ()


def _forms(word: str) -> set[str]:
    """A word as it reads raw, in an address, out of one, and in JSON within a text."""
    if NEVER_ESCAPED.fullmatch(word):
        return {word}
    safe = word.encode("utf-8", "replace").decode()
    in_json = json.dumps(word)[1:-1]
    return {
        word,
        quote(safe, safe=""),
        quote(safe),
        quote_plus(safe),
        unquote(word),
        unquote_plus(word),
        in_json,
        in_json.replace("/", r"\/"),
    }


def _bounded(word: str) -> str:
    """A short word counts as a whole one only: within another it is chance."""
    pattern = re.escape(word)
    return pattern if len(word) >= LONG else rf"(?<!\w){pattern}(?!\w)"
