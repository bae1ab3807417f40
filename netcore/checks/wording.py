"""Numbers with their nouns in messages for people: ``1 route table is``, ``2 route tables are``."""

from __future__ import annotations

_NAMES = {
    "vms": ("VM", "VMs"),
    "nics": ("NIC", "NICs"),
    "vnets": ("virtual network", "virtual networks"),
    "public_ips": ("public IP address", "public IP addresses"),
    "nat_gateways": ("NAT gateway", "NAT gateways"),
    "route_server_peers": ("peer of a route server", "peers of route servers"),
}
"""Collections that people call otherwise; of the others the id is the plural: ``route_tables``."""


def counted(number: float, noun: str, nouns: str = "") -> str:
    """Return a number and its noun, ``1 VM`` or ``2 VMs``; ``nouns`` is the plural, else an ``s``."""
    shown = f"{number:,}" if isinstance(number, int) else f"{number:g}"
    return f"{shown} {noun if number == 1 else nouns or f'{noun}s'}"


def are(number: float) -> str:
    """Return the verb that a number takes."""
    return "is" if number == 1 else "are"


def things(number: int, collection: str) -> str:
    """Return how many entries of a collection of the drawing: ``1 route table``."""
    plural = collection.replace("_", " ")
    singular = f"{plural[:-3]}y" if plural.endswith("ies") else plural.removesuffix("s")
    return counted(number, *_NAMES.get(collection, (singular, plural)))
