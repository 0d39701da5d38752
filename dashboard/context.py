"""What the frame of every page shows."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from jobs.freshness import freshness

THEMES = ("light", "dark")


def frame(request: HttpRequest) -> dict[str, Any]:
    """The upstream project, the theme that was chosen, and how fresh the mirror is, for those who are signed in."""
    theme = request.COOKIES.get("theme", "")
    return {
        "project": urlsplit(settings.MEDIA_PLATFORM_URL).netloc,
        "theme": theme if theme in THEMES else "",
        "freshness": SimpleLazyObject(freshness) if request.user.is_authenticated else None,
    }
