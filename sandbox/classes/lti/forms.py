"""Input of the pages about platforms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sandbox.classes.lti.presets import CLIENT, HOST, Preset
from sandbox.classes.models import PlatformKind

ADDRESSES = ("issuer", "auth_url", "token_url", "keyset_url")
"""Values that are addresses."""

_EXAMPLES = {"auth_url": "/auth", "token_url": "/token", "keyset_url": "/keys"}


def looks_wrong(words: str, name: str, preset: Preset) -> str:
    """Return why an address was refused, and how that address of the product looks."""
    given = getattr(preset, name) or f"https://{HOST}{_EXAMPLES.get(name, '')}"
    example = given.replace(HOST, "lms.example.org").replace(CLIENT, "12345")
    return gettext("{words} It should look like {example}").format(words=words, example=example)


def _host(said: str) -> str:
    """Return the host of what was written: a host, or an address of the platform."""
    said = said.strip()
    return urlsplit(said).netloc if "//" in said else said.partition("/")[0]


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

    host = forms.CharField(
        max_length=255,
        required=False,
        label=_("Host of the platform"),
        help_text=_("Such as lms.example.org; it is put in the place of {host} in all addresses below."),
    )
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

    def __init__(self, data: Mapping[str, str] | None = None, *, preset: Preset, **given: Any) -> None:
        """Put host and client ID where an address of a preset has a place for them."""
        if data is not None and (host := _host(data.get("host", ""))):
            places = {name: data[name].replace(HOST, host) for name in data if name in ADDRESSES}
            data = {**data, "host": host, **places}
        if data is not None and CLIENT in data.get("keyset_url", ""):
            client_id = quote(data.get("client_id", "").strip(), safe="")
            data = {**data, "keyset_url": data["keyset_url"].replace(CLIENT, client_id)}
        super().__init__(data, **given)
        if not any(HOST in str(self[name].value() or "") for name in ADDRESSES):
            del self.fields["host"]
        for name in ADDRESSES[1:]:
            self.fields[name].error_messages["invalid"] = self._no_address(name, preset)

    def _no_address(self, name: str, preset: Preset) -> str:
        """Return what is said of a value that is no address: what stands open in it, or how one looks."""
        if HOST in str(self.data.get(name, "")):
            return gettext("Put the host of your site in the place of {host}.")
        return looks_wrong(gettext("This is no address."), name, preset)

    def clean(self) -> dict[str, Any]:
        """Refuse an issuer in which the place of the host is still open; addresses are refused as such."""
        if HOST in self.cleaned_data.get("issuer", ""):
            self.add_error("issuer", _("Put the host of your site in the place of {host}."))
        return self.cleaned_data
