"""App settings of scenarios."""

from __future__ import annotations

from django.apps import AppConfig


class ScenariosConfig(AppConfig):
    """The scenarios app."""

    name = "sandbox.scenarios"
    label = "scenarios"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Scenarios"
