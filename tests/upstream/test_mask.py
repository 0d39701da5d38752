"""`jobs.upstream.mask`: no secret survives, and nothing else changes."""

import base64
import json
import re
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.upstream.address import without_address_secrets
from jobs.upstream.mask import MASKED, Masker

masker = Masker(b"tests")
SECRET = "CANARY-4f2a/+="
WORD = "CANARY-4f2a"
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def masked(job: Any, by: Masker = masker) -> Any:
    return json.loads(by.mask(json.dumps(job).encode()))


def hook(**headers: Any) -> dict[str, Any]:
    return {"url": "https://hooks.example.com/done", "headers": headers}


@pytest.mark.parametrize(
    "job",
    [
        {"specification": {"externalAuthorization": {"headers": {"Authorization": f"Bearer {WORD}"}}}},
        {"specification": {"externalAuthorization": WORD}},
        {"specification": {"externalAuthorization": {"headers": [[{"name": WORD}]]}}},
        {"callback": {"headers": {"x": [WORD]}, "url": f"https://me:{WORD}@host/path?token={WORD}#{WORD}"}},
        {"callback": f"https://host/?{WORD}"},
        {"callback": [f"https://host/?{WORD}"]},
        {"CallBack": {"Url": f"https://host/?{WORD}", "HEADERS": {"x": WORD}}},
        {"callback": {"headers": {f"Authorization: {WORD}": None}}},
        {"deep": [{"down": [{"sourceUrl": f"//{WORD}@host/"}]}]},
        [{"callback": {"headers": {"x": WORD}}}],
        [f"callback https://host/?{WORD}"],
    ],
)
def test_a_secret_is_masked_wherever_it_stands(job: Any) -> None:
    text = json.dumps(masked(job))
    assert WORD not in text
    assert re.search("masked(-[0-9a-f]{16})?", text)


@pytest.mark.parametrize(
    "address",
    [
        "https://host/a?X-Amz-Signature={}",
        "https://me:{}@host/a",
        "https://{}@host/a",
        "https://host/a#{}",
        "https://[bad/{}",
        "https://u:{}/x@host/a",
        "https://u:{}?x@host/a",
        "https://u:{}#x@host/a",
        "https://u:123/{}@host/a",
        "https://u:123?{}@host/a",
        "https://u:p@{}@host/a",
        "u:{}@host/a",
        "https://u:{}\t@host/a",
        "https://u:{}\n@host/a",
        "https:\\\\u:{}@host/a",
        "https:/u:{}@host/a",
        "https:u:{}@host/a",
        "https://proxy/https://u:{}@h/x",
        "https://h/x%3Ftoken={}",
        "https%3A%2F%2Fu:{}@h",
        " https://u:{}@host/a",
        "?{}",
    ],
)
@pytest.mark.parametrize("place", ["source", "callback"])
def test_no_spelling_of_an_address_lets_a_secret_through(address: str, place: str) -> None:
    text = address.format(WORD)
    job: dict[str, Any] = {"specification": {"sourceUrl": text}} if place == "source" else {"callback": {"url": text}}
    assert WORD not in json.dumps(masked(job))
    again = {**job, "result": {"message": f"GET {text} answered 403"}}
    assert WORD not in json.dumps(masked(again))


@pytest.mark.parametrize(
    "job", [{"sourceUrl": {"url": WORD}}, {"sourceUrl": 123456789}, {"sourceUrl": [f"?{WORD}", True]}]
)
def test_what_is_no_address_is_masked_whole(job: dict[str, Any]) -> None:
    found = masked(job)["sourceUrl"]
    leaves = found.values() if isinstance(found, dict) else found if isinstance(found, list) else [found]
    assert all(MASKED.fullmatch(leaf) for leaf in leaves)


@pytest.mark.parametrize(
    "repeat",
    [
        SECRET,
        f"refused: {SECRET}",
        f"sig={SECRET}",
        f"error:{SECRET}:denied",
        f"https://h/?t={SECRET}",
        quote(SECRET, safe=""),
        f"t={quote_plus(SECRET)}&x",
        quote(SECRET, safe="").lower(),
        SECRET.replace("/", "\\/"),
        f"the header was {SECRET.upper()}",
        [SECRET],
        {"deeper": [f"no: {SECRET}"]},
        {f"https://h/?t={SECRET}": "as a name"},
    ],
)
def test_a_secret_that_is_repeated_is_masked_there_too(repeat: Any) -> None:
    job = {"callback": hook(x=f"Bearer {SECRET}"), "result": {"code": 500, "message": repeat}}
    for text in (json.dumps(masked(job)), json.dumps(masked({"id": 7, **job}))):
        assert "4f2a" not in text.lower()
    assert masked(job)["result"]["code"] == 500


def test_credentials_are_known_in_every_coat() -> None:
    basic = base64.b64encode(b"feed:pa55-of-feed").decode()
    by_header = {"callback": hook(Authorization=f"Basic {basic}"), "error": f"{basic} is feed:pa55-of-feed"}
    by_address = {"sourceUrl": "https://feed:pa55-of-feed@h/x", "error": f"Basic {basic} is no feed:pa55-of-feed"}
    short = {"sourceUrl": "https://feed:wolf@h/x", "error": "wolf is refused"}
    for job in (by_header, by_address, short):
        said = masked(job)["error"]
        assert not [word for word in ("pa55", basic, "wolf") if word in said]


def test_every_occurrence_of_a_member_is_masked_and_learned_from() -> None:
    first, second = json.dumps(hook(x="first-4f2a")), json.dumps(hook(x="second-4f2a"))
    text = f'{{"callback": {first}, "callback": {second}, "message": "first-4f2a second-4f2a"}}'
    assert b"4f2a" not in masker.mask(text.encode())


IDENTITY = {
    "id": "group77_job88",
    "groupId": "group77",
    "type": "urn:job:import.file",
    "issuer": "urn:app:porcupines-1",
    "status": "success",
    "dateCreated": "2026-03-01T12:00:00Z",
    "sources": [{"path": "/production/porcupines-1/1234567890123.mov", "fileId": "file-1234567"}],
    "specification": {"destination": {"path": "/my videos/porcupines-1.mp4", "bucket": "porcupines-1"}},
    "result": {"code": 0, "message": "OK", "payload": {"mimeType": "application/x-special-1", "size": 5}},
}


@pytest.mark.parametrize(
    "header",
    [
        *(value for value in IDENTITY.values() if isinstance(value, str)),
        "/production/porcupines-1/1234567890123.mov",
        "porcupines-1",
        "file-1234567",
        "application/json",
        "application/x-special-1",
        "production",
        "1234567",
        "download=1&format=source",
    ],
)
def test_a_header_that_says_what_everybody_knows_changes_nothing_else(header: str) -> None:
    job = {**IDENTITY, "callback": hook(x=header)}
    found = masked(job)
    assert MASKED.fullmatch(found["callback"]["headers"]["x"])
    assert {name: value for name, value in found.items() if name != "callback"} == IDENTITY


def test_an_ordinary_query_leaves_a_message_readable() -> None:
    said = "Could not download the source: unknown format"
    job = {"sourceUrl": "https://h/x?download=1&format=source", "result": {"message": said}}
    assert masked(job)["result"]["message"] == said


def test_what_is_no_secret_stays_as_it_came_byte_for_byte() -> None:
    """Numbers keep their spelling, names their order and their second occurrence, white space its place."""
    rest = rb'"n": [1e5, 1.0e1, -0, 1.00, 12345678901234567890], "e": "\u00e4\/\ud800", "e": "again"  '
    record = b'{ "callback": {"headers": {"x": "' + WORD.encode() + b'"}},\t' + rest + b"}"
    assert masker.mask(record).endswith(b",\t" + rest + b"}")


@pytest.mark.parametrize(
    "address", ["https://host:8080/pub/final cut 3.mov", "https://h/@cover 12.mov", "ftp://h", "string"]
)
def test_an_address_without_secrets_stays(address: str) -> None:
    record = json.dumps({"callback": None, "specification": {"sourceUrl": address}}).encode()
    assert masker.mask(record) == record


def test_an_address_keeps_what_is_not_secret() -> None:
    found = masked({"sourceUrl": "https://u:p4ss@cdn.example.com:8443/a/b.mov?x=1#y", "callback": hook()})
    mark = MASKED.pattern
    assert re.fullmatch(rf"https://{mark}@cdn\.example\.com:8443/a/b\.mov\?{mark}#{mark}", found["sourceUrl"])
    assert found["callback"]["url"] == "https://hooks.example.com/done"


def test_a_changed_secret_changes_its_mark_and_another_key_as_well() -> None:
    one, another = {"callback": hook(x="one-secret")}, {"callback": hook(x="another-secret")}
    assert masked(one) == masked(one)
    assert masked(one) != masked(another)
    assert masked(one) != masked(one, Masker(b"another"))


@given(TREES)
def test_masking_twice_is_masking_once(tree: Any) -> None:
    job = {"callback": tree, "specification": {"sourceUrl": tree, "externalAuthorization": tree}, "other": tree}
    once = masker.mask(json.dumps(job).encode())
    assert masker.mask(once) == once


@given(st.binary())
def test_any_bytes_are_taken(noise: bytes) -> None:
    assert isinstance(masker.mask(b'{"callback": ' + noise), bytes)


def test_the_text_of_a_record_that_no_parser_reads_is_masked() -> None:
    text = (
        b'{"c\\u0061llback": {"url": "https://u:%(s)b@h/?%(s)b"}, "n": NaN, "why": "GET https://u:%(s)b@h/?%(s)b: no"}'
    )
    found = masker.mask(text % {b"s": WORD.encode()})
    assert WORD.encode() not in found
    assert b'"n": NaN' in found


def test_a_job_with_thousands_of_secrets_repeats_none() -> None:
    many = {f"h{n}": f"secret-{n:06}" for n in range(3000)}
    job = {"callback": hook(**many), "result": {"message": [f"secret-{n:06} failed" for n in range(3000)]}}
    assert "secret-" not in json.dumps(masked(job))


@pytest.mark.parametrize("noise", [b'\\"' * 200_000, b'"' * 200_001, b"a" * 400_000, b'{"a":' * 100_000])
def test_noise_costs_no_more_than_its_length(noise: bytes) -> None:
    """Each of these took minutes, or for ever, when it was read again from every quote."""
    assert masker.mask(b'{"callback": "' + noise)
    assert without_address_secrets(noise.decode()) == noise.decode()


def test_messages_lose_the_secrets_of_addresses() -> None:
    said = without_address_secrets("no route to https://me:pw@host/a/b?k=v#f, see ftp://x@y")
    assert said == "no route to https://host/a/b see ftp://y"
