"""Questions about all headers at once: classes, matrix, reach, never, loops, one-way, exposed, shadowed."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

import netcore
from netcore.command_line import inputs
from netcore.command_line.output import CANNOT, NO, YES, flow, rows, table
from netcore.trace.packet import protocol_name


def ask_for_headers(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name senders, destinations and headers."""
    parser.add_argument(
        "source", metavar="FROM", help="vms/ID, hosts/ID, subnets/ID, vnets/ID, internet, or * for all VMs"
    )
    parser.add_argument("destination", metavar="TO", help="the same but internet, or an address")
    parser.add_argument("--protocol", help="a name or a number; default: all")
    parser.add_argument("--ports", help="destination ports such as 80,443,8000-8080; default: all")


def _compiled(options: argparse.Namespace) -> netcore.Compiled:
    return netcore.compile_network(inputs.scenario(options.file))


def _headers(options: argparse.Namespace) -> netcore.PortSet | None:
    if options.protocol is None and options.ports is None:
        return None
    try:
        found: netcore.PortSet = netcore.headers_named(options.protocol, options.ports)
        return found
    except ValueError as error:
        raise inputs.Cannot(f"Protocol and ports: {error}.") from error


def classes(options: argparse.Namespace) -> int:
    """Show which VMs behave alike, and what makes the others stand alone."""
    found = netcore.classes_of(_compiled(options)).classes
    if options.json:
        rows(each.as_dict() for each in found)
        return YES
    table(("VMs", "Why"), [(", ".join(each.vms), each.why) for each in found])
    print(f"{sum(len(each.vms) for each in found):,} VMs in {len(found):,} classes")
    return YES


def loops(options: argparse.Namespace) -> int:
    """Show between which VMs headers run in a circle, one pair for all that behave alike."""
    found = list(netcore.loops(_compiled(options)))
    words = ((one, "runs in a circle", one.cells.looping) for one in found)
    return _trouble(options, found, words, "No header runs in a circle.")


def one_way(options: argparse.Namespace) -> int:
    """Show where requests arrive and answers do not come back, one pair for all that behave alike."""
    found = list(netcore.one_way(_compiled(options)))
    words = ((one, "arrives without an answer", one.cells.one_way) for one in found)
    return _trouble(options, found, words, "Whatever arrives is answered.")


def _trouble(
    options: argparse.Namespace,
    found: list[netcore.Reach],
    words: Iterable[tuple[netcore.Reach, str, netcore.PortSet]],
    none: str,
) -> int:
    """Print pairs with the headers that are in trouble, and the smallest example; none is a yes."""
    if options.json:
        rows(one.as_dict() for one in found)
    elif not found:
        print(none)
    else:
        lines = []
        for one, what, headers in words:
            first = headers.first()
            assert first is not None  # asked for above
            example = f"{protocol_name(first.protocol)} {first.source_port} -> {first.destination_port}"
            lines.append(
                (f"{one.source} -> {one.to} ({one.cells.destination})", what, headers.text(), example)
            )
        table(("From and to", "What", "Headers", "Smallest"), lines)
    return NO if found else YES


def matrix(options: argparse.Namespace) -> int:
    """Show who reaches whom by one port, with VMs that behave alike as one line."""
    try:
        found = netcore.matrix(_compiled(options), options.protocol, options.port, answers=options.answers)
    except ValueError as error:
        raise inputs.Cannot(f"Protocol: {error}.") from error
    if options.json:
        rows([found.as_dict()])
        return YES
    classes = found.classes.classes
    named = [
        each.vms[0] if len(each.vms) == 1 else f"{each.vms[0]} and {len(each.vms) - 1} like it"
        for each in classes
    ]
    lines = []
    for row, name in enumerate(named):
        reached = [named[to] for to in found.by_class[row].nonzero()[0]]
        line: list[object] = [name, reached or "nobody"]
        if found.answered is not None:
            line.append([named[to] for to in (found.by_class[row] & ~found.answered[row]).nonzero()[0]])
        lines.append(line)
    heads = ["VMs", "reach"] + (["without an answer from"] if found.answered is not None else [])
    table(heads, lines)
    print(f"{found.count():,} of {len(found.vms) ** 2:,} pairs of VMs")
    return YES


def reach(options: argparse.Namespace) -> int:
    """Show with which headers a sender reaches a destination, and where the others end."""
    found = netcore.reach(_compiled(options), options.source, options.destination, _headers(options))
    if options.json:
        rows(one.as_dict() for one in found)
    else:
        for one in found:
            cells = one.cells
            sender = f"{one.source} ({cells.source_address})" if cells.source_address else one.source
            print(f"{sender} -> {one.to} ({cells.destination})")
            lines = [
                ("connects", cells.must_connect),
                ("by choice per flow", cells.may_connect - cells.must_connect),
            ]
            lines += [
                ("one way only", cells.one_way),
                ("runs in a circle", cells.looping),
                ("unknown", cells.unknown),
            ]
            lines += [
                (f"{fate.code} at {fate.at}", headers)
                for fate, headers in cells.by_end().items()
                if fate.code
            ]
            table((), [(name, headers.text()) for name, headers in lines if headers], indent="  ")
    return YES if any(one.cells.may_connect for one in found) else NO


def never(options: argparse.Namespace) -> int:
    """Prove that no header gets from a sender to a destination, or show the smallest one that does."""
    found = netcore.never(_compiled(options), options.source, options.destination, _headers(options))
    if options.json:
        rows([found.as_dict()])
    elif found.holds:
        print(f"Never: {found.asked} pairs of senders and addresses looked at, with all headers.")
    elif found.counterexample is not None:
        packet = found.counterexample
        sender = f" from {packet.source_address}" if packet.source_address else ""
        choice = f", if the choice falls on {found.by_choice}" if found.by_choice else ""
        named = packet.model_copy(update={"protocol": protocol_name(int(packet.protocol))})
        print(f"It can: {flow(named)} source port {packet.source_port}{sender}{choice}.")
    else:
        print("Nobody knows:", *found.unknown, sep="\n  ")
    return CANNOT if found.holds is None else YES if found.holds else NO


def exposed(options: argparse.Namespace) -> int:
    """Show what the Internet reaches: each public address, from where, and with which headers."""
    found = netcore.exposed(_compiled(options))
    if options.json:
        rows(one.as_dict() for one in found)
        return YES
    table(
        ("Address", "Held by", "From", "Connects", "Arrives without an answer", "Taken by"),
        (
            (
                str(one.address),
                one.ref,
                one.senders_text,
                one.connects.text(),
                (one.arrives - one.connects).text(),
                one.at,
            )
            for one in found
        ),
    )
    return YES


def shadowed(options: argparse.Namespace) -> int:
    """Show rules and routes that never decide, and what stands before them."""
    found = netcore.shadowed(netcore.compile(inputs.scenario(options.file)))
    if options.json:
        rows(one.as_dict() for one in found)
    else:
        for one in found:
            print(f"{one.ref}: {one.sentence}{'' if one.everywhere else ' In ' + ', '.join(one.where) + '.'}")
        print(f"never decide: {len(found)}")
    return NO if found else YES
