"""Public addresses, VMs and NICs, and the private addresses the file leaves to the cloud."""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from netcore.document.values import Address
from netcore.formats.arm_deploy import Resource
from netcore.formats.arm_draft import FIREWALLS, NICS, PUBLIC_IPS, VMS, Draft
from netcore.formats.arm_network import local_ids
from netcore.formats.arm_notes import Notes
from netcore.formats.arm_props import Props
from netcore.words import say

_EXTENSIONS = f"{VMS}/extensions"
_HIDES_SOURCE = re.compile(r"\bMASQUERADE\b|-j\s+SNAT\b|\bset nat enable\b|\bmasquerade\b")


@dataclass
class Setup:
    """One IP configuration on its way into the document."""

    key: str
    name: str
    props: Props
    version: int
    address: Address | None
    pools: list[str]
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class Card:
    """One NIC on its way into the document."""

    key: str
    label: str
    resource: Resource | None
    subnet: str
    setups: list[Setup]
    forwarding: bool
    data: dict[str, Any]


def map_public_ips(draft: Draft) -> None:
    """Fill ``public_ips``; the file has no addresses, so documentation addresses stand for them."""
    for resource in draft.of(PUBLIC_IPS):
        key = draft.ids["public_ips"][resource.id.lower()]
        props = draft.props(resource)
        version = 6 if props.text("publicIPAddressVersion").lower() == "ipv6" else 4
        address = props.address("ipAddress") or draft.public.next(version)
        if address is None:
            draft.notes.add(
                "left out", resource.label, say("There are more than the documentation ranges can hold.")
            )
            continue
        draft.topology["public_ips"][key] = {
            "name": resource.short[:120],
            "address": str(address),
            "sku": draft.sku(resource),
        }
        draft.overlay[resource.id.lower()] = {
            "ipAddress": str(address),
            "dnsSettings": {"fqdn": f"{resource.short.lower()}.example.invalid"},
        }
        draft.notes.add(
            "assumed",
            resource.label,
            say(
                "Its address is given at deployment; {address}, a documentation address, stands for it.",
                address=address,
            ),
            f"public_ips/{key}",
        )


def read_nics(draft: Draft) -> list[Card]:
    """Return the NICs of the file, those written inside a VM included; fill ``vms``."""
    titles = [(r.id.lower(), r.name, f"{r.place.group}-{r.name}") for r in draft.of(NICS)]
    draft.ids["nics"] = draft.names.several("nics", titles)
    cards = []
    for resource in draft.of(NICS):
        key = draft.ids["nics"][resource.id.lower()]
        cards.append(_card(draft, key, resource.short, draft.props(resource), resource))
    by_key = {card.key: card for card in cards}
    for resource in draft.of(VMS):
        cards += _machine(draft, resource, by_key)
    return cards


def _card(draft: Draft, key: str, name: str, props: Props, resource: Resource | None) -> Card:
    items = props.objects("ipConfigurations")
    names = [item.text("name") or f"ipconfig{n + 1}" for n, item in enumerate(items)]
    setups: list[Setup] = []
    subnet: str | None = None
    for local, title, item in zip(local_ids(names), names, items, strict=True):
        inner = Props(item.raw("properties") or {}, draft.notes, f"{props.label}/{title}")
        address = inner.address("privateIPAddress")
        wants_six = inner.text("privateIPAddressVersion").lower() == "ipv6"
        version = address.version if address is not None else 6 if wants_six else 4
        place = draft.subnet(inner.ref("subnet"))
        subnet = subnet or place
        setups.append(
            Setup(local, title, inner, version, address, inner.refs("loadBalancerBackendAddressPools"))
        )
    if subnet is None:
        draft.notes.add("unclear", props.label, say("The file does not say in which subnet it is."))
        subnet = draft.unknown_subnet()
    for setup in setups:
        if setup.address is not None:
            draft.saw_address(subnet, setup.address)
    data: dict[str, Any] = {"name": name[:120], "subnet": subnet, "primary": True, "configurations": {}}
    forwarding = bool(props.flag("enableIPForwarding"))
    data["ip_forwarding"] = forwarding
    group = draft.optional(
        "security_groups", props.ref("networkSecurityGroup"), props.label, say("security group")
    )
    if group is not None:
        data["security_group"] = group
    return Card(key, props.label, resource, subnet, setups, forwarding, data)


def _machine(draft: Draft, resource: Resource, cards: dict[str, Card]) -> list[Card]:
    """Add one VM and hand it its NICs; return the NICs written inside it."""
    key = draft.ids["vms"][resource.id.lower()]
    network = draft.props(resource).sub("networkProfile")
    own: list[tuple[Card, bool | None]] = []
    new: list[Card] = []
    for item in network.objects("networkInterfaces"):
        nic = draft.find("nics", item.text("id"))
        card = cards.get(nic) if nic is not None else None
        primary = _flag(item, "primary")
        if card is None:
            name = item.text("id").rpartition("/")[2][:80]
            draft.notes.add(
                "left out", resource.label, say("Its NIC {name!r} is not in this file.", name=name)
            )
        elif "vm" in card.data:
            draft.notes.add(
                "left out",
                resource.label,
                say("Its NIC {data} belongs to another VM.", data=card.data["name"]),
            )
        else:
            own.append((card, primary))
    for item in network.objects("networkInterfaceConfigurations"):
        name = item.text("name") or f"{resource.short}-nic"
        nic_key = draft.names.one("nics", name, f"{resource.short}-{name}")
        new.append(_card(draft, nic_key, name, item.sub("properties"), None))
        own.append((new[-1], _flag(item, "primary")))
    first = next((n for n, (_, primary) in enumerate(own) if primary), 0)
    for number, (card, _) in enumerate(own):
        card.data["vm"] = key
        card.data["primary"] = number == first
    vm: dict[str, Any] = {"name": resource.short[:120]}
    zone = _zone(resource)
    if zone is not None:
        vm["zone"] = zone
    if not own:
        draft.notes.add("unclear", resource.label, say("It has no NIC in this file."), f"vms/{key}")
    guest = _guest(draft, resource, key, [card for card, _ in own])
    if guest:
        vm["guest"] = guest
    draft.topology["vms"][key] = vm
    return new


def _flag(item: Props, name: str) -> bool | None:
    found = item.flag(name)
    return found if found is not None else item.sub("properties").flag(name)


def _zone(resource: Resource) -> int | None:
    zones = resource.field("zones")
    for zone in zones if isinstance(zones, list) else [zones]:
        if str(zone) in ("1", "2", "3"):
            return int(zone)
    return None


def _guest(draft: Draft, resource: Resource, key: str, cards: list[Card]) -> dict[str, Any]:
    guest: dict[str, Any] = {}
    if any(card.forwarding for card in cards):
        guest["forwarding"] = True
        words = say("A NIC of it forwards, so its guest is taken as an appliance that forwards")
        if _hides_source(draft, resource):
            guest["snat"] = True
            words += say(" and, by the script in the file, rewrites the source (SNAT).")
        else:
            words += say("; whether it rewrites the source is not in the file, taken as no.")
        if len(cards) > 1:
            guest["policy_routing"] = True
            words += say(" It is taken to answer probes by the NIC they come in by.")
        draft.notes.add("assumed", resource.label, words, f"vms/{key}")
    return guest


def _hides_source(draft: Draft, resource: Resource) -> bool:
    """Return whether a script the file gives the VM rewrites sources."""
    texts = []
    # A script that cannot be worked out is no loss to the network: its notes are dropped.
    system = Props(resource.field("properties"), Notes(), resource.label).sub("osProfile")
    data = system.text("customData")
    if data:
        texts.append(data)
        with contextlib.suppress(binascii.Error, ValueError):
            texts.append(base64.b64decode(data, validate=True).decode("utf-8", "replace"))
    prefix = f"{resource.id.lower()}/extensions/"
    for extension in draft.of(_EXTENSIONS):
        if extension.id.lower().startswith(prefix):
            texts.append(json.dumps(extension.field("properties"), default=lambda _: ""))
    return any(_HIDES_SOURCE.search(text) for text in texts)


def hand_out_addresses(draft: Draft, cards: list[Card]) -> None:
    """Fill ``nics``: addresses given in the file first, then the lowest free ones (facts A1, A9)."""
    for card in cards:
        for setup in card.setups:
            if setup.address is not None:
                draft.room(card.subnet).take(setup.address)
    for card in cards:
        main = next((s.key for s in card.setups if s.props.flag("primary")), None)
        main = main or next((s.key for s in card.setups if s.version == 4), None)
        for setup in card.setups:
            _configure(draft, card, setup, setup.key == main)
        secondary = [c["address"] for c in card.data["configurations"].values() if not c["primary"]]
        if secondary and "vm" in card.data:
            guest = draft.topology["vms"][card.data["vm"]].setdefault("guest", {})
            guest.setdefault("interfaces", {})[card.key] = {"added": secondary}
            draft.notes.add(
                "assumed",
                card.label,
                say("Its secondary addresses are taken as typed into the guest."),
                f"vms/{card.data['vm']}",
            )
        draft.topology["nics"][card.key] = card.data
        _remember(draft, card)
    for subnet, count, into in draft.later:
        found = (draft.room(subnet).lowest_free(4) for _ in range(count))
        into += [str(address) for address in found if address is not None]
    _firewalls(draft)


def _configure(draft: Draft, card: Card, setup: Setup, primary: bool) -> None:
    dynamic = setup.address is None
    address = setup.address or draft.address_in(card.subnet, setup.version)
    label = setup.props.label
    if address is None:
        draft.notes.add(
            "left out", label, say("Its subnet has no free IPv{version} address.", version=setup.version)
        )
        return
    data: dict[str, Any] = {"address": str(address), "primary": primary}
    if dynamic:
        data["allocation"] = "dynamic"
        draft.notes.add(
            "assumed",
            label,
            say("Its address is dynamic; {address}, the lowest free one, is taken.", address=address),
            f"nics/{card.key}/configurations/{setup.key}",
        )
    public = draft.public_ip(setup.props.ref("publicIPAddress"))
    if public is not None:
        data["public_ip"] = public
    elif setup.props.sub("publicIPAddressConfiguration").data:
        draft.notes.add("left out", label, say("Its public address, which is written inside the VM."))
    for group in setup.props.refs("applicationSecurityGroups"):
        draft.application_groups.setdefault(group.lower(), []).append(str(address))
    setup.data.update(data)
    card.data["configurations"][setup.key] = data


def _remember(draft: Draft, card: Card) -> None:
    if card.resource is None:
        return
    shown = [{"properties": {"privateIPAddress": s.data["address"]} if s.data else {}} for s in card.setups]
    draft.overlay[card.resource.id.lower()] = {"ipConfigurations": shown}


def _firewalls(draft: Draft) -> None:
    """Give managed firewalls their address: routes name it as next hop."""
    for resource in draft.of(FIREWALLS):
        for item in draft.props(resource).objects("ipConfigurations"):
            text = item.sub("properties").ref("subnet")
            subnet = draft.subnet_known(text)
            address = draft.room(subnet).lowest_free(4) if subnet is not None else None
            if address is None:
                continue
            draft.overlay[resource.id.lower()] = {
                "ipConfigurations": [{"properties": {"privateIPAddress": str(address)}}]
            }
            draft.notes.add(
                "assumed",
                resource.label,
                say(
                    "It is left out; routes that name it go to {address}, the address it would have.",
                    address=address,
                ),
            )
            break
