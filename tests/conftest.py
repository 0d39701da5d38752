"""What every test may use: a sandbox of its own, and retries that do not wait."""

import shutil
from collections.abc import Iterator

import hypothesis
import pytest
import stamina
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from trials.platform import APP_ID, SECRET, SandboxProcess, sandbox

# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.load_profile("default")
FEW = ("--jobs", "120", "--rate", "0", "--epoch", "2026-03-01T12:00:00Z")


@pytest.fixture(autouse=True, scope="session")
def _no_waits() -> Iterator[None]:
    with stamina.set_testing(True, attempts=100, cap=True):
        yield


@pytest.fixture(autouse=True, scope="session")
def _no_remains(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Remove the clusters of root's tests, which lie where another account gets to them."""
    yield
    for cluster in tmp_path_factory.getbasetemp().glob("**/postgres"):
        if cluster.is_symlink():
            shutil.rmtree(cluster.resolve(), ignore_errors=True)


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def operator(db: None) -> User:
    """An operator whose password is their name."""
    return User.objects.create_user("operator", password="operator")


@pytest.fixture
def signed_in(client: Client, operator: User) -> Client:
    """A browser in which the operator is signed in."""
    client.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def platform(settings: Settings) -> Iterator[SandboxProcess]:
    """A sandbox with few jobs that do not move, to which the settings point."""
    with sandbox(*FEW) as running:
        settings.MEDIA_PLATFORM_URL = running.url
        settings.MEDIA_PLATFORM_APP_ID = APP_ID
        settings.MEDIA_PLATFORM_SHARED_SECRET = SECRET
        settings.SYNC_RATE = 100_000
        yield running
