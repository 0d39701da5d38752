"""`GET /jobs`, `/jobs/{id}`, `/jobs/groups/{id}` (contract: "Transport", "Search"), and the lists' extra filters."""

import json

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotAuthenticated, NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.authentication import Credentials
from accounts.credentials import GET, SEARCH, WAYS, Identity
from jobs.api import envelope, schema
from jobs.search import Refusal, documents, given, parse
from jobs.search.run import document, group_documents

PAGE_SIZE = 20
LARGEST_GROUP = 10_000


class View(APIView):
    """A call of the API: it takes every kind of credentials, and asks that they allow `verb`."""

    authentication_classes = (Credentials,)
    verb = GET

    def check_permissions(self, request: Request) -> None:
        """Let in who may do this."""
        identity = request.auth
        if not isinstance(identity, Identity):
            raise NotAuthenticated(f"There are no credentials. {WAYS}")
        if not identity.may(self.verb):
            raise PermissionDenied(f"The token does not allow {self.verb}.")


class Search(View):
    """Search jobs."""

    verb = SEARCH

    @extend_schema(operation_id="searchJobs", parameters=schema.SEARCH, responses=schema.PAGE, summary="Search jobs")
    def get(self, request: Request) -> HttpResponse:
        """Give a page of the jobs that the parameters ask for, newest first."""
        try:
            search = parse(given(request._request), page_size=PAGE_SIZE)
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from refusal
        found = documents(search)
        token = json.dumps(found.next_token)
        return envelope.reply(f'{{"nextPageToken":{token},"jobs":[{",".join(found.rows)}]}}')


class OneJob(View):
    """One job."""

    @extend_schema(operation_id="getJob", responses=schema.JOB, summary="Get one job")
    def get(self, request: Request, key: str) -> HttpResponse:
        """Give the job of this id as the platform sent it, secrets masked."""
        found = document(key)
        if found is None:
            raise NotFound(f"There is no job {key[:200]!r}.")
        return envelope.reply(found)


class OneGroup(View):
    """The jobs of one group."""

    @extend_schema(operation_id="getJobGroup", responses=schema.GROUP, summary="Get the jobs of one group")
    def get(self, request: Request, key: str) -> HttpResponse:
        """Give the jobs of the group of this id; one of more than 10,000 is refused, a search by `groupId` pages it."""
        found = group_documents(key, limit=LARGEST_GROUP + 1)
        if not found:
            raise NotFound(f"There is no group {key[:200]!r}.")
        if len(found) > LARGEST_GROUP:
            raise ValidationError(f"The group has more than {LARGEST_GROUP} jobs. Search by groupId, page by page.")
        return envelope.reply(f"[{','.join(found)}]")


class Nothing(View):
    """Every other address."""

    @extend_schema(exclude=True)
    def get(self, request: Request, rest: str) -> HttpResponse:
        """Say in the envelope that there is nothing."""
        raise NotFound("There is no such call. There are /jobs, /jobs/{id} and /jobs/groups/{id}.")
