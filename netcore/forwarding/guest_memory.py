"""What a guest remembers of packets: translations, sessions, and flows its firewall let pass."""

from __future__ import annotations

from netcore.control import guest_firewall
from netcore.document.guests import GuestFirewallRule
from netcore.forwarding.hops import End
from netcore.forwarding.machines import Machine
from netcore.forwarding.run import Phase, Run
from netcore.forwarding.state import Binding, Key, canonical, key_of, reverse
from netcore.trace.model import Actor, Header, Place
from netcore.trace.packet import TCP, UDP
from netcore.trace.sentences import flow_text


def remember_translation(run: Run, machine: Machine, before: Header, after: Header) -> None:
    """Remember a translation for later packets of the flow and for its answers."""
    run.sessions.nat[(machine.id, key_of(before))] = Binding(
        after.source, after.source_port, after.destination, after.destination_port
    )
    run.sessions.nat[(machine.id, reverse(key_of(after)))] = Binding(
        before.destination, before.destination_port, before.source, before.source_port
    )


def binding(run: Run, machine: Machine, key: Key) -> Binding | None:
    """Return the translation a guest, or one it shares sessions with, remembers for a five-tuple."""
    for vm in (machine.id, *machine.peers):
        found = run.sessions.nat.get((vm, key))
        if found is not None:
            return found
    return None


def firewall(run: Run, machine: Machine, hook: str, header: Header) -> End | None:
    """Return the drop if the firewall in a guest denies a packet.

    Source: ours, as common firewalls are set up: a flow that was let pass may go on, and its answers too.
    """
    if not machine.firewall:
        return None
    key = key_of(header)
    known = run.sessions.firewall
    if (machine.id, key) in known or (machine.id, reverse(key)) in known:
        return None
    if run.phase is Phase.ANSWER and binding(run, machine, key) is not None:
        return None
    rule = denying(machine, hook, header)
    if rule is None:
        known.add((machine.id, key))
        return None
    return run.drop(
        "OS_FIREWALL",
        Place.GUEST,
        Actor.GUEST,
        f"vms/{machine.id}",
        header,
        vm=machine.name,
        hook=hook,
        priority=rule.priority,
        flow=flow_text(header),
    )


def denying(machine: Machine, hook: str, header: Header) -> GuestFirewallRule | None:
    """Return the rule of a guest's firewall that denies the first packet of a flow, or None."""
    return guest_firewall.denying(machine.firewall.get(hook, ()), header)


def session(run: Run, machine: Machine, header: Header) -> End | None:
    """Let a stateful guest look up or open a session; return the drop if it may not pass.

    A guest's table is keyed by the packet as it arrives. Connections of TCP and echoes of ICMP must be seen
    from their first packet on; UDP has no first packet, so any opens a session.
    """
    guest = machine.guest
    if not guest.stateful:
        return None
    at = f"vms/{machine.id}"
    arriving = key_of(header)
    bound = binding(run, machine, arriving)
    name = canonical(arriving)
    if bound is not None and run.phase is Phase.ANSWER:
        # The answer carries the translated addresses; the session was opened under the original ones.
        name = canonical(
            (
                header.protocol,
                bound.source,
                bound.source_port,
                bound.destination,
                bound.destination_port,
            )
        )
    holder = next((vm for vm in (machine.id, *machine.peers) if (vm, name) in run.sessions.guest), None)
    if holder is not None:
        answered = run.sessions.guest[(holder, name)]
        if run.phase is Phase.FOLLOWING and not answered and header.protocol == TCP:
            return run.drop(
                "STATE_MISSING", Place.GUEST, Actor.GUEST, at, header, "handshake", vm=machine.name
            )
        if run.phase is Phase.ANSWER:
            run.sessions.guest[(holder, name)] = True
        key = "guest.session_known" if holder == machine.id else "guest.session_synced"
        peer = run.drawing.machines[holder].name
        run.step(
            Place.GUEST, Actor.GUEST, at, key, header, vm=machine.name, flow=flow_text(header), peer=peer
        )
        return None
    if run.phase is not Phase.OPENING and header.protocol != UDP:
        variant = "answer" if run.phase is Phase.ANSWER else ""
        return run.drop("STATE_MISSING", Place.GUEST, Actor.GUEST, at, header, variant, vm=machine.name)
    run.sessions.guest[(machine.id, name)] = False
    run.step(
        Place.GUEST,
        Actor.GUEST,
        at,
        "guest.session_new",
        header,
        vm=machine.name,
        flow=flow_text(header),
    )
    return None
