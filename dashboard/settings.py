"""Settings: read from the environment by `dashboard.env`, described in `docs/settings.md`.

Every variable that is unset takes the default under which `./deck up` runs.
"""

from datetime import timedelta

import dj_database_url

from dashboard import env as read
from dashboard.services import home, sandbox
from dashboard.services.postgres import Postgres
from dashboard.services.sandbox import Sandbox
from dashboard.services.valkey import Valkey

BASE_DIR = home.ROOT
ENVIRONMENT = read.Environment()

DATA_DIR = ENVIRONMENT.read(
    home.VARIABLE,
    read.folder,
    default=home.DEFAULT,
    meaning="The folder of everything that the embedded services keep.",
)
PORT = ENVIRONMENT.read("PORT", read.integer(1, 65535), default=8000, meaning="The port on which the pages are served.")

DEBUG = ENVIRONMENT.read("DEBUG", read.boolean, default=False, meaning="Django's debug pages. Never for others.")
SECRET_KEY = ENVIRONMENT.read(
    "SECRET_KEY",
    read.secret(50),
    default=lambda: home.secret(DATA_DIR, "secret-key"),
    meaning="Signs sessions and page tokens, and keys the marks of masked secrets. At least 50 characters.",
)
ALLOWED_HOSTS = ENVIRONMENT.read(
    "ALLOWED_HOSTS",
    read.hosts,
    default=["localhost", "127.0.0.1", "[::1]"],
    meaning="The host names under which Jobdeck is reached, with commas between them.",
)
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.read(
    "CSRF_TRUSTED_ORIGINS",
    read.origins,
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
    read.database,
    default=lambda: Postgres(DATA_DIR).url,
    meaning="PostgreSQL 18: postgres://user:password@host/name. Unset: the embedded one.",
)
DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=600, conn_health_checks=True)}
# A server that vanishes without a word is noticed within half a minute, instead of after hours.
VANISHED = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000}
DATABASES["default"]["OPTIONS"] = {"connect_timeout": 10, **VANISHED, **DATABASES["default"].get("OPTIONS", {})}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "dashboard",
    "accounts",
    "jobs",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "dashboard.urls"
WSGI_APPLICATION = "dashboard.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.context.frame",
            ]
        },
    }
]

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "jobs"
LOGOUT_REDIRECT_URL = "sign-in"
SESSION_COOKIE_AGE = 14 * 86_400
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
# Browsers tell hosts apart, and no ports: two Jobdecks side by side would sign each other out.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"jobdeck-{PORT}", f"jobdeck-csrf-{PORT}"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        **{f"{kind}-src": ["'self'"] for kind in ("script", "style", "img", "font", "connect")},
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "jobs.api.envelope.AlwaysJson",
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "jobs.api.envelope.refusal",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Jobdeck",
    "DESCRIPTION": "The Jobs API, answered from the mirror. The same calls are under /_api for its clients.",
    "VERSION": "1",
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SORT_OPERATION_PARAMETERS": False,
    "PREPROCESSING_HOOKS": ["jobs.api.schema.only_under_api"],
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"secrets": {"()": "dashboard.logs.WithoutSecrets"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["secrets"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": [], "propagate": True}},
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MEDIA_PLATFORM_URL = ENVIRONMENT.read(
    "MEDIA_PLATFORM_URL",
    read.origin,
    default=lambda: Sandbox(DATA_DIR).url,
    meaning="The project's address, https://<project>.wixmp.com; /_api is appended. Unset: the sandbox.",
)
EMBEDDED_PLATFORM = not ENVIRONMENT.names("MEDIA_PLATFORM_URL")
MEDIA_PLATFORM_NAME = "sandbox" if EMBEDDED_PLATFORM else MEDIA_PLATFORM_URL.partition("://")[2]
MEDIA_PLATFORM_APP_ID = ENVIRONMENT.read(
    "MEDIA_PLATFORM_APP_ID",
    str,
    default=sandbox.APP_ID if EMBEDDED_PLATFORM else ENVIRONMENT.missing("MEDIA_PLATFORM_APP_ID", "MEDIA_PLATFORM_URL"),
    meaning="The id of the application as which Jobdeck asks the platform.",
)
MEDIA_PLATFORM_SHARED_SECRET = ENVIRONMENT.read(
    "MEDIA_PLATFORM_SHARED_SECRET",
    str,
    default=lambda: (
        home.secret(DATA_DIR, sandbox.SECRET)
        if EMBEDDED_PLATFORM
        else ENVIRONMENT.missing("MEDIA_PLATFORM_SHARED_SECRET", "MEDIA_PLATFORM_URL")
    ),
    meaning="The secret that the application shares with the platform; it signs requests and checks those made to us.",
)

HOOK_SECRET = ENVIRONMENT.read(
    "HOOK_SECRET",
    read.secret(16),
    default=lambda: home.secret(DATA_DIR, "hook-secret"),
    meaning="The secret in the address or the header of job callbacks. Unset: made once, in the data folder.",
)

SYNC_PERIOD = ENVIRONMENT.read(
    "SYNC_PERIOD", read.integer(1, 3600), default=10, meaning="How many seconds lie between two passes of the sync."
)
SYNC_PAGE_SIZE = ENVIRONMENT.read(
    "SYNC_PAGE_SIZE", read.integer(1, 10000), default=500, meaning="How many jobs the sync asks for at once."
)
SYNC_OVERLAP = ENVIRONMENT.read(
    "SYNC_OVERLAP",
    read.integer(0, 86_400),
    default=120,
    meaning="How many seconds further than the last complete pass the tail reads back, at least.",
)
SYNC_SWEEP = ENVIRONMENT.read(
    "SYNC_SWEEP",
    read.integer(60, 31_536_000),
    default=86_400,
    meaning="How many seconds after the last time that everything was read it is read again.",
)

SYNC_RATE = ENVIRONMENT.read(
    "SYNC_RATE",
    read.integer(1, 1000),
    default=20,
    meaning="How many requests a second the sync makes at most, all workers together.",
)
SYNC_RECONCILE = ENVIRONMENT.read(
    "SYNC_RECONCILE",
    read.integer(5, 86_400),
    default=60,
    meaning="How many seconds lie between two comparisons of the open jobs.",
)
SYNC_SWEEPERS = ENVIRONMENT.read(
    "SYNC_SWEEPERS",
    read.integer(1, 16),
    default=2,
    meaning="How many workers read everything at the same time, each another part.",
)

CELERY_BROKER_URL = ENVIRONMENT.read(
    "CELERY_BROKER_URL",
    read.broker,
    default=lambda: Valkey(DATA_DIR).url,
    meaning="Valkey or Redis: redis://host:6379/0. Unset: the embedded one.",
)
LONGEST_TASK = 3600
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 2 * LONGEST_TASK,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # for ever: `dashboard.celery` says how often
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # what it should have done is the next tick's
CELERY_TASK_SOFT_TIME_LIMIT = LONGEST_TASK - 60
CELERY_TASK_TIME_LIMIT = LONGEST_TASK
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"jobs.tasks.*": {"queue": "sync"}}
CELERY_WORKER_CONCURRENCY = SYNC_SWEEPERS + 3  # the tail, the open jobs and the reads by id always have their turn
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 3
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
TICKS: dict[str, tuple[str, int, tuple[int, ...]]] = {
    "tail": ("tail", SYNC_PERIOD, (SYNC_PERIOD,)),
    "rechecks": ("rechecks", SYNC_PERIOD, ()),
    "reconcile": ("reconcile", SYNC_RECONCILE, (SYNC_RECONCILE,)),
    "forget": ("forget", 600, ()),
    **{f"sweep-{number}": ("sweep", SYNC_PERIOD, (number,)) for number in range(SYNC_SWEEPERS)},
}
CELERY_BEAT_SCHEDULE = {
    name: {"task": f"jobs.tasks.{task}", "schedule": period, "args": given}
    for name, (task, period, given) in TICKS.items()
}
