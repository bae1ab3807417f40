"""Who is asked about where two drawings are compared: senders and addresses, in classes of both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import NamedTuple

from netcore.batch.changes import INTERNET
from netcore.batch.classes import Classes, classes_of
from netcore.batch.compile import Compiled
from netcore.batch.sheets import Table
from netcore.document.values import Address
from netcore.forwarding.drawing import drawing_of

STAND_INS = tuple(map(ip_address, ("8.8.8.8", "9.9.9.9", "1.1.1.1", "4.4.4.4")))
"""Addresses that may stand for the Internet; the first that nobody in a drawing has is taken."""


@dataclass(frozen=True, slots=True)
class Senders:
    """Senders that behave alike in both drawings: ``vms/ID`` or ``hosts/ID``."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Receivers:
    """Addresses that behave alike in both drawings.

    Args:
        to: path of the holder and its address; several addresses of one holder are in several groups.
        plain: they are of VMs, or of nobody in the cloud; else somebody rewrites destinations.
    """

    to: tuple[tuple[str, Address], ...]
    plain: bool


@dataclass(frozen=True, slots=True)
class Parties:
    """Everybody who is asked about."""

    senders: tuple[Senders, ...]
    receivers: tuple[Receivers, ...]


def parties_of(one: Compiled, other: Compiled, *, apart: bool, refined: Classes | None = None) -> Parties:
    """Return who is asked about.

    Args:
        apart: whether everybody stands alone, since which way a flow takes depends on who sends it.
        refined: classes that hold for both, where they are known.
    """
    both = (one, other)
    key_of: dict[str, tuple[object, ...]] = {}
    if apart:
        key_of = {vm: (vm,) for each in both for vm in each.guests.ids}
    elif refined is not None:
        key_of = {vm: (index,) for index, each in enumerate(refined.classes) for vm in each.vms}
    else:
        numbers = [_numbers(classes_of(each)) for each in both]
        for vm in {*one.guests.ids, *other.guests.ids}:
            same = _held(one, vm) == _held(other, vm)
            key_of[vm] = tuple(each.get(vm, -1) for each in numbers) if same else (vm,)
    groups: dict[tuple[object, ...], list[str]] = {}
    for vm in sorted(key_of):
        groups.setdefault(key_of[vm], []).append(vm)
    senders = [Senders(tuple(f"vms/{vm}" for vm in vms)) for vms in groups.values()]
    hosts = sorted({sender for each in both for sender in each.senders if sender.startswith("hosts/")})
    senders += [Senders((host,)) for host in hosts]
    return Parties(tuple(senders), tuple(_receivers(both, key_of)))


def _numbers(classes: Classes) -> dict[str, int]:
    return {vm: index for index, each in enumerate(classes.classes) for vm in each.vms}


def _held(compiled: Compiled, vm: str) -> tuple[Address, ...]:
    machine = drawing_of(compiled.network).machines.get(vm)
    return () if machine is None else tuple(held for port in machine.ports for held in port.held)


def _receivers(both: Iterable[Compiled], key_of: dict[str, tuple[object, ...]]) -> list[Receivers]:
    """Return all addresses that somebody has, in either drawing."""
    holders: dict[Address, dict[str, tuple[object, ...]]] = {}
    rewritten: dict[Address, str] = {}
    outside: dict[Address, str] = {}
    for compiled in both:
        topology = compiled.network.scenario.topology
        for vm, machine in drawing_of(compiled.network).machines.items():
            held = [address for port in machine.ports for address in port.held]
            for place, address in enumerate(held):
                holders.setdefault(address, {})[f"vms/{vm}"] = (*key_of[vm], place)
            for address in machine.own.difference(held):
                rewritten.setdefault(address, f"vms/{vm}")
        for key, balancer in topology.load_balancers.items():
            for front in balancer.frontends.values():
                if front.address is not None:
                    rewritten.setdefault(front.address, f"load_balancers/{key}")
        for key, public in topology.public_ips.items():
            rewritten.setdefault(public.address, f"public_ips/{key}")
        for key, endpoint in topology.private_endpoints.items():
            rewritten.setdefault(endpoint.address, f"private_endpoints/{key}")
        for key, host in topology.hosts.items():
            outside.setdefault(host.address, f"hosts/{key}")
    groups: dict[tuple[object, ...], list[tuple[str, Address]]] = {}
    plain: dict[tuple[object, ...], bool] = {}
    for address, found in holders.items():
        group: tuple[object, ...] = (address,)
        if len(found) == 1 and address not in rewritten:
            group = ("held", *next(iter(found.values())))
        groups.setdefault(group, []).append((min(found), address))
        plain[group] = address not in rewritten
    for address, name in rewritten.items():
        if address not in holders:
            groups[(address,)], plain[(address,)] = [(name, address)], False
    for address, name in outside.items():
        if address not in holders and address not in rewritten:
            groups[(address,)], plain[(address,)] = [(name, address)], True
    known = {*holders, *rewritten, *outside}
    stand_in = next(address for address in STAND_INS if address not in known)
    groups[(INTERNET,)], plain[(INTERNET,)] = [(INTERNET, stand_in)], True
    return [
        Receivers(tuple(sorted(to, key=lambda each: (each[0], str(each[1])))), plain[key])
        for key, to in groups.items()
    ]


class Pairs(NamedTuple):
    """Pairs to ask, one per row.

    Args:
        sender, of_sender: group of senders, and which of them is asked; int64.
        receiver, of_receiver: the same of addresses.
        spread: bool: a hash matters, so the pair stands for itself alone.
    """

    sender: Table
    of_sender: Table
    receiver: Table
    of_receiver: Table
    spread: Table
