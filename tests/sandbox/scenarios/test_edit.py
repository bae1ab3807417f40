"""Edit a scenario: PATCH /scenarios/{id}."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from sandbox.scenarios import queries, services
from sandbox.scenarios.models import ImmutableRevision, Revision, Scenario
from tests.sandbox.base import CommittedTest, SandboxTest


def rename(name: str) -> list[dict[str, Any]]:
    """Return a patch that renames."""
    return [{"op": "replace", "path": "/name", "value": name}]


class EditTest(SandboxTest):
    """The owner's scenario at revision 1."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario("first-packet")

    def edit(self, base: int, patch: Any) -> Any:
        return self.send(
            self.owner_client, "PATCH", f"/scenarios/{self.made.pk}", {"base": base, "patch": patch}
        )

    def test_an_edit_makes_the_next_revision(self) -> None:
        answer = self.edit(1, rename("Another name"))
        assert answer.status_code == 200, answer.content
        body = answer.json()
        assert (body["revision"], body["document"]["name"]) == (2, "Another name")
        assert (body["problems"], body["runnable"]) == ([], True)
        scenario = Scenario.objects.get(pk=self.made.pk)
        assert (scenario.name, scenario.head_id) == ("Another name", self.head(self.made).pk)

    def test_the_old_revision_is_still_what_it_was(self) -> None:
        before = Revision.objects.get(scenario=self.made, number=1).document
        self.edit(1, rename("Another name"))
        after = Revision.objects.get(scenario=self.made, number=1)
        assert (after.document, after.document["name"]) == (before, "First packet")

    def test_an_edit_of_an_old_revision_is_answered_with_the_newest(self) -> None:
        self.edit(1, rename("First"))
        answer = self.edit(1, rename("Second"))
        error = self.error(answer, 409)
        assert error["code"] == "stale"
        assert (answer.json()["revision"], answer.json()["document"]["name"]) == (2, "First")
        assert Revision.objects.filter(scenario=self.made).count() == 2

    def test_an_edit_of_a_revision_that_is_yet_to_come_is_stale_too(self) -> None:
        assert self.edit(7, rename("x")).status_code == 409

    def test_an_edit_may_make_problems_and_says_them(self) -> None:
        body = self.edit(1, [{"op": "remove", "path": "/topology/vnets/shop"}]).json()
        assert body["revision"] == 2
        assert not body["runnable"]
        assert body["problems"]

    def test_an_edit_that_makes_nonsense_is_refused_and_nothing_is_saved(self) -> None:
        patch = [{"op": "add", "path": "/topology/vnets/new", "value": {"colour": "blue"}}]
        assert self.error(self.edit(1, patch), 422)["code"] == "not_a_scenario"
        assert Revision.objects.filter(scenario=self.made).count() == 1

    def test_all_operations_or_none(self) -> None:
        patch = [*rename("Half"), {"op": "remove", "path": "/topology/vms/nobody"}]
        error = self.error(self.edit(1, patch), 422)
        assert (error["code"], error["pointer"]) == ("patch", "/patch/1/path")
        assert self.head(self.made).document["name"] == "First packet"

    def test_an_empty_patch_makes_no_revision(self) -> None:
        assert self.edit(1, []).json()["revision"] == 1

    def test_what_is_no_patch_is_refused_with_its_place(self) -> None:
        for patch, place in (
            ([{"op": "explode", "path": "/name"}], "/patch/0/op"),
            ([{"op": "add"}], "/patch/0/path"),
            ("x", "/patch"),
        ):
            assert self.error(self.edit(1, patch), 422)["pointer"] == place
        self.error(self.edit(True, []), 422)  # type: ignore[arg-type]

    def test_a_stored_revision_cannot_be_changed(self) -> None:
        revision = self.head(self.made)
        revision.document = {}
        with pytest.raises(ImmutableRevision):
            revision.save()
        with pytest.raises(ImmutableRevision):
            Revision.objects.filter(pk=revision.pk).update(document={})

    def test_rename_is_an_edit(self) -> None:
        services.rename(self.made, "Renamed", self.owner)
        assert (self.head(self.made).number, self.head(self.made).document["name"]) == (2, "Renamed")
        with pytest.raises(services.Invalid):
            services.rename(self.made, "", self.owner)

    def test_answers_are_kept_per_revision(self) -> None:
        first = self.head(self.made)
        self.edit(1, [{"op": "remove", "path": "/topology/vnets/shop"}])
        assert queries.runnable(first)
        assert not queries.runnable(self.head(self.made))


class EditTogetherTest(CommittedTest):
    """Two people (or two windows) at once."""

    def test_of_two_edits_at_once_one_is_stale(self) -> None:
        made = self.scenario("first-packet")
        outcomes: list[str] = []
        ready = threading.Barrier(2)

        def edit(name: str) -> None:
            try:
                ready.wait(10)
                services.apply_patch(made, 1, rename(name), self.owner)
                outcomes.append("saved")
            except services.Stale:
                outcomes.append("stale")
            finally:
                connection.close()

        threads = [threading.Thread(target=edit, args=(f"name {n}",)) for n in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert sorted(outcomes) == ["saved", "stale"]
        numbers = list(Revision.objects.filter(scenario=made).values_list("number", flat=True))
        assert numbers == [1, 2]
