"""App settings of workbench."""

from __future__ import annotations

from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    """The pages."""

    name = "sandbox.workbench"
    label = "workbench"
    verbose_name = "Workbench"
