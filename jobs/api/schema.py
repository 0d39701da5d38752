"""What the API takes and gives, for its OpenAPI description."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers

from jobs.search.lookup import MOST_JOBS, MOST_MESSAGES, SHORTEST_PREFIX, SHORTEST_WORD
from jobs.search.parse import DIRECTIONS, LARGEST_PAGE, ORDERS, SEVERAL, SIDES

Field = serializers.Field[Any, Any, Any, Any]
DESCRIBED = {
    "type": "Jobs of one of these types, as urn:job:av.transcode.",
    "status": "Jobs in one of these states.",
    "issuer": "Jobs of one of these issuers; none for jobs without one.",
    "notType": "No jobs of these types.",
    "notStatus": "No jobs in these states.",
    "notIssuer": "No jobs of these issuers.",
    "groupId": "Jobs of this group.",
    "fileId": "Jobs with a source of this file id.",
    "path": "Jobs with a file of this path, or under this directory; whole components are compared, from the first on.",
    "pathIn": "Where the path is looked for: sources (default), destinations or both.",
    "idPrefix": f"Jobs whose id begins so, upper and lower case apart; at most {MOST_JOBS} jobs may.",
    "error": f"Jobs whose error message contains this, in any case; at most {MOST_MESSAGES} different messages may.",
    "createdFrom": "Created at this time or later: a date or a time in ISO 8601, UTC without a zone.",
    "createdTo": "Created at this time or before; a date includes its whole day.",
    "createdWithin": "Created within this time from now: 15m, 24h, 7d.",
    "updatedFrom": "As createdFrom, by the last update.",
    "updatedTo": "As createdTo, by the last update.",
    "updatedWithin": "As createdWithin, by the last update.",
    "orderBy": "dateCreated (default) or dateUpdated.",
    "orderDirection": "des (default) or asc; desc and acs mean the same.",
    "pageSize": "At most this many jobs, 1 to 1000; 20 by default.",
    "nextPageToken": "The token of the page before, with the same other parameters.",
}
SHAPES: dict[str, dict[str, Any]] = {
    "pathIn": {"type": "string", "enum": list(SIDES)},
    "idPrefix": {"type": "string", "minLength": SHORTEST_PREFIX},
    "error": {"type": "string", "minLength": SHORTEST_WORD},
    "orderBy": {"type": "string", "enum": list(ORDERS)},
    "orderDirection": {"type": "string", "enum": list(DIRECTIONS)},
    "pageSize": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE},
}
SEARCH = [
    OpenApiParameter(name=name, type=SHAPES.get(name, str), many=name in SEVERAL, description=text)
    for name, text in DESCRIBED.items()
]


class Job(serializers.Serializer[Any]):
    """A job as the platform sent it, secrets masked; members beyond these are given as well."""

    id = serializers.CharField()
    groupId = serializers.CharField(required=False, allow_null=True)
    type = serializers.CharField()
    status = serializers.CharField()
    issuer = serializers.CharField(required=False, allow_null=True)
    sources = serializers.JSONField(required=False, allow_null=True)
    specification = serializers.JSONField(required=False, allow_null=True)
    result = serializers.JSONField(required=False, allow_null=True)
    dateCreated = serializers.CharField(required=False, allow_null=True)
    dateUpdated = serializers.CharField(required=False, allow_null=True)


class Page(serializers.Serializer[Any]):
    """One page of a search; the token is null on the last."""

    nextPageToken = serializers.CharField(allow_null=True)
    jobs = Job(many=True)


class CredentialsScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The two kinds of tokens that requests carry."""

    target_class = "accounts.authentication.Credentials"
    name = ["personalToken", "platformToken"]  # noqa: RUF012 - the base class reads it so

    def get_security_definition(self, auto_schema: object) -> list[dict[str, str]]:  # noqa: ARG002 - the base class gives it
        """Describe them."""
        return [
            {"type": "http", "scheme": "bearer", "description": "A personal token, made on the page Tokens."},
            {"type": "apiKey", "in": "header", "name": "Authorization", "description": "The platform's own token."},
        ]


def _enveloped(name: str, payload: Field) -> serializers.Serializer[Any]:
    return inline_serializer(
        name=name,
        fields={"code": serializers.IntegerField(), "message": serializers.CharField(), "payload": payload},
    )


ERROR = _enveloped("Error", serializers.JSONField(allow_null=True))
ERRORS = dict.fromkeys((400, 401, 403, 404), ERROR)
JOB = {200: _enveloped("JobReply", Job()), **ERRORS}
GROUP = {200: _enveloped("GroupReply", Job(many=True)), **ERRORS}
PAGE = {200: _enveloped("PageReply", Page()), **ERRORS}


def only_under_api(endpoints: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Describe each call once, under `/api`."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/jobs")]
