"""Places of a drawing and their values in words: ``nics/fw/ip_forwarding`` is IP forwarding of NIC fw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from netcore.checks.grading import names
from netcore.document.checks import ground
from netcore.words import say, say_many

PARTS: Final = {
    "announces": "announcement",
    "attachments": "attachment",
    "configurations": "IP configuration",
    "firewall": "rule of the guest's firewall",
    "frontends": "frontend",
    "inbound_nat_rules": "inbound NAT rule",
    "interfaces": "interface",
    "learned": "learned route",
    "members": "member",
    "neighbours": "neighbour",
    "outbound_rules": "outbound rule",
    "peers": "peer",
    "pools": "pool",
    "port_forwards": "port forward",
    "probes": "probe",
    "redundancy": "redundancy group",
    "routers": "router",
    "routes": "route",
    "rules": "rule",
    "services": "service",
    "tables": "table",
    "tunnels": "tunnel",
}
"""What one entry of a map inside a thing is called."""

FIELDS: Final = {
    "address_space": "address ranges",
    "added": "further addresses",
    "allow_forwarded": "accepting forwarded traffic",
    "allow_gateway_transit": "lending its gateway",
    "asn": "AS number",
    "bgp": "BGP",
    "default_outbound": "default way out",
    "floating_ip": "floating IP",
    "guest": "settings of the guest",
    "guest/firewall": "the guest's firewall",
    "guest/forwarding": "forwarding by the guest",
    "guest/loopback": "addresses on the guest's loopback",
    "guest/redundancy": "the guest's redundancy groups",
    "guest/routes": "the guest's own routes",
    "guest/stateful": "keeping of sessions by the guest",
    "ip_forwarding": "IP forwarding",
    "mac": "MAC address",
    "mtu": "MTU",
    "next_hop_ip": "next hop address",
    "next_hop_type": "next hop type",
    "nic": "NIC",
    "public_ips": "public IPs",
    "scope": "rights",
    "snat": "SNAT",
    "use_remote_gateways": "use of the gateway beyond",
    "vm": "VM",
}
"""What fields are called where it is not their name."""

_SHOWN_CHARS = 80


def place(topology: Any, path: str, beside: Mapping[str, Any] | None = None) -> str:
    """Return what a path below the topology leads to, in words, things by the names that people gave.

    Args:
        topology: the drawing's, or its plain data.
        beside: collections that lie beside the topology.
    """
    kind, *rest = path.strip("/").split("/")
    if not rest:
        return say("the “{kind}” of the drawing", kind=_kind(kind))
    key, *rest = rest
    thing = f"{_kind(kind)} {_name(topology, beside or {}, kind, key)}"
    field: list[str] = []
    while rest:
        first, *rest = rest
        if first in PARTS and rest:
            part, *rest = rest
            thing, field = say("{part} {key} of {thing}", part=say(PARTS[first]), key=part, thing=thing), []
        else:
            field.append(first)
    if field[:1] == ["guest"] and len(field) > 1 and "/".join(field) not in FIELDS:
        field, thing = field[1:], say("the guest of {thing}", thing=thing)
    told = FIELDS.get("/".join(field)) or " ".join(FIELDS.get(one, one.replace("_", " ")) for one in field)
    return say("{field} of {thing}", field=say(told), thing=thing) if field else thing


def end(topology: Any, path: str) -> str:
    """Return an end or a stop of a packet in words: VMs, hosts and addresses by their name alone."""
    kind, _, key = path.partition("/")
    if not key:
        return path
    return _name(topology, {}, kind, key) if kind in ("vms", "hosts") else place(topology, path)


def value(one: Any) -> str:
    """Return a value in words: on or off, none, lists by commas, parts by their fields."""
    if isinstance(one, bool):
        return say("on") if one else say("off")
    if one is None or one in ("", [], {}, ()):
        return say("none")
    if isinstance(one, float) and one.is_integer():
        return str(int(one))
    if isinstance(one, list | tuple):
        text = ", ".join(value(each) for each in one)
    elif isinstance(one, Mapping):
        text = ", ".join(
            f"{_field(key)} {value(each)}" for key, each in one.items() if each not in (None, [], {})
        )
    else:
        text = str(one)
    if len(text) <= _SHOWN_CHARS:
        return text
    if isinstance(one, list | tuple | Mapping):
        return say_many("{count} entry", "{count} entries", len(one))
    return f"{text[: _SHOWN_CHARS - 1]}…"


def _field(key: str) -> str:
    return say(FIELDS.get(key) or key.replace("_", " "))


def _kind(kind: str) -> str:
    return say(names.WORDS.get(kind) or ground.KINDS.get(kind) or kind.removesuffix("s").replace("_", " "))


def _name(topology: Any, beside: Mapping[str, Any], kind: str, key: str) -> str:
    entries = beside.get(kind) or (
        topology.get(kind) if isinstance(topology, Mapping) else getattr(topology, kind, None)
    )
    one = entries.get(key) if isinstance(entries, Mapping) else None
    found = one.get("name") if isinstance(one, Mapping) else getattr(one, "name", "")
    return str(found or key)
