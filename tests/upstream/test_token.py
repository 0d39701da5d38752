"""`TokenSource`: made once, renewed before it expires."""

import jwt

from jobs.upstream.token import TokenSource

SECRET = "a-secret-of-more-than-thirty-two-bytes"


def test_claims_are_those_of_the_contract() -> None:
    clock = 1_800_000_000.0
    token = TokenSource("me", SECRET, clock=lambda: clock).token()
    claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_exp": False, "verify_iat": False})
    assert (claims["iss"], claims["sub"]) == ("urn:app:me", "urn:app:me")
    assert (claims["iat"], claims["exp"]) == (clock - 10, clock + 590)
    assert len(claims["jti"]) == 12
    assert claims["aud"] == []


def test_it_is_made_once_and_renewed_in_time() -> None:
    clock = [1_800_000_000.0]
    source = TokenSource("me", SECRET, clock=lambda: clock[0])
    first = source.token()
    clock[0] += 400
    assert source.token() == first
    clock[0] += 100
    assert source.token() != first
