"""Security rules: admin rules, then one stateful filter at the subnet and one at the NIC (facts F1-F15)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial

from netcore.control.rules import EffectiveRule, RuleAccess, RuleSet
from netcore.document.models import Direction
from netcore.document.values import Address
from netcore.forwarding.hops import Admitted, Deliver, End, Hop, Look, Secure
from netcore.forwarding.machines import PLATFORM
from netcore.forwarding.run import Run
from netcore.forwarding.state import Key, key_of, reverse
from netcore.trace.model import Actor, Header, Match, Place
from netcore.trace.packet import PROTOCOL_NUMBERS
from netcore.trace.sentences import flow_text
from netcore.words import say

_OPPOSITE = {Direction.INBOUND: Direction.OUTBOUND, Direction.OUTBOUND: Direction.INBOUND}
_ICMPV6 = PROTOCOL_NUMBERS["icmpv6"]
_GROUPS_AT_ENDPOINTS = frozenset({"security-groups", "all"})

Asked = list[tuple[RuleSet, EffectiveRule]]
"""The rule that matched in each set that was asked, in order; the last one decides."""


def leave(run: Run, hop: Secure) -> Hop:
    """Filter a packet on its way out: the NIC's group first, then the subnet's; before any route (F2, F6)."""
    port = run.drawing.ports[hop.nic]
    sets = sets_asked(run, run.network.rules(port.id, Direction.OUTBOUND), hop.header)
    at = f"nics/{port.id}"
    if hop.header.destination in PLATFORM:
        return _to_platform(run, sets, at, hop.header) or Look(port.id, hop.header)
    return _filtered(run, sets, port.id, at, Direction.OUTBOUND, hop.header, port.held) or Look(
        port.id, hop.header
    )


def enter(run: Run, hop: Deliver) -> Hop:
    """Filter a packet on its way in: the subnet's group first, then the NIC's (facts F1, F2, F7)."""
    port = run.drawing.ports[hop.nic]
    sets = sets_asked(run, run.network.rules(port.id, Direction.INBOUND), hop.header)
    closed = hop.public and run.network.profile.implicit_public_deny
    return _filtered(
        run, sets, port.id, f"nics/{port.id}", Direction.INBOUND, hop.header, port.held, closed=closed
    ) or Admitted(port.id, hop.header, hop.kept)


def filtered_at_endpoint(run: Run, endpoint_id: str, header: Header) -> End | None:
    """Record what the groups of a subnet say about a packet for its private endpoint; return the drop.

    Only where the subnet's ``endpoint_policies`` say so; else the endpoint ignores them (fact F13). Answers
    of the endpoint need no rule.
    """
    endpoint = run.network.scenario.topology.private_endpoints[endpoint_id]
    subnet = run.network.scenario.topology.subnets[endpoint.subnet]
    at = f"private_endpoints/{endpoint_id}"
    if subnet.endpoint_policies not in _GROUPS_AT_ENDPOINTS:
        run.step(Place.SECURITY, Actor.FABRIC, at, "security.endpoint", header, subnet=subnet.name)
        return None
    sets = run.network.subnet_rules(endpoint.subnet, Direction.INBOUND)
    return _filtered(run, sets, at, at, Direction.INBOUND, header, (endpoint.address,))


def denying_rule(run: Run, nic: str, direction: Direction, header: Header) -> str | None:
    """Return the text of the rule that denies a packet at a NIC, or None if it is allowed."""
    asked = _ask(run.network.rules(nic, direction), header)
    if not asked or asked[-1][1].access is not RuleAccess.DENY:
        return None
    rules, rule = asked[-1]
    if rules.where == "admin":
        return say("security admin rule {name}", name=rule.name)
    return say("rule {name} of {group}", name=rule.name, group=_group(run, rules))


def sets_asked(run: Run, sets: tuple[RuleSet, ...], header: Header) -> tuple[RuleSet, ...]:
    """Return the rule sets a packet meets: a frame between neighbours does not cross their subnet's list.

    Source: facts L1, L20.
    """
    profile = run.network.profile
    mac = header.destination_mac
    if profile.filtering != "groups-and-lists" or mac is None or mac == profile.router_mac:
        return sets
    return tuple(rules for rules in sets if rules.where != "subnet")


def naming_platform(sets: tuple[RuleSet, ...]) -> tuple[RuleSet, ...]:
    """Return rule sets with only those rules that packets for the platform meet (fact F10)."""
    return tuple(rules._replace(rules=tuple(rule for rule in rules.rules if rule.platform)) for rules in sets)


def _ask(sets: Iterable[RuleSet], header: Header) -> Asked:
    """Return what the rule sets say, one after the other, up to the one that ends it (facts F2, F3, F14)."""
    asked: Asked = []
    for rules in sets:
        rule = rules.first_match(
            header.protocol, header.source, header.source_port, header.destination, header.destination_port
        )
        if rule is None:
            continue
        asked.append((rules, rule))
        if rule.access is not RuleAccess.ALLOW:
            break
    return asked


def _to_platform(run: Run, sets: tuple[RuleSet, ...], at: str, header: Header) -> End | None:
    """Let traffic with the platform pass, unless a rule names one of its own tags (fact F10)."""
    asked = _ask(naming_platform(sets), header)
    if not asked:
        run.step(Place.SECURITY, Actor.FABRIC, at, "security.platform", header, address=header.destination)
    return _recorded(run, asked, at, Direction.OUTBOUND, header)


def _filtered(
    run: Run,
    sets: tuple[RuleSet, ...],
    name: str,
    at: str,
    direction: Direction,
    header: Header,
    held: Collection[Address],
    *,
    closed: bool = False,
) -> End | None:
    """Record what the rules of one side say; return the drop if they deny.

    Args:
        name: under which name sessions are remembered: a NIC id.
        at: path of what is filtered.
        held: its addresses; a packet for others only passes through.
        closed: without any group nothing comes in (fact F1).
    """
    if header.protocol == _ICMPV6 and not run.network.profile.icmpv6_filtered:
        run.step(Place.SECURITY, Actor.FABRIC, at, "security.icmpv6", header, flow=flow_text(header))
        return None
    known = run.sessions.security
    key = key_of(header)
    transit = direction is Direction.INBOUND and header.destination not in held
    opened: tuple[Direction, Key] | None = None
    if known and (name, direction, key) in known:
        opened = (direction, key)
    elif known and (name, _OPPOSITE[direction], reverse(key)) in known:
        opened = (_OPPOSITE[direction], reverse(key))
    if opened is None:
        asked = _ask(sets, header)
        denied = _recorded(run, asked, at, direction, header, transit=transit)
        if denied is not None:
            return denied
        grouped = any(rules.where != "admin" for rules in sets)
        ended = bool(asked) and asked[-1][1].access is RuleAccess.ALWAYS_ALLOW
        if not grouped and not ended:
            if closed:
                return _closed(run, name, at, header)
            _no_group(run, name, at, header, direction)
        known.add((name, direction, key))
        return None
    if not sets:
        _no_group(run, name, at, header, direction)
        return None
    if run.network.profile.security_change_cuts_flows:
        denied = _cut(run, name, at, opened, direction, header)
        if denied is not None:
            return denied
    stateless = [rules for rules in sets if not rules.stateful]
    if len(stateless) < len(sets):
        run.step(
            Place.SECURITY,
            Actor.FABRIC,
            at,
            "security.established",
            header,
            side=direction.value,
            nic=_name(run, name),
            flow=flow_text(header),
        )
    return _recorded(run, _ask(stateless, header), at, direction, header, transit=transit)


def _recorded(
    run: Run, asked: Asked, at: str, direction: Direction, header: Header, *, transit: bool = False
) -> End | None:
    """Record the rules that matched; return the drop if the last one denies."""
    for rules, rule in asked:
        if rule.access is RuleAccess.DENY:
            variant = "admin" if rules.where == "admin" else "transit" if transit and rule.default else ""
            return _denied(run, rules, rule, at, direction, header, variant)
        key = "security.allow"
        if rules.where == "admin":
            always = rule.access is RuleAccess.ALWAYS_ALLOW
            key = "security.admin_always" if always else "security.admin_allow"
        run.step(
            Place.SECURITY,
            Actor.FABRIC,
            at,
            key,
            header,
            matched=run.drawing.kept(rule, None, partial(_match, rule)),
            facts=("F2", *rule.facts) if "F12" in rule.facts else (),
            side=direction.value,
            rule=f"{rule.priority} {rule.name}",
            group=_group(run, rules),
            level=rules.where,
            flow=flow_text(header),
        )
    return None


def _denied(
    run: Run, rules: RuleSet, rule: EffectiveRule, at: str, direction: Direction, header: Header, variant: str
) -> End:
    return run.drop(
        "NSG_IN" if direction is Direction.INBOUND else "NSG_OUT",
        Place.SECURITY,
        Actor.FABRIC,
        at,
        header,
        variant,
        matched=_match(rule),
        flow=flow_text(header),
        group=_group(run, rules),
        rule=f"{rule.priority} {rule.name}",
    )


def _cut(
    run: Run, name: str, at: str, opened: tuple[Direction, Key], direction: Direction, header: Header
) -> End | None:
    """Return the drop of a flow that was allowed once and that the rules of today would not let open.

    Source: facts F5, N5.
    """
    side, (protocol, source, source_port, destination, destination_port) = opened
    opener = Header.model_construct(
        source=source,
        destination=destination,
        protocol=protocol,
        source_port=source_port,
        destination_port=destination_port,
    )
    sets = _sets_of(run, name, side)
    asked = _ask(sets, opener)
    if not asked or asked[-1][1].access is not RuleAccess.DENY:
        return None
    rules, rule = asked[-1]
    return _denied(run, rules, rule, at, direction, header, "cut")


def _match(rule: EffectiveRule) -> Match:
    return Match.model_construct(kind="rule", ref=rule.ref, text=rule.text)


def _group(run: Run, rules: RuleSet) -> str:
    """Return what people call the group of a rule set; empty for security admin rules."""
    return run.drawing.name(f"security_groups/{rules.security_group}") if rules.security_group else ""


def _name(run: Run, name: str) -> str:
    """Return what people call a NIC, or the private endpoint of a session name."""
    return run.drawing.name(name if "/" in name else f"nics/{name}")


def _sets_of(run: Run, name: str, direction: Direction) -> tuple[RuleSet, ...]:
    """Return the rule sets of a NIC, or of the subnet of a private endpoint, by session name."""
    collection, _, key = name.partition("/")
    if key and collection == "private_endpoints":
        subnet = run.network.scenario.topology.private_endpoints[key].subnet
        return run.network.subnet_rules(subnet, direction)
    return run.network.rules(name, direction)


def _no_group(run: Run, name: str, at: str, header: Header, direction: Direction) -> None:
    """Record that nothing filters on this side of a NIC (fact F1)."""
    nic, side = _name(run, name), direction.value
    run.step(Place.SECURITY, Actor.FABRIC, at, "security.none", header, nic=nic, side=side)


def _closed(run: Run, nic: str, at: str, header: Header) -> End:
    """Drop what comes in by a Standard public address where no group opens it (fact F1)."""
    return run.drop(
        "NSG_IN",
        Place.SECURITY,
        Actor.FABRIC,
        at,
        header,
        "closed",
        nic=_name(run, nic),
        flow=flow_text(header),
    )
