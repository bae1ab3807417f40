"""Every fact of a rule card has a test named after it, and the other way round; the engine names no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import netcore
from netcore.profiles import PROFILES

HERE = Path(__file__).resolve().parent
ENGINE = HERE.parent.parent / "netcore"
NAME = re.compile(r"^def test_([a-m][0-9]{1,2})_", re.MULTILINE)
FACT = re.compile(r"^[A-P][0-9]{1,2}$")
QUIET: set[str] = set()
"""Facts of drop codes that nothing gives yet."""


def order(fact: str) -> tuple[str, int]:
    """Return the sort key of fact ids."""
    return fact[0], int(fact[1:])


def covered() -> set[str]:
    """Return the fact ids that a test is named after."""
    texts = [path.read_text() for path in sorted(HERE.glob("test_*.py"))]
    return {name.upper() for text in texts for name in NAME.findall(text)}


def named(*folders: str) -> set[str]:
    """Return the fact ids that the code of some folders names, docstrings aside."""
    found: set[str] = set()
    for folder in folders:
        paths = sorted((ENGINE / folder).rglob("*.py"))
        assert paths, folder
        for path in paths:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    words = node.value.split()
                    if words and all(FACT.match(word) for word in words):
                        found.update(words)
    return found


def test_every_fact_of_a_card_has_a_test():
    assert sorted(set(netcore.facts()) - covered(), key=order) == []


def test_every_fact_with_a_test_has_a_card():
    assert sorted(covered() - set(netcore.facts()), key=order) == []


def test_every_fact_that_the_engine_names_has_a_card_in_each_profile():
    names = named("control", "forwarding", "trace", "document")
    assert names > {"D20", "E2"}
    facts = netcore.facts()
    assert sorted(names - set(facts) - QUIET, key=order) == []
    for profile in PROFILES.values():
        # A profile has the cards of its own provider; facts of another one it answers by its own, if at all.
        own = {fact for card in profile.cards.values() for fact in card.facts}
        foreign = {fact for fact in names if fact[0] == "L"} if not profile.instead else set(facts) - own
        missing = {fact for fact in names - foreign - QUIET if profile.card_for_fact(fact) is None}
        missing = {profile.instead.get(fact, fact) for fact in missing}
        assert sorted(missing, key=order) == [], profile.id


def test_facts_that_stand_in_for_others_have_cards_themselves():
    for profile in PROFILES.values():
        own = {fact for card in profile.cards.values() for fact in card.facts}
        assert sorted(set(profile.instead.values()) - own, key=order) == [], profile.id


def test_cards_are_sound():
    """Ids and facts once each, switches that exist, statements that are sentences."""
    cards = netcore.rule_cards()
    facts = [fact for card in cards for fact in card.facts]
    assert len({card.id for card in cards}) == len(cards)
    assert len(set(facts)) == len(facts)
    for card in cards:
        assert all(FACT.match(fact) for fact in card.facts)
        assert not card.statement[0].islower(), card.id
        assert card.statement.endswith("."), card.id
        assert card.source, card.id
        assert re.fullmatch(r"20\d\d(-\d\d)?", card.date), card.id
        for profile in PROFILES.values():
            assert card.switch is None or hasattr(profile, card.switch), card.id


def test_profiles_differ_where_the_sources_do():
    """Section N of the facts: protocols, default outbound access, traceroute, and the reserved ports (C5)."""
    old, new = PROFILES["azure-2021"], PROFILES["azure-2026"]
    assert new.protocols - old.protocols == {50, 51}
    assert (old.default_outbound, new.default_outbound) == (True, False)
    assert (old.traceroute, new.traceroute) == (False, True)
    assert (old.addresses.subnet_shortest, new.addresses.subnet_shortest) == (8, 2)
    assert old.reserves_udp(50000, 65330) is None
    assert new.reserves_udp(50000, 65330) == 65330
    same = ("none_prefixes", "none_rows_removed_by", "gateway_prefix_limit", "icmp_ha_ports", "cards")
    assert all(getattr(old, field) == getattr(new, field) for field in same)
