"""Who may see a share: whoever holds its token. Who may manage it: the owner of the scenario."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from sandbox.accounts.models import User
from sandbox.runs.models import Run
from sandbox.sharing import queries
from sandbox.sharing.models import Share

Visitor = User | AnonymousUser


def share_open(token: str) -> Share:
    """Return the share of a token.

    Raises:
        Http404: no such token, revoked, expired, or the scenario was deleted. All look the same.
    """
    found = queries.by_token(token)
    if found is None:
        raise Http404("There is no such shared scenario.")
    return found


def shared_run(token: str, run_id: UUID | str) -> Run:
    """Return a run that a token's share shows.

    Raises:
        Http404: the token opens nothing, or not this run.
    """
    share = share_open(token)
    try:
        found = queries.run_of(share, UUID(str(run_id)))
    except ValueError:
        found = None
    if found is None:
        raise Http404("There is no such run.")
    return found


def share_write(user: Visitor, share_id: UUID | str) -> Share:
    """Return a share the person may revoke; a revoked one is there no more.

    Raises:
        Http404: it is not there, or its scenario is not theirs.
    """
    try:
        found = queries.open_shares().filter(pk=UUID(str(share_id))).first()
    except ValueError:
        found = None
    if found is None or not user.is_authenticated or found.scenario.owner_id != user.pk:
        raise Http404("There is no such share.")
    return found
