"""netcore.words: one door, through which the sentences of a walk, a problem and a failover go."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import netcore
from netcore.words import Language, language_code, say, say_many, speaking
from sandbox.common.launch import texts

SEEDS = Path(__file__).parents[2] / "sandbox" / "scenarios" / "seeds"
IN_BRACKETS = re.compile(r"\s*⟦.*⟧\s*", re.DOTALL)


@pytest.fixture
def brackets() -> Iterator[None]:
    """Put brackets around every template, and take the translation away again."""
    known = {text for group in texts.engine_texts() for text in group}
    with speaking(_language(lambda text: f"⟦{text}⟧" if text in known else text)):
        yield


def _language(one: Callable[[str], str]) -> Language:
    return Language("la", one, lambda single, many, count: one(single if count == 1 else many))


def seed(name: str) -> Any:
    return json.loads((SEEDS / f"{name}.json").read_text(encoding="utf-8"))


def test_values_are_put_into_the_translation() -> None:
    with speaking(_language(lambda text: {"NIC {nic} of {vm}": "{vm}: {nic}"}.get(text, text))):
        assert (say("NIC {nic} of {vm}", nic="n", vm="v"), language_code()) == ("v: n", "la")
        assert say("no {braces} filled") == "no {braces} filled"
        assert [say_many("{count} hop", "{count} hops", n) for n in (1, 2)] == ["1 hop", "2 hops"]
    assert (say("NIC {nic} of {vm}", nic="n", vm="v"), language_code()) == ("NIC n of v", "")


def test_another_thread_speaks_its_own_language() -> None:
    with speaking(_language(str.upper)), ThreadPoolExecutor(1) as pool:
        assert say("a text") == "A TEXT"
        assert pool.submit(say, "a text").result() == "a text"


def test_a_walk_says_nothing_outside_of_the_door(brackets: None) -> None:
    network = netcore.compile(netcore.load(seed("two-firewalls")))
    packet = netcore.Packet(source="vms/web1", destination="hosts/client", destination_port=443)
    found = netcore.trace(network, packet)
    legs = [leg for leg in (found.forward, found.back) if leg is not None]
    assert sum(len(leg.steps) for leg in legs) > 10
    for leg in legs:
        assert IN_BRACKETS.fullmatch(leg.verdict.sentence)
        for step in leg.steps:
            assert IN_BRACKETS.fullmatch(step.reason) and IN_BRACKETS.fullmatch(step.decision), step
    for paragraph in netcore.explain(found):
        assert IN_BRACKETS.fullmatch(paragraph.text), paragraph


def test_problems_say_nothing_outside_of_the_door(brackets: None) -> None:
    found = netcore.read(seed("with-problems")).problems
    assert found
    for problem in found:
        assert IN_BRACKETS.fullmatch(problem.expected) and IN_BRACKETS.fullmatch(problem.hint), problem


def test_a_race_and_its_numbers_say_nothing_outside_of_the_door(brackets: None) -> None:
    scenario = netcore.load(seed("two-firewalls"))
    fault = sorted(scenario.faults)[0]
    events = list(netcore.simulate(scenario, netcore.designs(scenario, fault)[0], fault))
    told = [event["text"] for event in events if "text" in event]
    assert told
    # The fault's own name stands before what it does.
    assert [
        text for text in told if not IN_BRACKETS.fullmatch(text.removeprefix("Appliance 1 fails: "))
    ] == []
    started = next(event for event in events if event["event"] == "failover.started")
    assert IN_BRACKETS.fullmatch(started["title"])
    bare = [row for row in started["assumptions"] if "⟦" not in row["name"] + row["value"]]
    assert [row for row in bare if not re.fullmatch(r"[\w.]+", row["name"])] == []


def test_cards_say_nothing_outside_of_the_door(brackets: None) -> None:
    for card in netcore.rule_cards():
        assert IN_BRACKETS.fullmatch(card.as_dict()["statement"])
    for found in netcore.profiles():
        assert IN_BRACKETS.fullmatch(found.description)
    for kind in netcore.failover_choices()["kinds"]:
        assert IN_BRACKETS.fullmatch(kind["words"])


def test_two_profiles_part_at_the_same_hop_in_every_language() -> None:
    """Decisions are compared by their words, so that a language must not part what is alike."""
    scenario = netcore.load(seed("two-firewalls"))
    packet = netcore.Packet(source="vms/web1", destination="hosts/client", destination_port=443)

    def parted() -> Any:
        found = netcore.first_divergence(scenario, packet, "azure-2026", "aws")
        return None if found is None else (found.packet, found.index)

    english = parted()
    with speaking(_language(lambda text: f"⟦{text}⟧")):
        assert parted() == english
