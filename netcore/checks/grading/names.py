"""From the names of a check to what is drawn: by id, else by the name that the learner gave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_address

from netcore.checks.language.part import Flow
from netcore.document.models import Topology
from netcore.document.values import Address
from netcore.errors import NotFound
from netcore.trace.packet import Packet
from netcore.words import say

WORDS = {
    "vms": "VM",
    "nics": "NIC",
    "hosts": "host",
    "subnets": "subnet",
    "vnets": "virtual network",
    "route_tables": "route table",
    "security_groups": "security group",
    "load_balancers": "load balancer",
    "gateways": "gateway",
    "controllers": "controller",
}
"""What people call the entries of a collection, where it is not its name."""


class Unknown(NotFound):
    """A check names something that is not drawn; the message is for the learner."""


def entry(topology: Topology, collection: str, text: str) -> str:
    """Return the id of what a check names in one collection.

    Raises:
        Unknown: there is none, or several have the name.
    """
    entries = getattr(topology, collection, None)
    if not isinstance(entries, dict):
        raise Unknown(say("A drawing has no {collection}.", collection=collection))
    return find({key: str(getattr(one, "name", "")) for key, one in entries.items()}, collection, text)


def find(named: Mapping[str, str], collection: str, text: str) -> str:
    """Return the id that a text means: itself, else the only one whose name or id is alike but for case.

    Args:
        named: id -> name.

    Raises:
        Unknown: there is none, or several have the name.
    """
    if text in named:
        return text
    wanted = text.casefold().strip()
    found = [key for key, name in named.items() if wanted in (name.casefold().strip(), key.casefold())]
    if len(found) == 1:
        return found[0]
    word = say(WORDS[collection]) if collection in WORDS else collection.removesuffix("s").replace("_", " ")
    raise Unknown(
        say("Several things in the drawing are called {text}.", text=text)
        if found
        else say("There is no {word} {text} in the drawing.", word=word, text=text)
    )


def address_of(topology: Topology, vm: str, version: int = 4) -> Address | None:
    """Return the primary address of a VM's primary NIC in one family; None: it has none."""
    nics = sorted((not nic.primary, key) for key, nic in topology.nics.items() if nic.vm == vm)
    for _, key in nics:
        entries = sorted(
            topology.nics[key].configurations.items(), key=lambda one: (not one[1].primary, one[0])
        )
        for _, configuration in entries:
            if configuration.address.version == version:
                return configuration.address
    return None


def is_address(text: str) -> bool:
    """Return whether a text is an address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def owner_of(topology: Topology, address: str) -> str | None:
    """Return the path of the VM or host that has an address in the platform."""
    wanted = ip_address(address)
    for key, host in topology.hosts.items():
        if host.address == wanted:
            return f"hosts/{key}"
    for nic in topology.nics.values():
        if nic.vm and any(one.address == wanted for one in nic.configurations.values()):
            return f"vms/{nic.vm}"
    return None


def ends(topology: Topology, text: str) -> list[str]:
    """Return the VMs and hosts that one end of a flow stands for, as paths, sorted.

    Raises:
        Unknown: nothing of the name is drawn.
    """
    kind, _, name = text.partition("/")
    if name and kind in ("vms", "hosts") and name != "*":
        return [f"{kind}/{entry(topology, kind, name)}"]
    if kind in ("vms", "hosts") and name == "*":
        return [f"{kind}/{key}" for key in sorted(getattr(topology, kind))]
    if name and kind in ("subnets", "vnets"):
        key = entry(topology, kind, name)
        found = {
            nic.vm
            for nic in topology.nics.values()
            if nic.vm and (nic.subnet == key or (kind == "vnets" and _vnet_of(topology, nic.subnet) == key))
        }
        return [f"vms/{vm}" for vm in sorted(found)]
    if is_address(text):
        owner = owner_of(topology, text)
        if owner is None:
            raise Unknown(say("Nothing in the drawing has the address {text}.", text=text))
        return [owner]
    for collection in ("vms", "hosts"):
        try:
            return [f"{collection}/{entry(topology, collection, text)}"]
        except Unknown:
            continue
    raise Unknown(say("There is no VM or host {text} in the drawing.", text=text))


def _vnet_of(topology: Topology, subnet: str) -> str | None:
    found = topology.subnets.get(subnet)
    return None if found is None else found.vnet


def destinations(topology: Topology, flow: Flow) -> list[str]:
    """Return what packets of a flow are sent to: addresses, and VMs and hosts as paths.

    Raises:
        Unknown: nothing of the name is drawn, or it has no address of the family.
    """
    if is_address(flow.to):
        return [flow.to]
    if flow.to.startswith("traffic_managers/"):
        return [f"traffic_managers/{entry(topology, 'traffic_managers', flow.to.partition('/')[2])}"]
    found = ends(topology, flow.to)
    if flow.family == 4:
        return found
    addresses = []
    for path in found:
        kind, _, key = path.partition("/")
        address = topology.hosts[key].address if kind == "hosts" else address_of(topology, key, 6)
        if address is None or address.version != 6:
            raise Unknown(say("{key} has no IPv6 address.", key=key))
        addresses.append(str(address))
    return addresses


def packets(topology: Topology, flow: Flow, offset: int = 0) -> Iterator[Packet]:
    """Yield the packets of a flow: one for each pair of its ends, none from a VM to itself.

    Args:
        offset: added to the source port.

    Raises:
        Unknown: nothing of the name is drawn.
    """
    for source in ends(topology, flow.source):
        for destination in destinations(topology, flow):
            if source != destination:
                yield Packet(
                    source=source,
                    destination=destination,
                    protocol=flow.protocol,
                    source_port=1024 + (flow.source_port - 1024 + offset) % 64_512,
                    destination_port=flow.destination_port,
                    ttl=flow.ttl,
                    source_address=flow.source_address,
                    destination_mac=flow.destination_mac,
                    size_bytes=flow.size_bytes,
                    dont_fragment=flow.dont_fragment,
                )


def stop(topology: Topology, text: str) -> str:
    """Return the path of a stop: a VM, host, balancer, gateway, private endpoint, or ``internet``.

    Raises:
        Unknown: nothing of the name is drawn.
    """
    kind, _, name = text.partition("/")
    collections = ("vms", "hosts", "load_balancers", "gateways", "private_endpoints")
    if text == "internet":
        return text
    if name and kind in collections:
        return f"{kind}/{entry(topology, kind, name)}"
    for collection in collections:
        try:
            return f"{collection}/{entry(topology, collection, text)}"
        except Unknown:
            continue
    raise Unknown(say("Nothing in the drawing is called {text}.", text=text))
