"""App settings of api."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The API."""

    name = "sandbox.api"
    label = "api"
    verbose_name = "API"
