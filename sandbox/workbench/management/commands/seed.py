"""Make the demo account with its scenarios and its course."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand
from django.db import transaction

from sandbox.accounts.models import User
from sandbox.classes import demo
from sandbox.runs import runner
from sandbox.runs import services as runs
from sandbox.runs.models import Kind, Run, State
from sandbox.scenarios import queries, services
from sandbox.scenarios.models import Scenario
from sandbox.scenarios.templates import templates

TRACED: Final = "two-firewalls"
USER: Final = "demo"
PASSWORD: Final = "demo-password"


class Command(BaseCommand):
    """``seed``: idempotent; what is there is left as it is."""

    help = "Make the demo account with its scenarios, one finished trace and a course. Harmless to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take ``--quiet``."""
        parser.add_argument("--quiet", action="store_true", help="print nothing but errors")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is missing and print the sign-in."""
        user = _user()
        for name, template in reversed(templates().items()):  # the first one last, so that it leads the list
            document = template.document
            # A deleted seed stays deleted: the person did not want it.
            scenario = Scenario.objects.filter(owner=user, name=document["name"]).first()
            if scenario is None:
                scenario = services.create(user, document)
            if name == TRACED and scenario.deleted is None:
                _trace(user, scenario, document["traffic"]["outbound"])
        demo.seed(user)
        if not options["quiet"]:
            self.stdout.write(f"Sign in as {USER} with the password {PASSWORD}")


@transaction.atomic
def _user() -> User:
    user, new = User.objects.get_or_create(username=USER)
    if new:
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    return user


def _trace(user: User, scenario: Scenario, flow: dict[str, Any]) -> None:
    """Leave one finished trace, done here and now without a worker."""
    if Run.objects.filter(scenario=scenario, kind=Kind.TRACE, state=State.SUCCEEDED).exists():
        return
    revision = queries.revision(scenario)
    if revision is None or not queries.runnable(revision):
        return
    packet = {key: flow[key] for key in ("source", "destination", "protocol", "destination_port")}
    run = runs.start(user, revision, Kind.TRACE, packet, tell=False)
    runner.execute(run.pk)
