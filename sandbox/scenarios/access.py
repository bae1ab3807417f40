"""Who may see and change a scenario. Not yours is answered like not there: 404."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from sandbox.accounts.models import User
from sandbox.scenarios import queries
from sandbox.scenarios.models import Scenario

Visitor = User | AnonymousUser


def scenario_read(user: Visitor, scenario_id: UUID | str) -> Scenario:
    """Return a scenario the person may see, without documents. One query.

    Raises:
        Http404: it is not there, it was deleted, or it is not theirs.
    """
    if isinstance(scenario_id, str):
        try:
            scenario_id = UUID(scenario_id)
        except ValueError as error:
            raise Http404("There is no such scenario.") from error
    found = queries.live().filter(pk=scenario_id).first()
    if found is None or not user.is_authenticated or found.owner_id != user.pk:
        raise Http404("There is no such scenario.")
    return found


def scenario_write(user: Visitor, scenario_id: UUID | str) -> Scenario:
    """Return a scenario the person may change. Today that is who may see it: its owner.

    Raises:
        Http404: as ``scenario_read``.
    """
    return scenario_read(user, scenario_id)


def can(user: Visitor, scenario: Scenario) -> dict[str, bool]:
    """Return what the person may do with a scenario they see, for buttons."""
    owner = bool(user.is_authenticated and scenario.owner_id == user.pk)
    leaves = owner and not scenario.exam and not scenario.withheld
    return {"edit": owner, "run": owner, "share": leaves, "download": leaves}
