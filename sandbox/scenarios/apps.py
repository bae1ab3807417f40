"""App settings of scenarios."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import get_language, gettext, ngettext


class ScenariosConfig(AppConfig):
    """The scenarios app."""

    name = "sandbox.scenarios"
    label = "scenarios"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Scenarios"

    def ready(self) -> None:
        """Let the engine speak the language of whoever is served."""
        # Imported here: the engine is large, and commands that only look at settings need none.
        import netcore

        netcore.translate_with(_translated, ngettext, _language)


def _language() -> str:
    return get_language() or ""


def _translated(template: str) -> str:
    # The catalogue's entry for no text is its own heading.
    return gettext(template) if template else template
