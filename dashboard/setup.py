"""What has to be done before the first page: tables, static files, the first operator."""

import hashlib
import io
import os

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from dashboard.services import home

OPERATOR = "operator"
PASSWORD = "operator-password"  # noqa: S105 - a file's name


def check() -> None:
    """Load Django and let its system checks pass; raise `SystemCheckError`, which names every setting that is wrong."""
    django.setup()
    call_command("check", stdout=io.StringIO())


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
    from jobs.sync.lanes import end_rests
    from jobs.tasks import backfill, tail

    end_rests()
    (tail.si() | backfill.si()).apply_async(expires=settings.LONGEST_TASK)


def _static_fingerprint() -> str:
    """Changes with every static file's name, size or time."""
    found = hashlib.blake2b(digest_size=16)
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = os.stat(storage.path(name))
            found.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return found.hexdigest()
