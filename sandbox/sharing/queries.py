"""Reads of share links."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.timezone import now

from sandbox.accounts.models import User
from sandbox.runs.models import Run
from sandbox.scenarios.models import Scenario
from sandbox.scenarios.restrictions import unrestricted
from sandbox.sharing.models import Share, Visit
from sandbox.sharing.tokens import token_hash, token_of


def open_shares() -> QuerySet[Share]:
    """Return the shares that still open something: not revoked, not expired, scenario not deleted.

    Those of a drawing that an exam has since, or whose predictions come first, open nothing meanwhile.

    Without documents; reading one is one more query.
    """
    live = Q(expires=None) | Q(expires__gt=now())
    live &= unrestricted("scenario__")
    shares = Share.objects.filter(live, revoked=None, scenario__deleted=None)
    return shares.select_related("scenario", "revision").defer("revision__document")


def by_token(token: str) -> Share | None:
    """Return the open share of a token; None where there is none. One query."""
    return open_shares().filter(token_hash=token_hash(token)).first()


def shares_of(scenario: Scenario) -> QuerySet[Share]:
    """Return the open shares of a scenario, newest first, with their runs; two queries."""
    return open_shares().filter(scenario=scenario).prefetch_related("runs")


def runs_of(share: Share) -> list[Run]:
    """Return the runs a share shows, newest first."""
    return list(share.runs.select_related("revision").defer("revision__document").order_by("-created", "id"))


def run_of(share: Share, run_id: UUID) -> Run | None:
    """Return one run a share shows; None where it does not."""
    return share.runs.select_related("revision").defer("revision__document").filter(pk=run_id).first()


def visits_of(user: User, most: int) -> list[tuple[Visit, str]]:
    """Return the links a person opened and that still open something, newest first, each with its token.

    A link made under another secret key of the server is left out: nobody can tell its token. One query.
    """
    visits = Visit.objects.filter(user=user, share__in=open_shares()).select_related(
        "share__scenario__owner", "share__revision"
    )
    found = [(visit, token_of(visit.share_id)) for visit in visits.defer("share__revision__document")[:most]]
    return [(visit, token) for visit, token in found if token_hash(token) == visit.share.token_hash]
