"""The rule card reference: /facts/."""

from __future__ import annotations

from sandbox.scenarios import queries
from tests.sandbox.base import SandboxTest


class FactsTest(SandboxTest):
    """Anybody may read."""

    def test_every_card_by_area(self) -> None:
        response = self.client.get("/facts/")
        self.assertTemplateUsed(response, "workbench/facts.html")
        shown = [card["id"] for area in response.context["areas"] for card in area["cards"]]
        assert sorted(shown) == sorted(card["id"] for card in queries.rule_cards())
        letters = [area["letter"] for area in response.context["areas"] if area["letter"]]
        assert letters == sorted(letters)
        for area in response.context["areas"]:
            for card in area["cards"]:
                self.assertContains(response, card["facts"][0]["id"] if card["facts"] else card["id"])

    def test_finds_cards_with_every_word(self) -> None:
        card = queries.rule_cards()[0]
        words = card["statement"].split()[:3]
        found = self.client.get("/facts/", {"q": " ".join(reversed(words))})
        shown = [card["id"] for area in found.context["areas"] for card in area["cards"]]
        assert card["id"] in shown
        nothing = self.client.get("/facts/", {"q": "zzzz-nothing"})
        assert (nothing.context["found"], nothing.status_code) == (0, 200)
        assert nothing.context["total"] == len(queries.rule_cards())

    def test_the_search_is_text(self) -> None:
        response = self.client.get("/facts/", {"q": '"><script>alert(1)</script>'})
        self.assertNotContains(response, "<script>alert(1)")

    def test_no_query_for_strangers(self) -> None:
        self.client.get("/facts/")
        with self.assertNumQueries(0):
            self.client.get("/facts/")
