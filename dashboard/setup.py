"""What has to be done before the first page: tables, static files, the first operator."""

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import OperationalError, connection
from kombu.exceptions import OperationalError as BrokerError

from dashboard.celery import app
from dashboard.checks import too_old
from dashboard.env import Refused
from dashboard.services import home

BROKER_SECONDS = 5
OPERATOR = "operator"
PASSWORD = "operator-password"  # noqa: S105 - a file's name


def check() -> None:
    """Load Django; raise `Refused` or `CommandError` where a setting is wrong or the database is not one for us."""
    django.setup()
    check_environment()
    call_command("check", stdout=io.StringIO())
    with reaching_database():
        old = too_old(connection)
    if old:
        raise Refused(old)


def check_environment() -> None:
    """Raise `Refused`, which names every variable that cannot be read."""
    if problems := settings.ENVIRONMENT.problems:
        raise Refused("\n".join(map(str, problems)))


@contextmanager
def reaching_database() -> Iterator[None]:
    """Say by its variable that the database does not answer."""
    try:
        yield
    except OperationalError as why:
        if connection.connection is not None:
            raise
        raise Refused(f"DATABASE_URL: the database cannot be reached. {_one_line(why)}") from why


def reach_broker() -> None:
    """Say by its variable that the broker does not answer."""
    with app.connection_for_write(connect_timeout=BROKER_SECONDS) as line:
        try:
            line.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
        except (BrokerError, OSError) as why:
            raise Refused(f"CELERY_BROKER_URL: {line.as_uri()} cannot be reached. {_one_line(why)}") from why


def port() -> int:
    """The port of the pages."""
    return int(settings.PORT)


def migrate() -> None:
    """Bring the tables to what the code says."""
    call_command("migrate", verbosity=0, interactive=False)


def migrate_own() -> None:
    """Do so where the database is the embedded one: nobody else does."""
    if not settings.ENVIRONMENT.names("DATABASE_URL"):
        migrate()


def collect_static() -> None:
    """Collect static files, where one has changed since the last time."""
    kept, found = settings.STATIC_ROOT / "fingerprint", _static_fingerprint()
    if not kept.exists() or kept.read_text() != found:
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(found)


def first_operator() -> str:
    """Make the first operator where there is none; give the password while it is the one that we made."""
    users = get_user_model().objects
    password = home.secret(settings.DATA_DIR, PASSWORD)[:20]
    if not users.exists():
        users.create_user(OPERATOR, password=password)
    operator = users.filter(username=OPERATOR).first()
    return password if operator and operator.check_password(password) else "(changed)"


def first_sync() -> None:
    """Let the worker begin before the first tick, also where credentials were refused before."""
    from jobs.sync import gate
    from jobs.tasks import sweep, tail

    gate.reset()
    (tail.si() | sweep.si()).apply_async()


def _static_fingerprint() -> str:
    """Changes with every static file's name, size or time."""
    found = hashlib.blake2b(digest_size=16)
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = os.stat(storage.path(name))
            found.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return found.hexdigest()


def _one_line(why: Exception) -> str:
    return " ".join(str(why).split())
