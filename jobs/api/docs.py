"""`/api/docs`: the API's own description as a page on which its calls can be tried."""

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Every call with its parameters, as the schema has them."""
    host = f"{request.scheme}://{request.get_host()}"
    return render(request, "jobs/docs.html", {"area": "api", "calls": calls(), "host": host})


@lru_cache(maxsize=1)
def calls() -> list[dict[str, Any]]:
    """The calls of the OpenAPI schema, each with its address, words and parameters."""
    schema = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return [
        {
            "path": path,
            "name": call["operationId"],
            "summary": call["summary"],
            "description": call["description"].replace("`", ""),
            "parameters": sorted(call["parameters"], key=lambda each: each["in"]),
        }
        for path, item in schema["paths"].items()
        for call in item.values()
    ]
