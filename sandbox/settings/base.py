"""What holds everywhere. Everything that differs between machines comes from the environment.

DATABASE_URL    sqlite:///path or postgres://user:password@host/name; a socket folder goes in as ?host=/folder
REDIS_URL       broker, channel layer and cache
SANDBOX_DATA    folder for the SQLite file, when DATABASE_URL names none
LTI_PRIVATE_PLATFORMS  true: a learning platform may be on this machine or in a private network
MATRIX_AT_ONCE  false: matrices are made by workers alone, also the small ones that an edit asks for
SANDBOX_LOCALE  folder of the catalogues, one folder for each language beside English
"""

from __future__ import annotations

import logging
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.conf.locale import LANG_INFO

from sandbox.settings.logs import logging_config

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(env.str("SANDBOX_DATA", default=str(BASE_DIR / ".data")))

DEBUG = False
TIME_ZONE = "UTC"  # unset, Django exports another one to every child process
USE_TZ = True
USE_I18N = True
LANGUAGE_CODE = "en"
LOCALE_DIR = Path(env.str("SANDBOX_LOCALE", default=str(BASE_DIR / "locale")))
LOCALE_PATHS = [LOCALE_DIR]
LANGUAGES = [
    (code, LANG_INFO.get(code, {}).get("name_local", code))
    for code in (
        "en",
        *sorted(
            path.parent.parent.name.replace("_", "-").lower()
            for path in LOCALE_DIR.glob("*/LC_MESSAGES/django.mo")
        ),
    )
]
ROOT_URLCONF = "sandbox.urls"
ASGI_APPLICATION = "sandbox.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    # First, so that our `test` stands before Django's.
    "sandbox.common",
    "sandbox.accounts",
    "sandbox.scenarios",
    "sandbox.runs",
    "sandbox.sharing",
    "sandbox.classes",
    "sandbox.workbench",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "channels",
    "csp",
    "django_structlog",
    "django_vite",
    "lti_tool",
    "ninja",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "sandbox.scenarios.language.middleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "sandbox.common.middleware.in_one_thread",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.i18n",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Rows ---

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    # Measured: with Django's own options four busy writers meet "database is locked" within seconds;
    # with these, never.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "timeout": 20,
    }
    # A file, because other threads and processes of a test open it too.
    DATABASES["default"]["TEST"] = {"NAME": f"{DATABASES['default']['NAME']}.test"}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# --- Redis: cache, hints to browsers, broker ---

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL]},
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Long on purpose: a short one hands healthy long tasks out twice. Lost runs come back by their lease.
    "visibility_timeout": 12 * 3600,
    "socket_connect_timeout": 2,
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True  # the run's row is the result
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False  # the collector sends later what could not be sent
CELERY_TASK_DEFAULT_QUEUE = "interactive"
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {
    "interactive": {},
    "batch": {},
    "live": {},
    "questions": {},
    "grading": {},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False  # a run outlives a broker
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "celery.beat.Scheduler"  # a static schedule needs no file
CELERY_BEAT_SCHEDULE = {
    "collect": {"task": "runs.collect", "schedule": 2.0, "options": {"expires": 2, "queue": "interactive"}},
    "pass-back": {"task": "lti.pass_back", "schedule": 10.0, "options": {"expires": 10, "queue": "batch"}},
}

# --- People ---

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = env.str("ACCOUNT_EMAIL_VERIFICATION", default="none")
ACCOUNT_LOGOUT_REDIRECT_URL = "/"

# --- Learning platforms ---

# True lets platforms live on this machine or in a private network, and speak http: for trials and tests.
LTI_PRIVATE_PLATFORMS = env.bool("LTI_PRIVATE_PLATFORMS", default=False)

# --- Assets: built by Vite into static/dist, nothing else of static/ is published ---

STATIC_URL = "/static/"
STATIC_ROOT: Path | None = BASE_DIR / "static" / "collected"
STATICFILES_DIRS = [BASE_DIR / "static" / "dist"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Not the manifest storage: Vite hashes its names already, and chunks import each other by them.
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/assets/"
DJANGO_VITE = {
    "default": {"dev_mode": False, "manifest_path": BASE_DIR / "static" / "dist" / "manifest.json"},
}

# --- Limits and headers ---

MATRIX_AT_ONCE = env.bool("MATRIX_AT_ONCE", default=True)

DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SAMESITE = "Lax"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

LOGGING = logging_config(json=False, level=env.str("LOG_LEVEL", default="INFO"))
DJANGO_STRUCTLOG_CELERY_ENABLED = True
# A first event waits for all that is written before it; the line at the end of a task has its duration.
DJANGO_STRUCTLOG_CELERY_TASK_START_LOG_LEVEL = logging.DEBUG
