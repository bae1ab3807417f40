"""Template functions on address ranges: ``parseCidr``, ``cidrSubnet``, ``cidrHost``."""

from __future__ import annotations

from ipaddress import IPv4Network, ip_network
from typing import Any

from netcore.formats.arm_syntax import ExpressionError
from netcore.words import say


def parse_cidr(text: Any) -> dict[str, Any]:
    """Return the parts of a range: network, netmask, broadcast, firstUsable, lastUsable, cidr."""
    network = ip_network(text, strict=False)
    parts: dict[str, Any] = {
        "network": str(network.network_address),
        "netmask": str(network.netmask),
        "firstUsable": str(network[1] if network.num_addresses > 2 else network[0]),
        "lastUsable": str(network[-2] if network.num_addresses > 2 else network[-1]),
        "cidr": network.prefixlen,
    }
    if isinstance(network, IPv4Network):
        parts["broadcast"] = str(network.broadcast_address)
    return parts


def cidr_subnet(text: Any, length: Any, index: Any) -> str:
    """Return the ``index``-th range of ``length`` bits inside a range, counted from 0."""
    network = ip_network(text, strict=False)
    if not network.prefixlen <= length <= network.max_prefixlen:
        raise ExpressionError(f"/{length} does not fit into {network}")
    if not 0 <= index < 1 << (length - network.prefixlen):
        raise ExpressionError(
            say(
                "there is no range number {index} of /{length} in {network}",
                index=index,
                length=length,
                network=network,
            )
        )
    first = int(network.network_address) + (index << (network.max_prefixlen - length))
    return str(type(network)((first, length)))


def cidr_host(text: Any, index: Any) -> str:
    """Return the ``index``-th usable host address of a range, counted from 0."""
    network = ip_network(text, strict=False)
    if not 0 <= index < network.num_addresses - 1:
        raise ExpressionError(
            say("there is no host number {index} in {network}", index=index, network=network)
        )
    return str(network[index + 1])
