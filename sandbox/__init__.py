"""VNet Sandbox: the Django project."""

from __future__ import annotations

# Tasks are bound to this app wherever Django runs, in the web server too.
from sandbox.celery import app as celery_app

__all__ = ["celery_app"]
