"""Input of the pages about platforms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django import forms
from django.utils.translation import gettext_lazy as _

from sandbox.classes.lti.presets import CLIENT, HOST
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

    def __init__(self, data: Mapping[str, str] | None = None, **given: Any) -> None:
        """Put the client ID where an address of a preset has a place for it."""
        if data is not None and CLIENT in data.get("keyset_url", ""):
            client_id = quote(data.get("client_id", "").strip(), safe="")
            data = {**data, "keyset_url": data["keyset_url"].replace(CLIENT, client_id)}
        super().__init__(data, **given)

    def clean(self) -> dict[str, Any]:
        """Refuse an issuer in which the place of the host is still open; addresses are refused as such."""
        if HOST in self.cleaned_data.get("issuer", ""):
            self.add_error("issuer", _("Put the host of your site in the place of {host}."))
        return self.cleaned_data
