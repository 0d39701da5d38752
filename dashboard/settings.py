"""Settings: read from the environment by `dashboard.env`, described in `docs/settings.md`.

Every variable that is unset takes the default under which `./deck up` runs.
"""

from pathlib import Path

import dj_database_url

from dashboard import env as read
from dashboard.services import home
from dashboard.services.postgres import Postgres

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = read.Environment()

DATA_DIR = ENVIRONMENT.read(
    "JOBDECK_DATA_DIR",
    lambda text: Path(text).expanduser().absolute(),
    default=BASE_DIR / ".data",
    meaning="The folder of everything that the embedded services keep.",
)
PORT = ENVIRONMENT.read("PORT", read.integer(1, 65535), default=8000, meaning="The port on which the pages are served.")

DEBUG = ENVIRONMENT.read("DEBUG", read.boolean, default=False, meaning="Django's debug pages. Never for others.")
SECRET_KEY = ENVIRONMENT.read(
    "SECRET_KEY",
    str,
    default=lambda: home.secret(DATA_DIR, "secret-key"),
    meaning="Signs sessions. At least 50 characters.",
)
ALLOWED_HOSTS = ENVIRONMENT.read(
    "ALLOWED_HOSTS",
    read.words,
    default=["localhost", "127.0.0.1", "[::1]"],
    meaning="The host names under which Jobdeck is reached, with commas between them.",
)
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.read(
    "CSRF_TRUSTED_ORIGINS",
    read.words,
    default=[],
    meaning="Origins that may post forms from behind a proxy, such as https://jobs.example.com.",
)

HTTPS = ENVIRONMENT.read(
    "HTTPS",
    read.boolean,
    default=False,
    meaning="Whether everybody comes over HTTPS: cookies are for it alone and plain HTTP is redirected.",
)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = ["^healthz$"]

DATABASE_URL = ENVIRONMENT.read(
    "DATABASE_URL",
    read.url("postgres", "postgresql"),
    default=lambda: Postgres(DATA_DIR).url,
    meaning="PostgreSQL 18: postgres://user:password@host/name. Unset: the embedded one.",
)
DATABASES = {"default": dj_database_url.parse(DATABASE_URL)}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "dashboard",
    "jobs",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "dashboard.urls"
WSGI_APPLICATION = "dashboard.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
