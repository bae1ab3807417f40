"""``manage.py seed``: the demo account and its scenarios."""

from __future__ import annotations

from io import StringIO

from django.core.management import call_command
from django.test import Client

from sandbox.accounts.models import User
from sandbox.runs.models import Run
from sandbox.scenarios import queries, services
from sandbox.scenarios.models import Scenario
from sandbox.scenarios.templates import NAMES
from tests.sandbox.base import SandboxTest


def seeded() -> str:
    """Seed and return what was printed."""
    out = StringIO()
    call_command("seed", stdout=out)
    return out.getvalue()


class SeedTest(SandboxTest):
    """A database that was empty before ``seed``."""

    said: str

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.said = seeded()

    def test_makes_the_account_with_its_scenarios_and_one_finished_trace(self) -> None:
        assert "demo" in self.said
        assert Client().login(username="demo", password="demo-password")
        names = [scenario.name for scenario in queries.scenarios_of(User.objects.get(username="demo"))]
        assert names[:5] == [
            "Two firewalls behind a load balancer",
            "First packet",
            "Hub and two spokes through a firewall",
            "Both clouds",
            "A drawing with problems",
        ]
        numbers = [name.split(".")[0] for name in names[5:]]
        assert numbers == sorted(numbers, key=lambda number: (int(number.rstrip("b")), number))
        assert numbers[0] == "1"
        assert len(names) == len(NAMES)
        run = Run.objects.get(owner__username="demo")
        assert (run.kind, run.state) == ("trace", "succeeded")
        assert run.last_seq > 4

    def test_repeating_changes_nothing(self) -> None:
        before = list(Scenario.objects.order_by("pk").values())
        seeded()
        assert list(Scenario.objects.order_by("pk").values()) == before
        assert (
            Run.objects.filter(owner__username="demo").count(),
            User.objects.filter(username="demo").count(),
        ) == (1, 1)

    def test_what_was_deleted_stays_deleted(self) -> None:
        services.delete(Scenario.objects.get(owner__username="demo", name="First packet"))
        seeded()
        assert Scenario.objects.filter(owner__username="demo", name="First packet").count() == 1

    def test_a_changed_password_is_kept(self) -> None:
        user = User.objects.get(username="demo")
        user.set_password("my-own-password")
        user.save()
        seeded()
        assert Client().login(username="demo", password="my-own-password")
