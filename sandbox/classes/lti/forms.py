"""Input of the pages about platforms."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from sandbox.classes.models import PlatformKind


class NewPlatformForm(forms.Form):
    """A platform before anything is known of it."""

    name = forms.CharField(
        max_length=120, label=_("Name"), help_text=_("What you call it, such as Campus Moodle.")
    )
    kind = forms.ChoiceField(choices=PlatformKind.choices, label=_("Product"))


def _address(label: str) -> forms.URLField:
    return forms.URLField(max_length=200, label=label, assume_scheme="https")


class PlatformForm(forms.Form):
    """What the platform says of itself after the tool was registered there."""

    issuer = forms.CharField(max_length=255, label=_("Issuer (platform ID)"))
    client_id = forms.CharField(max_length=255, label=_("Client ID"))
    auth_url = _address(_("Authentication request address"))  # type: ignore[arg-type]
    token_url = _address(_("Access token address"))  # type: ignore[arg-type]
    keyset_url = _address(_("Public keyset address"))  # type: ignore[arg-type]
    audience = forms.CharField(
        max_length=255,
        required=False,
        label=_("Audience of tokens"),
        help_text=_("Only where the platform names one that differs from the token address."),
    )
