"""Verbs about packets. Every flow is asked, and the smallest one that fails is the counterexample."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import NamedTuple

from netcore.checks.diff import fate
from netcore.checks.grading import names, places
from netcore.checks.grading.case import PASSED, CannotGrade, Case, Finding, failed
from netcore.checks.grading.names import Unknown
from netcore.checks.language.packets import Avoids, Delivers, Drops, RouteChosen, Symmetric, Visits
from netcore.checks.language.part import OfFlows
from netcore.checks.paths import path_of
from netcore.control.routes import EffectiveRoute
from netcore.document.models import Topology
from netcore.document.values import Address, Network
from netcore.trace.model import Leg, Outcome, Step, Trace, Verdict
from netcore.trace.packet import TCP, Packet, protocol_name, protocol_number
from netcore.words import say, say_many

Why = str | None
"""Why a packet breaks the rule, in a sentence; None: it keeps it."""


def delivers(part: Delivers, case: Case) -> Finding:
    """Return whether all flows arrive."""
    return _all(part, case, lambda packet, done: _delivered(part, case, done))


def drops(part: Drops, case: Case) -> Finding:
    """Return whether none of the flows comes about, for a reason that is accepted."""
    return _all(part, case, lambda packet, done: _dropped(part, case, done))


def visits(part: Visits, case: Case) -> Finding:
    """Return whether all flows pass the stops in their order."""
    stops = [names.stop(case.topology, name) for name in part.stops]
    back = stops[::-1] if part.back == "mirror" else None
    if isinstance(part.back, tuple):
        back = [names.stop(case.topology, name) for name in part.back]

    def why(packet: Packet, done: Trace) -> Why:
        if part.arrives and not done.delivered:
            return _end(done)
        for leg, wanted, words in ((done.forward, stops, "request"), (done.back, back, "answer")):
            if wanted is None:
                continue
            if leg is None:
                return say("No answer is sent.")
            for steps in _ways(leg):
                way = path_of(steps)
                if not _in_order(wanted, way):
                    return say(
                        "The {words} goes {told} and not by way of {other}.",
                        words=words,
                        told=_told(case.topology, way),
                        other=_told(case.topology, wanted),
                    )
                others = [one for one in way[1:-1] if one.startswith("vms/") and one not in wanted]
                if part.only and others:
                    return say(
                        "The {words} passes {told} as well.", words=words, told=_told(case.topology, others)
                    )
        return None

    return _all(part, case, why)


def avoids(part: Avoids, case: Case) -> Finding:
    """Return whether no flow passes any of the stops."""
    stops = {names.stop(case.topology, name) for name in part.stops}

    def why(packet: Packet, done: Trace) -> Why:
        if part.arrives and not done.delivered:
            return _end(done)
        for leg, words in ((done.forward, "request"), (done.back, "answer")):
            for steps in _ways(leg) if leg else ():
                passed = [one for one in path_of(steps) if one in stops]
                if passed:
                    return say("The {words} passes {told}.", words=words, told=_told(case.topology, passed))
        return None

    return _all(part, case, why)


def symmetric(part: Symmetric, case: Case) -> Finding:
    """Return whether request and answer of all flows pass the same appliances and gateways."""

    def why(packet: Packet, done: Trace) -> Why:
        if not done.delivered:
            return _end(done)
        found = fate(done)
        if found.symmetric:
            return None
        return say(
            "The request goes {told}, the answer {other}.",
            told=_told(case.topology, found.forward),
            other=_told(case.topology, found.back),
        )

    return _all(part, case, why)


def route(part: RouteChosen, case: Case) -> Finding:
    """Return whether a NIC uses the route that is asked for."""
    rows = selected(case, part.nic, part.to)
    if not rows:
        message = say("{nic} has no route for {to}.", nic=part.nic, to=part.to)
        return Finding(0.0, message, case.counterexample(to_look_up(case, part.nic, part.to)))
    hop = hop_of(case.topology, part.hop)
    for row in rows:
        wrong = (
            (part.type is not None and row.type != part.type.value)
            or (part.source is not None and row.source != part.source.value)
            or (part.prefix is not None and row.prefix != str(part.prefix))
            or (hop is not None and hop not in row.hops)
        )
        if wrong:
            message = say("{nic} sends {to} by {row}.", nic=part.nic, to=part.to, row=_row(row))
            return Finding(0.0, message, case.counterexample(to_look_up(case, part.nic, part.to)))
    return PASSED


def to_look_up(case: Case, nic: str, to: str) -> Packet:
    """Return a packet that leaves by a NIC and has its route looked up."""
    found = case.topology.nics[nic_of(case.topology, nic)]
    # The guest would send by its primary NIC, unless it is told another source.
    source = None if found.primary else next((one.address for one in found.configurations.values()), None)
    destination = to if names.is_address(to) else names.ends(case.topology, to)[0]
    return Packet(source=f"vms/{found.vm}", destination=destination, source_address=source)


class Selected(NamedTuple):
    """A route that a NIC uses, in the words of the document."""

    type: str
    source: str
    prefix: str
    hops: tuple[str, ...]


def selected(case: Case, nic: str, to: str) -> list[Selected]:
    """Return the routes that a NIC uses for a destination.

    Raises:
        Unknown: the NIC or the destination is not drawn, or is not one.
    """
    view = case.network.routes(nic_of(case.topology, nic))
    choice = view.select(address_of(case.topology, to))
    return [] if choice.prefix is None else [shown_row(row, choice.prefix) for row in choice.routes]


def shown_row(row: EffectiveRoute, prefix: Network) -> Selected:
    """Return a route with one of its prefixes in the words of the document."""
    hops = tuple(map(str, row.next_hop_ips))
    return Selected(row.next_hop_type.value, row.source.value, str(prefix), hops)


def address_of(topology: Topology, to: str) -> Address:
    """Return the address that a destination means.

    Raises:
        Unknown: it is not drawn, or is not one.
    """
    return ip_address(to if names.is_address(to) else _address(topology, to))


def nic_of(topology: Topology, text: str) -> str:
    """Return the id of a NIC, or of the only NIC of a VM.

    Raises:
        Unknown: none, or several.
    """
    name = text.removeprefix("nics/")
    if text.startswith("nics/") or name in topology.nics:
        return names.entry(topology, "nics", name)
    vm = names.entry(topology, "vms", text.removeprefix("vms/"))
    found = [key for key, nic in topology.nics.items() if nic.vm == vm]
    if len(found) != 1:
        raise Unknown(say("{text} has {count} NICs, and one is meant.", text=text, count=len(found)))
    return found[0]


def hop_of(topology: Topology, text: str | None) -> str | None:
    """Return the address that a next hop names: itself, or that of a VM.

    Raises:
        Unknown: nothing of the name is drawn, or several things are.
    """
    return text if text is None or names.is_address(text) else _address(topology, text)


def _address(topology: Topology, text: str) -> str:
    found = names.ends(topology, text)
    if len(found) != 1:
        raise Unknown(
            say_many(
                "{text} stands for {count} thing, and one is meant.",
                "{text} stands for {count} things, and one is meant.",
                len(found),
                text=text,
            )
        )
    kind, _, key = found[0].partition("/")
    address = topology.hosts[key].address if kind == "hosts" else names.address_of(topology, key)
    if address is None:
        raise Unknown(say("{text} has no address.", text=text))
    return str(address)


def _row(row: Selected) -> str:
    return say(
        "the route {prefix} -> {names} ({source})",
        prefix=row.prefix,
        names=" ".join((row.type, *row.hops)),
        source=row.source,
    )


def _all(part: OfFlows, case: Case, why: Callable[[Packet, Trace], Why]) -> Finding:
    """Return the finding of a rule over all packets of all flows; the smallest that breaks it is told."""
    found: list[tuple[tuple[object, ...], str, Packet]] = []
    asked = 0
    for flow in part.flows:
        for packet in names.packets(case.topology, flow, case.source_port):
            asked += 1
            done = case.trace(packet)
            broken = why(packet, done)
            if broken is not None:
                message = f"{_flow(case, packet)}{case.made.words and f' ({case.made.words})'}: {broken}"
                found.append((size(packet, done), message, packet))
        if not asked:
            return failed(say("There is no VM for {text} in the drawing.", text=flow.text))
    if not found:
        return PASSED
    smallest, message, packet = min(found, key=lambda one: one[0])
    return Finding(0.0, message, case.counterexample(packet), smallest)


def _delivered(part: Delivers, case: Case, done: Trace) -> Why:
    if not (done.forward.verdict.outcome is Outcome.DELIVERED if part.one_way else done.delivered):
        return _end(done)
    last = done.forward.steps[-1] if done.forward.steps else None
    if part.seen_as is not None and last is not None:
        seen, wanted = str(last.after.source), hop_of(case.topology, part.seen_as)
        if seen != wanted:
            return say(
                "It arrives with the source address {seen}, and not {wanted}.", seen=seen, wanted=wanted
            )
    if part.answered_by is not None:
        wanted = names.stop(case.topology, part.answered_by)
        for verdict in _verdicts(done.forward):
            if vm_of(case.topology, verdict.at) != wanted:
                return say("It arrives at {at}, and not at {wanted}.", at=verdict.at, wanted=wanted)
    return None


def _dropped(part: Drops, case: Case, done: Trace) -> Why:
    legs = {"request": done.forward, "answer": done.back, "handshake": done.third}
    leg = legs.get(part.packet)
    if part.packet == "any":
        verdict = done.verdict
    elif leg is None:
        return _end(done) if not done.delivered else say("It is delivered.")
    else:
        verdict = leg.verdict
    if verdict.outcome is Outcome.DELIVERED:
        return (
            say("It is delivered.")
            if done.delivered
            else say("It arrives; only its answer does not. {end}", end=_end(done))
        )
    if verdict.outcome is Outcome.AMBIGUOUS:
        return say("Some of its flows are delivered. {sentence}", sentence=verdict.sentence)
    if part.code is not None and verdict.code not in part.code:
        return say(
            "It ends with {code} and not with {wanted}. {sentence}",
            code=verdict.code,
            wanted=" or ".join(part.code),
            sentence=verdict.sentence,
        )
    if part.at is not None and not same_place(case.topology, part.at, verdict.at):
        return say(
            "It ends at {at} and not at {part_at}. {sentence}",
            at=places.end(case.topology, verdict.at or "internet"),
            part_at=part.at,
            sentence=verdict.sentence,
        )
    return None


def same_place(topology: Topology, said: str, at: str | None) -> bool:
    """Return whether a name means the place where a packet ended; a VM and its NICs are one place."""
    if at is None:
        return said in ("", "internet")
    if said == at:
        return True
    kind, _, key = at.partition("/")
    first = key.partition("/")[0]
    named = getattr(getattr(topology, kind, {}).get(first), "name", None)
    if said in (first, named, f"{kind}/{first}"):
        return True
    vm = vm_of(topology, at)
    if vm is None:
        return False
    said_kind, _, said_key = said.rpartition("/")
    if said_kind == "nics" or said_key in topology.nics:
        nic = topology.nics.get(said_key)
        return nic is not None and f"vms/{nic.vm}" == vm
    vm_key = vm.partition("/")[2]
    return said_kind in ("", "vms") and said_key in (vm_key, topology.vms[vm_key].name)


def vm_of(topology: Topology, at: str | None) -> str | None:
    """Return the VM that a place belongs to, the place itself where it is none of a NIC."""
    kind, _, key = (at or "").partition("/")
    if kind == "nics" and key in topology.nics:
        return f"vms/{topology.nics[key].vm}"
    return at if kind == "vms" and key in topology.vms else at if kind == "hosts" else None


def _end(done: Trace) -> str:
    """Return how a connection ends, in words."""
    verdict = done.verdict
    which = ""
    if done.forward.verdict.outcome is Outcome.DELIVERED and verdict is not done.forward.verdict:
        which = (
            say("The request arrives, its answer does not. ")
            if done.third is None
            else say("The handshake fails. ")
        )
    return f"{which}{verdict.sentence}"


def _ways(leg: Leg) -> list[tuple[Step, ...]]:
    return [branch.steps for branch in leg.branches] or [leg.steps]


def _verdicts(leg: Leg) -> Iterator[Verdict]:
    if leg.branches:
        yield from (branch.verdict for branch in leg.branches)
    else:
        yield leg.verdict


def _in_order(wanted: list[str], way: tuple[str, ...]) -> bool:
    left = iter(way)
    return all(one in left for one in wanted)


def _told(topology: Topology, path: tuple[str, ...] | list[str]) -> str:
    """Return stops in words."""
    return ", ".join(places.end(topology, one) for one in path) if path else say("nowhere")


def _flow(case: Case, packet: Packet) -> str:
    number = protocol_number(packet.protocol)
    port = f"/{packet.destination_port}" if number in (TCP, 17) else ""
    ends = (places.end(case.topology, one) for one in (packet.source, packet.destination))
    return f"{' -> '.join(ends)} {protocol_name(number)}{port}"


def measured(case: Case, packet: Packet) -> tuple[object, ...]:
    """Return the sort key of a packet that breaks a rule; the largest where it cannot be followed."""
    try:
        return size(packet, case.trace(packet))
    except CannotGrade:
        return (10**6,)


def size(packet: Packet, done: Trace) -> tuple[object, ...]:
    """Return the sort key of counterexamples: fewest hops, then lowest addresses, then ports."""
    hops = len(path_of(done.forward.steps)) + (len(path_of(done.back.steps)) if done.back else 0)
    header = done.packet
    return (
        hops,
        header.source.version,
        int(header.source),
        int(header.destination),
        packet.protocol,
        packet.destination_port,
        packet.source_port,
    )
