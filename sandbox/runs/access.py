"""Who may see and steer a run. Not yours is answered like not there: 404."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from sandbox.accounts.models import User
from sandbox.runs import queries
from sandbox.runs.models import Run

Visitor = User | AnonymousUser


def run_read(user: Visitor, run_id: UUID | str) -> Run:
    """Return a run of the person. One query, without the document.

    Raises:
        Http404: it is not there, its scenario was deleted, or it is not theirs.
    """
    if isinstance(run_id, str):
        try:
            run_id = UUID(run_id)
        except ValueError as error:
            raise Http404("There is no such run.") from error
    found = queries.visible().filter(pk=run_id).first()
    if found is None or not user.is_authenticated or found.owner_id != user.pk:
        raise Http404("There is no such run.")
    return found


def run_write(user: Visitor, run_id: UUID | str) -> Run:
    """Return a run the person may cancel. Today that is who may see it: its owner.

    Raises:
        Http404: as ``run_read``.
    """
    return run_read(user, run_id)
