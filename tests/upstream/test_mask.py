"""`jobs.upstream.mask`: no secret survives, and nothing else changes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.upstream.mask import MASKED, Masker, without_address_secrets

masker = Masker(b"tests")
SECRET = "CANARY-4f2a"
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    "job",
    [
        {"specification": {"externalAuthorization": {"headers": {"Authorization": f"Bearer {SECRET}"}}}},
        {"specification": {"externalAuthorization": SECRET}},
        {"specification": {"externalAuthorization": {"headers": [[{"name": SECRET}]]}}},
        {"callback": {"headers": {"x": [SECRET]}, "url": f"https://me:{SECRET}@host/path?token={SECRET}#{SECRET}"}},
        {"callback": f"https://host/?{SECRET}"},
        {"callback": [f"https://host/?{SECRET}"]},
        {"specification": {"sourceUrl": f"https://host/a?X-Amz-Signature={SECRET}"}},
        {"specification": {"sourceUrl": f"https://[bad/{SECRET}"}},
        {"specification": {"sourceUrl": {"url": SECRET}}},
        {"deep": [{"down": [{"sourceUrl": f"//{SECRET}@host/"}]}]},
        {
            "specification": {"sourceUrl": f"https://h/?k={SECRET}"},
            "result": {"message": f"GET https://h/?k={SECRET} failed"},
        },
        {"callback": {"headers": {"x": f"Bearer {SECRET}"}}, "result": {"message": f"refused: {SECRET}"}},
    ],
)
def test_a_secret_is_masked_wherever_it_stands(job: dict[str, Any]) -> None:
    masked = json.dumps(masker.mask(job))
    assert SECRET not in masked
    assert MASKED.search(masked)


def test_what_is_no_secret_stays() -> None:
    job = {
        "callback": {"url": "https://host/path?k=v1", "attachment": {"id": 7}},
        "specification": {"sourceUrl": "https://h/a.mp4"},
    }
    masked = masker.mask(job)
    assert masked["specification"] == job["specification"]
    assert masked["callback"]["attachment"] == {"id": 7}
    assert masked["callback"]["url"].startswith("https://host/path?masked-")


def test_a_job_without_secrets_is_the_same_object() -> None:
    job = {"callback": None, "specification": {"sourceUrl": "https://host/a.mp4"}}
    assert masker.mask(job) is job


def test_a_changed_secret_changes_its_mark_and_another_key_as_well() -> None:
    def masked(secret: str, by: Masker = masker) -> Any:
        return by.mask({"callback": {"headers": {"x": secret}}})

    assert masked("one-secret") == masked("one-secret")
    assert masked("one-secret") != masked("another-secret")
    assert masked("one-secret") != masked("one-secret", Masker(b"another"))


@given(TREES)
def test_masking_twice_is_masking_once(tree: Any) -> None:
    job = {"callback": tree, "specification": {"sourceUrl": tree, "externalAuthorization": tree}, "other": tree}
    once = masker.mask(job)
    assert masker.mask(once) == once


def test_the_text_of_a_record_that_no_parser_reads_is_masked() -> None:
    text = (
        b'{"c\\u0061llback": {"url": "https://u:%(s)b@h/?%(s)b"}, "n": NaN, "why": "GET https://u:%(s)b@h/?%(s)b: no"}'
    )
    masked = masker.mask_text(text % {b"s": SECRET.encode()})
    assert SECRET.encode() not in masked
    assert b'"n": NaN' in masked


def test_messages_lose_the_secrets_of_addresses() -> None:
    said = without_address_secrets("no route to https://me:pw@host/a/b?k=v#f, see ftp://x@y")
    assert said == "no route to https://host/a/b see ftp://y"
