"""The addresses of the API; a job's id may hold anything."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path, register_converter
from django.urls.converters import StringConverter

from jobs.api import views


class Anything(StringConverter):
    """Any text, none too: slashes and line ends are nothing special."""

    regex = r"[\s\S]*"


register_converter(Anything, "anything")

urlpatterns = [
    path("jobs", login_not_required(views.Search.as_view())),
    path("jobs/groups/<anything:key>", login_not_required(views.OneGroup.as_view())),
    path("jobs/<anything:key>", login_not_required(views.OneJob.as_view())),
    path("<anything:rest>", login_not_required(views.Nothing.as_view())),
]
