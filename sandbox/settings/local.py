"""One person's machine: `demo`, `test` and development."""

from __future__ import annotations

from sandbox.settings.base import *  # noqa: F403
from sandbox.settings.base import DATA_DIR, env

DEBUG = env.bool("DEBUG", default=False)
# `demo` makes a key of its own in its data folder. Every other command takes that one too, so that what
# the demo signs is genuine to it; where there is none, this one guards nothing.
_KEPT = DATA_DIR / "secret-key"
SECRET_KEY = env.str("SECRET_KEY", default="") or (
    _KEPT.read_text(encoding="utf-8") if _KEPT.is_file() else "local-development-only"
)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env.list("ALLOWED_HOSTS", default=[])]
WHITENOISE_USE_FINDERS = True  # no collectstatic before a look
STATIC_ROOT = None  # nothing is collected, so nothing is looked for
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
