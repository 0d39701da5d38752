"""System checks: every mistake in the environment, with its remedy."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def environment(**_: Any) -> list[CheckMessage]:
    """Report each variable that could not be read."""
    return [
        Error(f"{problem.name} cannot be read.", hint=problem.remedy, id="jobdeck.E001")
        for problem in settings.ENVIRONMENT.problems
    ]
