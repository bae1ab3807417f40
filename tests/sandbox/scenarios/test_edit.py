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

    def test_the_document_is_left_out_where_it_is_what_the_edits_make(self) -> None:
        path = f"/scenarios/{self.made.pk}"
        body = {"base": 1, "patch": rename("Another name"), "minimal": True}
        answer = self.send(self.owner_client, "PATCH", path, body).json()
        assert (answer["revision"], answer["document"], answer["runnable"]) == (2, None, True)
        # A field that is left out is kept with its default: whoever left it out must see what became of it.
        told = [{"op": "remove", "path": "/description"}]
        body = {"base": 2, "patch": told, "minimal": True}
        answer = self.send(self.owner_client, "PATCH", path, body).json()
        assert answer["document"] == self.head(self.made).document
        both = {"base": 3, "edits": [rename("a"), told], "minimal": True}
        answer = self.send(self.owner_client, "POST", f"{path}/edits", both).json()
        assert (answer["revision"], answer["document"]["name"]) == (5, "a")
        both = {"base": 5, "edits": [told, rename("b")], "minimal": True}
        answer = self.send(self.owner_client, "POST", f"{path}/edits", both).json()
        assert (answer["revision"], answer["document"]["name"]) == (7, "b")
        both = {"base": 7, "edits": [rename("c"), [], rename("d")], "minimal": True}
        answer = self.send(self.owner_client, "POST", f"{path}/edits", both).json()
        assert (answer["revision"], answer["document"]) == (9, None)

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

    def test_what_cannot_be_kept_is_refused_with_its_place(self) -> None:
        vnet = {"name": "x", "address_space": ["10.9.0.0/16"]}
        for path, value, place in (
            ("/name", "a\0b", "/name"),
            ("/name", "x" * 121, "/name"),
            ("/description", "x" * 100_001, "/description"),
            ("/topology/vnets/a\0b", vnet, "/topology/vnets"),
            ("/topology/vnets/shop/name", "a\0b", "/topology/vnets/shop/name"),
        ):
            error = self.error(self.edit(1, [{"op": "add", "path": path, "value": value}]), 422)
            assert error["code"] == "not_a_scenario" and error["hint"], error
            assert error["pointer"].startswith(place), error
        assert self.head(self.made).number == 1

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


class EditsTest(SandboxTest):
    """Edits that were kept for a while and are sent together: POST /scenarios/{id}/edits."""

    def setUp(self) -> None:
        super().setUp()
        self.made = self.scenario("first-packet")

    def edit(self, base: int, edits: Any, client: Any = None) -> Any:
        path = f"/scenarios/{self.made.pk}/edits"
        return self.send(client or self.owner_client, "POST", path, {"base": base, "edits": edits})

    def numbers(self) -> list[int]:
        return list(Revision.objects.filter(scenario=self.made).values_list("number", flat=True))

    def test_each_edit_is_a_revision_and_the_answer_is_the_newest(self) -> None:
        answer = self.edit(1, [rename("First"), [], rename("Second")])
        assert answer.status_code == 200, answer.content
        assert (answer.json()["revision"], answer.json()["document"]["name"]) == (3, "Second")
        names = Revision.objects.filter(scenario=self.made).values_list("document__name", flat=True)
        assert list(names) == ["First packet", "First", "Second"]
        assert Scenario.objects.get(pk=self.made.pk).name == "Second"

    def test_one_that_does_not_fit_is_named_and_none_is_saved(self) -> None:
        nowhere = [{"op": "remove", "path": "/topology/vms/nobody"}]
        error = self.error(self.edit(1, [rename("First"), nowhere, rename("Third")]), 422)
        assert (error["code"], error["edit"], error["pointer"]) == ("patch", 1, "/edits/1/0/path")
        nonsense = [{"op": "add", "path": "/topology/vnets/new", "value": {"colour": "blue"}}]
        error = self.error(self.edit(1, [rename("First"), nonsense]), 422)
        assert (error["code"], error["edit"]) == ("not_a_scenario", 1)
        services.restrict(self.made, ["/name"], exam=False)
        assert self.error(self.edit(1, [rename("Mine")]), 422)["edit"] == 0
        assert self.numbers() == [1]

    def test_edits_of_an_old_revision_are_stale_together(self) -> None:
        services.rename(self.made, "Theirs", self.owner)
        answer = self.edit(1, [rename("First"), rename("Second")])
        assert self.error(answer, 409)["code"] == "stale"
        assert (answer.json()["revision"], answer.json()["document"]["name"]) == (2, "Theirs")
        assert self.numbers() == [1, 2]

    def test_only_its_owner_and_not_too_many(self) -> None:
        assert self.edit(1, [rename("x")], self.mate_client).status_code == 404
        assert self.edit(1, []).status_code == 422
        assert self.edit(1, [rename("x")] * (services.MAX_EDITS + 1)).status_code == 422
        with pytest.raises(ValueError, match="20 edits"):
            services.apply_patches(self.made, 1, [rename("x")] * (services.MAX_EDITS + 1), self.owner)
        assert self.numbers() == [1]


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
