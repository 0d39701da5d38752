"""What the frame of every page shows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from jobs.watch.freshness import freshness

THEMES = ("light", "dark")


def frame(request: HttpRequest) -> dict[str, Any]:
    """The upstream project, the theme that was chosen, and how fresh the mirror is, for those who are signed in.

    A request that was refused early, for its host or its size, has no user yet.
    """
    theme, user = request.COOKIES.get("theme", ""), getattr(request, "user", None)
    return {
        "project": settings.MEDIA_PLATFORM_NAME,
        "theme": theme if theme in THEMES else "",
        "freshness": SimpleLazyObject(freshness) if user is not None and user.is_authenticated else None,
    }
