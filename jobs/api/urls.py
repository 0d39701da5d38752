"""The addresses of the API; a job's id may hold anything."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from jobs.api import views

urlpatterns = [
    path("jobs", login_not_required(views.Search.as_view())),
    path("jobs/groups/<path:key>", login_not_required(views.OneGroup.as_view())),
    path("jobs/<path:key>", login_not_required(views.OneJob.as_view())),
    path("<path:rest>", login_not_required(views.Nothing.as_view())),
]
