"""What rule sets let pass as a set of headers, against asking them header by header."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from netcore.batch.filters import Filters, firewall_passed
from netcore.batch.portsets import EVERYTHING, NOTHING
from netcore.control.guest_firewall import denying
from netcore.control.prefixes import AddressSet
from netcore.control.rules import EffectiveRule, RuleAccess, RuleSet
from netcore.document.guests import GuestFirewallRule
from netcore.document.models import Direction
from netcore.trace.model import Header

ADDRESSES = tuple(map(ip_address, ("10.0.0.4", "10.0.1.4", "10.1.0.4", "2001:db8::4")))
PREFIXES = tuple(map(ip_network, ("0.0.0.0/0", "10.0.0.0/16", "10.0.1.0/24", "2001:db8::/32")))
PORTS = (0, 1, 79, 80, 81, 443, 1024, 65_535)
PROTOCOLS = (1, 6, 17, 50, 132)
HEADERS = tuple((p, s, d) for p in PROTOCOLS for s in PORTS for d in PORTS)


def spans() -> st.SearchStrategy[tuple[tuple[int, int], ...] | None]:
    pair = st.tuples(st.sampled_from(PORTS), st.sampled_from(PORTS)).map(lambda two: (min(two), max(two)))
    return st.none() | st.lists(pair, min_size=1, max_size=2).map(tuple)


def ends() -> st.SearchStrategy[AddressSet | None]:
    return st.none() | st.lists(st.sampled_from(PREFIXES), max_size=2).map(AddressSet)


@st.composite
def rules(draw: st.DrawFn, accesses: tuple[RuleAccess, ...]) -> EffectiveRule:
    return EffectiveRule(
        "g",
        "nic",
        "rule",
        "ref",
        100,
        Direction.INBOUND,
        draw(st.sampled_from(accesses)),
        draw(st.sampled_from(("*", "tcp", "udp", "icmp", "esp"))),
        draw(ends()),
        ("*",),
        draw(spans()),
        draw(ends()),
        ("*",),
        draw(spans()),
    )


@st.composite
def sets_in_a_row(draw: st.DrawFn) -> tuple[RuleSet, ...]:
    found = []
    if draw(st.booleans()):
        found.append(RuleSet("", "admin", tuple(draw(st.lists(rules(tuple(RuleAccess)), max_size=3)))))
    plain = rules((RuleAccess.ALLOW, RuleAccess.DENY))
    for where in draw(st.sampled_from(((), ("nic",), ("subnet", "nic")))):
        found.append(RuleSet("g", where, tuple(draw(st.lists(plain, max_size=4)))))
    return tuple(found)


def asked(
    sets: tuple[RuleSet, ...], header: tuple[int, int, int], source: object, to: object, closed: bool
) -> bool:
    """The rule of ``forwarding.security``, header by header."""
    protocol, s, d = header
    always = False
    for one in sets:
        rule = one.first_match(protocol, source, s, to, d)
        if rule is None:
            continue
        if rule.access is RuleAccess.DENY:
            return False
        if rule.access is RuleAccess.ALWAYS_ALLOW:
            always = True
            break
    return always or not closed or any(one.where != "admin" for one in sets)


@given(sets_in_a_row(), st.sampled_from(ADDRESSES), st.sampled_from(ADDRESSES), st.booleans())
def test_rule_sets_in_a_row(sets: tuple[RuleSet, ...], source: object, to: object, closed: bool) -> None:
    passed = Filters().passed(sets, source, to, closed=closed)
    for header in HEADERS:
        assert (header in passed) == asked(sets, header, source, to, closed)


@given(sets_in_a_row(), st.data())
def test_what_is_remembered_is_the_same_for_other_addresses(
    sets: tuple[RuleSet, ...], data: st.DataObject
) -> None:
    filters = Filters()
    for _ in range(4):
        source, to = data.draw(st.sampled_from(ADDRESSES)), data.draw(st.sampled_from(ADDRESSES))
        assert filters.passed(sets, source, to) is Filters().passed(sets, source, to)


def test_without_any_set_everything_passes_or_what_is_closed_nothing() -> None:
    source, to = ADDRESSES[0], ADDRESSES[1]
    assert Filters().passed((), source, to) is EVERYTHING
    assert Filters().passed((), source, to, closed=True) is NOTHING


@st.composite
def firewall_rules(draw: st.DrawFn) -> GuestFirewallRule:
    return GuestFirewallRule(
        hook="input",
        priority=1,
        access=draw(st.sampled_from(("Allow", "Deny"))),
        protocol=draw(st.sampled_from(("*", "tcp", "udp", "icmp"))),
        source=draw(st.none() | st.sampled_from(PREFIXES)),
        destination=draw(st.none() | st.sampled_from(PREFIXES)),
        destination_ports=draw(st.sampled_from((("*",), ("80",), ("79-81", "443")))),
    )


@given(st.lists(firewall_rules(), max_size=4), st.sampled_from(ADDRESSES), st.sampled_from(ADDRESSES))
def test_the_firewall_of_a_guest(drawn: list[GuestFirewallRule], source: object, to: object) -> None:
    passed = firewall_passed(drawn, source, to)
    for protocol, s, d in HEADERS:
        header = Header(source=source, destination=to, protocol=protocol, source_port=s, destination_port=d)
        assert ((protocol, s, d) in passed) == (denying(drawn, header) is None)
