"""Rules that no packet can meet and routes that no destination can take, and what stands before them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from netcore.batch.filters import headers_of
from netcore.batch.portsets import HEADERS_OF, NOTHING, PortSet
from netcore.control.network import Network
from netcore.control.prefixes import BITS, AddressSet, inside
from netcore.control.routes import EffectiveRoute, RouteSource, RouteTableView
from netcore.control.rules import EffectiveRule, RuleAccess, RuleSet
from netcore.document.models import Direction
from netcore.document.values import Address
from netcore.document.values import Network as Prefix
from netcore.forwarding.drawing import drawing_of
from netcore.words import say

Naming = tuple[int, int]
"""Rules that name a source, and rules that name a destination: one bit each, bit 0 is the first rule."""


@dataclass(frozen=True)
class Shadowed:
    """A rule or route that never decides.

    Args:
        ref: its path in the document.
        text: as one line.
        by: what stands before it, in the order it is asked; empty where it names nobody.
        where: subnets and NICs where it is in force and never decides.
        everywhere: it never decides anywhere.
    """

    ref: str
    text: str
    by: tuple[str, ...]
    where: tuple[str, ...]
    everywhere: bool

    @property
    def sentence(self) -> str:
        """Return what people read."""
        if not self.by:
            return say("{text}: names nobody, so it never decides.", text=self.text)
        return say(
            "{text}: never decides; all it names is taken by {by}.", text=self.text, by=", ".join(self.by)
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "ref": self.ref,
            "text": self.text,
            "by": list(self.by),
            "where": list(self.where),
            "everywhere": self.everywhere,
            "sentence": self.sentence,
        }


def shadowed(network: Network) -> tuple[Shadowed, ...]:
    """Return drawn rules and routes that never decide, by their path in the document."""
    return (*shadowed_rules(network), *shadowed_routes(network))


def shadowed_rules(network: Network) -> tuple[Shadowed, ...]:
    """Return the drawn rules that no header can meet where they are in force, default rules aside."""
    found: dict[str, list[tuple[str, tuple[str, ...] | None]]] = {}
    text: dict[str, str] = {}
    known: dict[int, dict[str, tuple[str, ...]]] = {}
    for nic in sorted(drawing_of(network).ports):
        for direction in Direction:
            for rules in network.rules(nic, direction):
                if id(rules) not in known:
                    known[id(rules)] = dict(hidden_rules(rules))
                hidden = known[id(rules)]
                for rule in rules.rules:
                    if not rule.default:
                        text[rule.ref] = rule.text
                        found.setdefault(rule.ref, []).append((f"nics/{nic}", hidden.get(rule.ref)))
    return tuple(_collected(found, text))


def shadowed_at(
    network: Network, nic_id: str, direction: Direction
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the rules at a NIC that never decide there, built-in ones too, with what stands before them.

    Sets that are asked earlier count: what the subnet's group denies inbound, the NIC's group never sees. Of
    a rule that its own set takes all of, only that is told.

    Returns: by level (``admin``, ``subnet`` or ``nic``) and path of the rule: the paths of what takes it, in
    the order in which they are asked; empty where the rule names nobody.

    Raises:
        NotFound: the drawing has no such NIC.

    Source: facts F1-F4, F14.
    """
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    sets = network.rules(nic_id, direction)
    for number, rules in enumerate(sets):
        for earlier in (sets[:number], ()) if number else ((),):
            found |= {(rules.where, ref): by for ref, by in hidden_rules(rules, earlier)}
    return found


def hidden_rules(rules: RuleSet, earlier: tuple[RuleSet, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield path of each rule of a set that no header can meet, and the rules before it that take all of it.

    Args:
        earlier: sets that are asked before this one and let only some headers come to it.
    """
    sets = (*earlier, rules)
    everything = [rule for one in sets for rule in one.rules]
    before = len(everything) - len(rules.rules)
    kinds = [(version, naming) for version in (4, 6) for naming in _namings(everything, version)]

    @lru_cache(1 << 14)
    def left(named: int, number: int, version: int) -> tuple[PortSet, int]:
        """Return the headers left to a rule, and which of the named rules take the others: a bit each."""
        rest = headers_of(everything[number]) & HEADERS_OF[version]
        taking = first = 0
        for place, one in enumerate(sets):
            own = place == len(earlier)
            open_ = rest
            for index, rule in enumerate(one.rules, first):
                if index >= number or not open_:
                    break
                hit = open_ & headers_of(rule) if named >> index & 1 else NOTHING
                open_ -= hit
                if hit and (own or rule.access is not RuleAccess.ALLOW):
                    rest -= hit
                    taking |= 1 << index
            if not own and one.where != "admin":
                rest -= open_  # a group denies what none of its rules is about
            first += len(one.rules)
        return rest, taking

    for number, rule in enumerate(rules.rules, before):
        above = (1 << number) - 1
        taking = 0
        met = False
        for version, (source, destination) in kinds:
            both = source & destination
            if not both >> number & 1:
                continue
            rest, takers = left(both & above, number, version)
            if rest:
                met = True
                break
            taking |= takers
        if not met:
            refs = (other.ref for index, other in enumerate(everything[:number]) if taking >> index & 1)
            yield rule.ref, tuple(dict.fromkeys(refs))


def _namings(rules: Sequence[EffectiveRule], version: int) -> Iterable[Naming]:
    """Return all pairs of what names a source and what names a destination, by IP version."""
    sources = _sides([rule.sources for rule in rules], version)
    destinations = _sides([rule.destinations for rule in rules], version)
    return ((source, destination) for source in sources for destination in destinations)


def _sides(sides: list[AddressSet | None], version: int) -> set[int]:
    """Return which rules name an address together, for all addresses of one IP version."""
    made = IPv4Address if version == 4 else IPv6Address
    starts = {0}
    for side in sides:
        for of_version, first, last in side.ranges() if side is not None else ():
            if of_version == version:
                starts |= {first, last + 1}
    addresses: list[Address] = [made(start) for start in starts if start < 1 << BITS[version]]
    return {
        sum(1 << number for number, side in enumerate(sides) if side is None or address in side)
        for address in addresses
    }


def shadowed_routes(network: Network) -> tuple[Shadowed, ...]:
    """Return the drawn routes that no destination takes: others of the same table always win."""
    found: dict[str, list[tuple[str, tuple[str, ...] | None]]] = {}
    text: dict[str, str] = {}
    for subnet in sorted({port.subnet for port in drawing_of(network).ports.values()}):
        view = network.subnet_routes(subnet)
        for row in view.rows:
            if row.source is RouteSource.USER and row.ref is not None:
                text[row.ref] = row.text
                found.setdefault(row.ref, []).append((f"subnets/{subnet}", _taken(view, row)))
    return tuple(_collected(found, text))


def _taken(view: RouteTableView, row: EffectiveRoute) -> tuple[str, ...] | None:
    """Return what takes all destinations of a route; None if some are left to it."""
    if not row.active:
        return (row.overridden_by,) if row.overridden_by else ()
    longer = [
        (prefix, other)
        for other in view.rows
        if other.active and other is not row
        for prefix in other.prefixes
        if any(inside(prefix, mine) and prefix.prefixlen > mine.prefixlen for mine in row.prefixes)
    ]
    if AddressSet(row.prefixes).without(AddressSet(prefix for prefix, _ in longer)).prefixes():
        return None
    return tuple(dict.fromkeys(_name(other, prefix) for prefix, other in longer))


def _name(row: EffectiveRoute, prefix: Prefix) -> str:
    return row.ref or f"{row.next_hop_type.value} {prefix}"


def _collected(
    found: dict[str, list[tuple[str, tuple[str, ...] | None]]], text: dict[str, str]
) -> Iterator[Shadowed]:
    """Yield what is hidden somewhere, with all places where it is."""
    for ref, places in found.items():
        hidden = [(where, by) for where, by in places if by is not None]
        if hidden:
            by = tuple(dict.fromkeys(other for _, others in hidden for other in others))
            where = tuple(dict.fromkeys(place for place, _ in hidden))
            yield Shadowed(ref, text[ref], by, where, len(hidden) == len(places))
