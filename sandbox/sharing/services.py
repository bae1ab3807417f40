"""What people do with share links: make, revoke, fork."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext

from sandbox.accounts.models import User
from sandbox.runs import queries as run_queries
from sandbox.runs import services as run_services
from sandbox.scenarios import restrictions
from sandbox.scenarios import services as scenario_services
from sandbox.scenarios.models import Scenario
from sandbox.sharing.models import Share, Visit
from sandbox.sharing.tokens import token_hash, token_of

LIFETIME: Final = timedelta(days=180)
SHARES_PER_SCENARIO: Final = 50


class NotShareable(ValueError):
    """The runs named cannot be shown together; the message says why."""


def create(scenario: Scenario, user: User, run_ids: Sequence[UUID]) -> tuple[Share, str]:
    """Freeze a revision and some of its runs under a new link; return the share and its token.

    The revision is the one the runs belong to, the newest one without runs.

    Raises:
        NotShareable: a run is not of this scenario, the runs belong to different revisions, the scenario
            belongs to an exam or its predictions come first, the person sits an exam, or there are
            ``SHARES_PER_SCENARIO`` open links.
    """
    share_id = uuid4()
    token = token_of(share_id)
    with transaction.atomic():
        scenario = Scenario.objects.select_for_update().get(pk=scenario.pk)
        if scenario.shares.filter(revoked=None, expires__gt=now()).count() >= SHARES_PER_SCENARIO:
            raise NotShareable(
                gettext("A scenario may have {limit} open links. Revoke one first.").format(
                    limit=SHARES_PER_SCENARIO
                )
            )
        _may_be_shared(scenario, user)
        runs = list(run_queries.runs_of(scenario).filter(pk__in=set(run_ids)))
        if len(runs) != len(set(run_ids)):
            raise NotShareable(gettext("Not all of these runs belong to this scenario."))
        if len({run.revision_id for run in runs}) > 1:
            raise NotShareable(
                gettext("These runs belong to different revisions; a link shows one revision.")
            )
        revision = runs[0].revision if runs else scenario.head
        assert revision is not None  # only imports run without one, and they belong to no scenario
        share = Share.objects.create(
            id=share_id,
            scenario=scenario,
            revision=revision,
            token_hash=token_hash(token),
            created_by=user,
            expires=now() + LIFETIME,
        )
        share.runs.set(runs)
    return share, token


def _may_be_shared(scenario: Scenario, user: User) -> None:
    try:
        restrictions.may_leave(scenario)
    except (restrictions.InExam, restrictions.PredictFirst) as error:
        raise NotShareable(str(error)) from error
    if restrictions.sits_exam(user):
        raise NotShareable(gettext("You sit an exam, so nothing is shared until it is over."))


def remember(share: Share, user: User) -> None:
    """Note that a person opened a link of somebody else."""
    if share.scenario.owner_id != user.pk:
        Visit.objects.update_or_create(share=share, user=user, defaults={"opened": now()})


def revoke(share: Share) -> None:
    """End a link for good and close the sockets that came through it."""
    Share.objects.filter(pk=share.pk, revoked=None).update(revoked=now())
    runs = list(share.runs.values_list("pk", flat=True))

    def close() -> None:
        for run_id in runs:
            run_services.nudge(run_id)

    transaction.on_commit(close)


def fork(share: Share, user: User) -> Scenario:
    """Save a copy of the shared revision as a scenario of ``user`` and return it.

    Raises:
        scenarios.services.TooManyScenarios: the person may not keep more.
    """
    return scenario_services.duplicate(share.revision, user, same_name=True)
