"""A server for many people: everything that must be said is asked of the environment.

SECRET_KEY, ALLOWED_HOSTS, DATABASE_URL, REDIS_URL   required
HTTPS                 on: redirect, secure cookies, HSTS. Off only to try the containers on one machine.
CSRF_TRUSTED_ORIGINS  needed behind a proxy that ends TLS under another name
TRUST_PROXY           on: believe X-Forwarded-Proto; only behind a proxy that sets it
EMAIL_URL             smtp://user:password@host:port
"""

from __future__ import annotations

from sandbox.settings.base import *  # noqa: F403
from sandbox.settings.base import env
from sandbox.settings.logs import logging_config

SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
DATABASES["default"] = {**DATABASES["default"], **env.db_url("DATABASE_URL")}  # noqa: F405
REDIS_URL = env.str("REDIS_URL")

HTTPS = env.bool("HTTPS", default=True)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked from inside, without TLS
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=365 * 24 * 3600) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
if env.bool("TRUST_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

globals().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="vnet-sandbox@localhost")

LOGGING = logging_config(json=True, level=env.str("LOG_LEVEL", default="INFO"))
