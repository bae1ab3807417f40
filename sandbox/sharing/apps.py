"""App settings of sharing."""

from __future__ import annotations

from django.apps import AppConfig


class SharingConfig(AppConfig):
    """The sharing app."""

    name = "sandbox.sharing"
    label = "sharing"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Sharing"

    def ready(self) -> None:
        """Keep share tokens out of the logs."""
        from sandbox.sharing.logs import keep_tokens_out

        keep_tokens_out()
