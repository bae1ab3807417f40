"""Random edits of a drawing, by kind; the same luck makes the same edit."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

import netcore
from netcore.control.network import Network
from tests.netcore.build import Net

Raw = dict[str, Any]
Edit = Callable[[Raw, random.Random], None]

PREFIXES = ("10.1.0.0/16", "10.2.2.0/24", "10.0.1.4/32", "0.0.0.0/0", "10.1.1.128/25", "10.0.0.0/9")


def _route(raw: Raw, luck: random.Random) -> None:
    table = raw["topology"]["route_tables"][luck.choice(sorted(raw["topology"]["route_tables"]))]
    routes = table.setdefault("routes", {})
    if routes and luck.random() < 0.4:
        routes.pop(luck.choice(sorted(routes)))
        return
    prefix = luck.choice(PREFIXES)
    kind = luck.choice(("None", "VnetLocal", "Internet", "VirtualAppliance"))
    made = {"prefix": prefix, "next_hop_type": kind}
    if kind == "VirtualAppliance":
        held = [
            configuration["address"]
            for nic in raw["topology"]["nics"].values()
            for configuration in nic["configurations"].values()
            if ":" not in configuration["address"]
        ]
        made["next_hop_ip"] = luck.choice(held)
    routes["new"] = made


def _rule(raw: Raw, luck: random.Random) -> None:
    group = raw["topology"]["security_groups"][luck.choice(sorted(raw["topology"]["security_groups"]))]
    rules = group.setdefault("rules", {})
    if rules and luck.random() < 0.4:
        rules.pop(luck.choice(sorted(rules)))
        return
    rules["new"] = {
        "priority": luck.choice((100, 150, 3000)) + luck.randrange(20),
        "direction": luck.choice(("Inbound", "Outbound")),
        "access": luck.choice(("Allow", "Deny")),
        "protocol": luck.choice(("*", "tcp", "udp", "icmp")),
        "source": [luck.choice(("*", "10.1.0.0/16", "10.0.1.0/24", "Internet", "VirtualNetwork"))],
        "destination": [luck.choice(("*", "10.1.1.0/25", "10.2.0.0/16", "Internet"))],
        "destination_ports": [luck.choice(("*", "80", "443-8443", "22"))],
    }


def _protocol(raw: Raw, luck: random.Random) -> None:
    """A rule names another protocol, comes again with one, or goes."""
    groups = raw["topology"]["security_groups"]
    rules = groups[luck.choice([key for key in sorted(groups) if groups[key].get("rules")])]["rules"]
    key = luck.choice(sorted(rules))
    what = luck.choice(("other", "more", "gone"))
    if what == "gone":
        del rules[key]
        return
    # Between any addresses, and mostly against what later rules let pass, so that some flow meets it.
    kept = {word: rules[key][word] for word in ("priority", "direction", "access")}
    if raw["profile"] != "aws":
        kept["access"] = luck.choice(("Allow", "Deny", "Deny"))
    changed = {**kept, "protocol": luck.choice(("icmp", "udp", "esp", "ah"))}
    if what == "more":
        key, changed["priority"] = "more", rules[key]["priority"] + luck.choice((-7, -7, 7))
    rules[key] = changed


def _attach(raw: Raw, luck: random.Random) -> None:
    topology = raw["topology"]
    kind = luck.choice(("subnets", "nics"))
    field = luck.choice(("route_table", "security_group")) if kind == "subnets" else "security_group"
    there = topology["route_tables" if field == "route_table" else "security_groups"]
    topology[kind][luck.choice(sorted(topology[kind]))][field] = luck.choice([None, *sorted(there)])


def _forwarding(raw: Raw, luck: random.Random) -> None:
    nic = raw["topology"]["nics"][luck.choice(sorted(raw["topology"]["nics"]))]
    nic["ip_forwarding"] = not nic.get("ip_forwarding", False)


def _gone(raw: Raw, luck: random.Random) -> None:
    vm = luck.choice(sorted(raw["topology"]["vms"]))
    del raw["topology"]["vms"][vm]
    for key in [key for key, nic in raw["topology"]["nics"].items() if nic.get("vm") == vm]:
        del raw["topology"]["nics"][key]


def _power(raw: Raw, luck: random.Random) -> None:
    vm = raw["topology"]["vms"][luck.choice(sorted(raw["topology"]["vms"]))]
    vm["power"] = "running" if vm.get("power") == "stopped" else "stopped"


def _address(raw: Raw, luck: random.Random) -> None:
    nic = raw["topology"]["nics"][luck.choice(sorted(raw["topology"]["nics"]))]
    held = nic["configurations"][luck.choice(sorted(nic["configurations"]))]
    if ":" not in held["address"]:
        held["address"] = held["address"].rpartition(".")[0] + f".{luck.randrange(4, 120)}"


def _second_address(raw: Raw, luck: random.Random) -> None:
    nic = raw["topology"]["nics"][luck.choice(sorted(raw["topology"]["nics"]))]
    held = nic["configurations"]
    if len(held) > 1 and luck.random() < 0.5:
        held.pop(luck.choice([key for key in sorted(held) if not held[key].get("primary")]))
        return
    first = next(each["address"] for each in held.values() if ":" not in each["address"])
    held["more"] = {"address": first.rpartition(".")[0] + f".{luck.randrange(130, 180)}"}


def _guest(raw: Raw, luck: random.Random) -> None:
    """What a guest does with packets: it serves, forwards, translates, filters, or has routes of its own."""
    vm = raw["topology"]["vms"][luck.choice(sorted(raw["topology"]["vms"]))]
    held = [
        configuration["address"]
        for nic in raw["topology"]["nics"].values()
        for configuration in nic["configurations"].values()
        if ":" not in configuration["address"]
    ]
    there = luck.choice(held)
    said: dict[str, Any] = {
        "services": luck.choice((None, {}, {"web": {"protocol": "tcp", "port": luck.choice((80, 443))}})),
        "forwarding": luck.random() < 0.5,
        "snat": luck.random() < 0.5,
        "stateful": luck.random() < 0.5,
        "loopback": luck.choice(([], ["10.0.1.77"], ["192.168.7.7"])),
        "routes": luck.choice(({}, {"r": {"prefix": "10.1.0.0/16", "via": there}})),
        "port_forwards": luck.choice(
            ({}, {"p": {"protocol": "tcp", "port": 80, "to_address": there, "to_port": 8080}})
        ),
        "firewall": luck.choice(({}, {"r": {"hook": "input", "protocol": "tcp", "source": f"{there}/32"}})),
    }
    word = luck.choice(sorted(said))
    vm.setdefault("guest", {})[word] = said[word]


def _named(raw: Raw, luck: random.Random) -> None:
    kind = luck.choice(("vms", "nics", "subnets"))
    thing = raw["topology"][kind][luck.choice(sorted(raw["topology"][kind]))]
    thing["name"] = f"{thing['name']}-renamed"


def _peering(raw: Raw, luck: random.Random) -> None:
    peerings = raw["topology"].setdefault("peerings", {})
    if peerings and luck.random() < 0.7:
        key = luck.choice(sorted(peerings))
        flag = luck.choice(("allow_forwarded", "allow_access", "gone", "disconnected"))
        if flag == "gone":
            del peerings[key]
            return
        peerings[key][flag] = not peerings[key].get(flag, flag == "allow_access")
        return
    one, other = luck.sample(sorted(raw["topology"]["vnets"]), 2)
    for here, there in ((one, other), (other, one)):
        link = {"vnet": here, "remote_vnet": there, "allow_forwarded": luck.random() < 0.5}
        peerings.setdefault(f"{here}-{there}", link)


def _subnet(raw: Raw, luck: random.Random) -> None:
    subnets = raw["topology"]["subnets"]
    if "spare" in subnets:
        del subnets["spare"]
        return
    vnet = luck.choice(sorted(raw["topology"]["vnets"]))
    space = raw["topology"]["vnets"][vnet]["address_space"][0].rpartition(".0.0/")[0]
    subnets["spare"] = {"name": "spare", "vnet": vnet, "prefixes": [f"{space}.77.0/24"]}


LIGHT = (_route, _rule, _attach)
PROTOCOLS = (_protocol,)
MOVES = (_power, _address, _second_address, _forwarding)
GUESTS = (_guest, _guest, _guest, _named)
LINKS = (_peering, _peering, _peering, _subnet)
HEAVY = (_gone,)


def edit(drawn: Net, luck: random.Random, kinds: tuple[Edit, ...]) -> Network | None:
    """Return the drawing after a random edit; None where it would have problems."""
    raw = copy.deepcopy(drawn.raw)
    luck.choice(kinds)(raw, luck)
    reading = netcore.read(raw)
    if reading.document is None or reading.problems:
        return None
    return Network(reading.document)
