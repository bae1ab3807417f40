"""The API as one thing: routers of the rooms, who is asking, errors in one shape."""

from __future__ import annotations

from ninja import NinjaAPI

from sandbox.api import classes, errors, reference, runs, scenarios, sharing
from sandbox.api.auth import StrictJson, Visitor

api = NinjaAPI(
    title="VNet Sandbox",
    version="1",
    description=(
        "Scenarios, runs, share links and courses. Sign in with the session cookie; requests that change "
        "something carry the CSRF token in X-CSRFToken. What is not yours is answered like what is not there."
    ),
    urls_namespace="api",
    docs_url=None,
    auth=Visitor(),
    parser=StrictJson(),
)
errors.register(api)
for part in (scenarios, runs, sharing, classes, reference):
    api.add_router("", part.router)
