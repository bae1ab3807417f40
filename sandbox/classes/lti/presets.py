"""What each product calls the values of a registration, and where its own addresses are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sandbox.classes.models import PlatformKind

HOST: Final = "{host}"
CLIENT: Final = "{client_id}"
"""Places in the addresses below."""


@dataclass(frozen=True)
class Preset:
    """One product. ``{host}`` in an address stands for the host of the school's own site.

    ``{client_id}`` stands for the client ID, and is put there when the values are saved.

    Args:
        steps: where the values go in that product, in order.
        issuer, auth_url, token_url, keyset_url, audience: its addresses; "" where each site has its own.
    """

    steps: tuple[StrOrPromise, ...]
    issuer: str = ""
    auth_url: str = ""
    token_url: str = ""
    keyset_url: str = ""
    audience: str = ""


PRESETS: Final[dict[str, Preset]] = {
    PlatformKind.CANVAS: Preset(
        (
            _("Admin > Developer Keys > + Developer Key > + LTI Key, method Manual Entry."),
            _(
                "Redirect URIs and Target Link URI: the launch address. OpenID Connect Initiation "
                "URL: the sign-in address. JWK Method: Public JWK URL, with the key address."
            ),
            _("LTI Advantage Services: allow line items, scores, and names and roles."),
            _(
                "Placements: Link Selection and Assignment Selection, both LtiDeepLinkingRequest. "
                "Switch the key on; its number is the client ID."
            ),
            _("In the course: Settings > Apps > + App > By Client ID."),
        ),
        issuer="https://canvas.instructure.com",
        auth_url="https://sso.canvaslms.com/api/lti/authorize_redirect",
        token_url="https://sso.canvaslms.com/login/oauth2/token",
        keyset_url="https://sso.canvaslms.com/api/lti/security/jwks",
    ),
    PlatformKind.MOODLE: Preset(
        (
            _("Site administration > Plugins > External tool > Manage tools > configure a tool manually."),
            _(
                "LTI version 1.3. Tool URL and Redirection URI(s): the launch address. Initiate "
                "login URL: the sign-in address. Public key type: Keyset URL, with the key address."
            ),
            _("Default launch container: New window. Supports Deep Linking: yes."),
            _(
                "Services: use Assignment and Grade Services for grade sync and column management; "
                "use Names and Role Provisioning. Privacy: share the launcher's name."
            ),
            _(
                "The magnifier on the tool's card shows the client ID. Below, put the host of your "
                "site in the place of {host}."
            ),
        ),
        issuer="https://{host}",
        auth_url="https://{host}/mod/lti/auth.php",
        token_url="https://{host}/mod/lti/token.php",
        keyset_url="https://{host}/mod/lti/certs.php",
    ),
    PlatformKind.BLACKBOARD: Preset(
        (
            _(
                "Register an application at the developer portal: the sign-in address as Login "
                "Initiation URL, the launch address as Tool Redirect URL, the key address as Tool "
                "JWKS URL. It gives you the client ID; the keyset address below takes it from there."
            ),
            _("Administrator Panel > LTI Tool Providers > Register LTI 1.3 Tool, with that client ID."),
            _("Allow grade service access and membership service access; send role and name."),
            _(
                "Manage Placements: a deep linking content tool, with the launch address; open in a "
                "new window."
            ),
        ),
        issuer="https://blackboard.com",
        auth_url="https://developer.blackboard.com/api/v1/gateway/oidcauth",
        token_url="https://developer.blackboard.com/api/v1/gateway/oauth2/jwttoken",
        keyset_url="https://developer.blackboard.com/api/v1/management/applications/{client_id}/jwks.json",
    ),
    PlatformKind.D2L: Preset(
        (
            _("Admin Tools > Manage Extensibility > LTI Advantage > Register Tool > Standard."),
            _(
                "Domain: this site. Redirect URLs: the launch address. OpenID Connect Login URL: the "
                "sign-in address. Keyset URL: the key address."
            ),
            _(
                "Extensions: Assignment and Grade Services, Deep Linking, Names and Role "
                "Provisioning Services."
            ),
            _(
                "View Deployments > New Deployment: choose the tool, share the name, open it as an "
                "external resource."
            ),
            _(
                "The registration's page shows the client ID. Below, put the host of your site in "
                "the place of {host}."
            ),
        ),
        issuer="https://{host}",
        auth_url="https://{host}/d2l/lti/authenticate",
        token_url="https://auth.brightspace.com/core/connect/token",
        keyset_url="https://{host}/d2l/.well-known/jwks",
        audience="https://api.brightspace.com/auth/token",
    ),
    PlatformKind.OTHER: Preset(
        (
            _(
                "Register a tool of LTI 1.3 with the addresses above; the launch address is the "
                "redirect address and the target of all links."
            ),
            _("Allow deep linking, names and roles, and assignment and grade services."),
            _("Let it open in a new window: the drawing needs the room."),
        ),
    ),
}
