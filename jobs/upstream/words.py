"""What operators are told of a failure: plain words, and no secret."""

import http.client
import re
import socket
import ssl
from collections.abc import Iterator

import requests
import urllib3

from jobs.upstream.address import without_address_secrets

LONGEST = 300
QUERY = re.compile(r"(?<=[\w/.-])\?\S+")
TOKEN = re.compile(r"\beyJ[\w-]+(?:\.[\w-]*)*")

CAUSES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (TimeoutError, "It did not answer in time."),
    (
        (urllib3.exceptions.ProxyError, requests.exceptions.InvalidProxyURL),
        "The proxy does not let the request through.",
    ),
    (ssl.SSLCertVerificationError, "Its certificate is not valid."),
    (ssl.SSLError, "No secure connection comes about."),
    (socket.gaierror, "Its name is not known."),
    (ConnectionRefusedError, "The connection was refused."),
    (ConnectionError, "The connection broke off."),
    (http.client.HTTPException, "What answers does not speak HTTP."),
)


def unreachable(error: Exception) -> str:
    """Say why no reply came: by the kinds of the errors behind it, whose texts are long and quote addresses."""
    chain = list(_chain(error))
    found = (words for kinds, words in CAUSES if any(isinstance(each, kinds) for each in chain))
    return f"The platform cannot be reached. {next(found, 'The connection failed.')}"


def cleaned(text: str) -> str:
    """Give what the platform says, cut to a length, without tokens and without the secrets of addresses.

    It is cut first, so that the expressions never see a long text, and between words, so that no half of a secret
    escapes them.
    """
    if len(text) > LONGEST:
        text = text[: text.rfind(" ", 0, LONGEST) + 1] + "…"
    return TOKEN.sub("(token)", QUERY.sub("", without_address_secrets(text)))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
