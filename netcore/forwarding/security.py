"""Security groups: one stateful filter at the subnet and one at the NIC (facts F1-F11)."""

from __future__ import annotations

from netcore.control.rules import EffectiveRule
from netcore.document.models import Access, Direction
from netcore.forwarding.hops import Admitted, Deliver, End, Hop, Look, Secure
from netcore.forwarding.machines import PLATFORM, Port
from netcore.forwarding.run import Run
from netcore.forwarding.state import key_of, reverse
from netcore.trace.model import Actor, Header, Match, Place
from netcore.trace.sentences import flow_text

_OPPOSITE = {Direction.INBOUND: Direction.OUTBOUND, Direction.OUTBOUND: Direction.INBOUND}


def leave(run: Run, hop: Secure) -> Hop:
    """Filter a packet on its way out: the NIC's group first, then the subnet's; before any route (F2, F6)."""
    port = run.drawing.ports[hop.nic]
    if hop.header.destination in PLATFORM:
        run.step(
            Place.SECURITY,
            Actor.FABRIC,
            f"nics/{port.id}",
            "security.platform",
            hop.header,
            address=hop.header.destination,
        )
        return Look(port.id, hop.header)
    return _filtered(run, port, Direction.OUTBOUND, hop.header) or Look(port.id, hop.header)


def enter(run: Run, hop: Deliver) -> Hop:
    """Filter a packet on its way in: the subnet's group first, then the NIC's (facts F1, F2, F7)."""
    port = run.drawing.ports[hop.nic]
    header = hop.header
    if (
        hop.public
        and run.network.profile.implicit_public_deny
        and not run.network.rules(port.id, Direction.INBOUND)
    ):
        return run.drop(
            "NSG_IN",
            Place.SECURITY,
            Actor.FABRIC,
            f"nics/{port.id}",
            header,
            "closed",
            nic=port.id,
            flow=flow_text(header),
        )
    return _filtered(run, port, Direction.INBOUND, header) or Admitted(port.id, header, hop.kept)


def denying_rule(run: Run, nic: str, direction: Direction, header: Header) -> str | None:
    """Return the text of the rule that denies a packet at a NIC, or None if it is allowed."""
    for group in run.network.rules(nic, direction):
        rule = _first_match(group.rules, header)
        if rule.access is Access.DENY:
            return f"rule {rule.name} of {rule.security_group}"
    return None


def _filtered(run: Run, port: Port, direction: Direction, header: Header) -> End | None:
    """Record what the groups of one side say; return the drop if they deny."""
    at = f"nics/{port.id}"
    key = key_of(header)
    known = run.sessions.security
    if (port.id, direction, key) in known or (port.id, _OPPOSITE[direction], reverse(key)) in known:
        run.step(Place.SECURITY, Actor.FABRIC, at, "security.established", header, flow=flow_text(header))
        return None
    groups = run.network.rules(port.id, direction)
    if not groups:
        run.step(Place.SECURITY, Actor.FABRIC, at, "security.none", header, nic=port.id)
        return None
    for group in groups:
        rule = _first_match(group.rules, header)
        matched = Match(kind="rule", ref=rule.ref, text=rule.text)
        if rule.access is Access.DENY:
            inbound = direction is Direction.INBOUND
            transit = inbound and rule.default and header.destination not in port.held
            return run.drop(
                "NSG_IN" if inbound else "NSG_OUT",
                Place.SECURITY,
                Actor.FABRIC,
                at,
                header,
                "transit" if transit else "",
                matched=matched,
                flow=flow_text(header),
                group=group.security_group,
                rule=f"{rule.priority} {rule.name}",
            )
        run.step(
            Place.SECURITY,
            Actor.FABRIC,
            at,
            "security.allow",
            header,
            matched=matched,
            side=direction.value,
            rule=f"{rule.priority} {rule.name}",
            group=group.security_group,
            level=group.where,
            flow=flow_text(header),
        )
    known.add((port.id, direction, key))
    return None


def _first_match(rules: tuple[EffectiveRule, ...], header: Header) -> EffectiveRule:
    """Return the rule that decides: the first that matches (fact F3); the default rules match everything."""
    for rule in rules:
        if rule.matches(
            header.protocol, header.source, header.source_port, header.destination, header.destination_port
        ):
            return rule
    raise AssertionError("the last default rule matches every packet")
