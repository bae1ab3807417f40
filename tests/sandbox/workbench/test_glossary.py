"""The glossary: /glossary/."""

from __future__ import annotations

from sandbox.scenarios import queries
from sandbox.workbench.glossary import GLOSSARY
from tests.sandbox.base import SandboxTest


class GlossaryTest(SandboxTest):
    """Anybody may read."""

    def test_every_word_with_an_anchor(self) -> None:
        response = self.client.get("/glossary/")
        self.assertTemplateUsed(response, "workbench/glossary.html")
        assert len(response.context["words"]) == len(GLOSSARY)
        for anchor in GLOSSARY:
            self.assertContains(response, f'id="{anchor}"', count=1)

    def test_finds_a_word_by_what_a_cloud_calls_it(self) -> None:
        found = self.client.get("/glossary/", {"q": "nsg network"}).context["words"]
        assert [anchor for anchor, _ in found] == ["security-group"]
        nothing = self.client.get("/glossary/", {"q": "zzzz-nothing"})
        assert (nothing.status_code, nothing.context["words"]) == (200, [])

    def test_the_words_and_areas_as_data(self) -> None:
        found = self.client.get("/reference.json").json()
        assert [word["id"] for word in found["words"]] == list(GLOSSARY)
        appliance = next(word for word in found["words"] if word["id"] == "appliance")
        assert appliance["azure"] == "NVA, network virtual appliance"
        assert appliance["facts"] == ["D43", "E5"]
        assert found["areas"]["D"] == "Routes"

    def test_the_search_is_text(self) -> None:
        response = self.client.get("/glossary/", {"q": '"><script>alert(1)</script>'})
        self.assertNotContains(response, "<script>alert(1)")

    def test_every_fact_exists(self) -> None:
        known = set(queries.facts())
        named = {fact for word in GLOSSARY.values() for fact in word.facts}
        assert named - known == set()

    def test_no_query_for_strangers(self) -> None:
        self.client.get("/glossary/")
        with self.assertNumQueries(0):
            self.client.get("/glossary/")
