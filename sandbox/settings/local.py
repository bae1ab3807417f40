"""One person's machine: `demo`, `test` and development."""

from __future__ import annotations

from sandbox.settings.base import *  # noqa: F403
from sandbox.settings.base import env

DEBUG = env.bool("DEBUG", default=False)
# `demo` makes a key of its own in its data folder; this one guards nothing.
SECRET_KEY = env.str("SECRET_KEY", default="local-development-only")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env.list("ALLOWED_HOSTS", default=[])]
WHITENOISE_USE_FINDERS = True  # no collectstatic before a look
STATIC_ROOT = None  # nothing is collected, so nothing is looked for
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
