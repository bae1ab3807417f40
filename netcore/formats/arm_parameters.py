"""Values for parameters that have no default: made up, repeatable, and said in a note."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from netcore.formats.arm_places import GROUP, LOCATION, Place
from netcore.formats.arm_props import to_prefix
from netcore.words import say


@dataclass
class Made:
    """How many values of a kind were made up so far, so that two ranges do not overlap."""

    values: int = 0
    networks: int = 0


def generate(name: str, definition: dict[str, Any], made: Made, siblings: dict[str, Any]) -> tuple[Any, str]:
    """Return a value for a parameter and how to say it.

    Args:
        siblings: all parameters of the template; a subnet's range is cut out of the network's default.
    """
    made.values += 1
    kind = str(definition.get("type", "string")).lower()
    allowed = definition.get("allowedValues")
    if isinstance(allowed, list) and allowed:
        value = [allowed[0]] if kind == "array" else allowed[0]
        return value, say("{dumps}, the first allowed value", dumps=json.dumps(value)[:80])
    if kind.startswith("secure"):
        return (
            ({}, say("an empty object"))
            if kind == "secureobject"
            else ("generated-Secret1", say("a made-up secret"))
        )
    if kind == "int":
        value = definition.get("minValue")
        return (value, say("{value}, the least allowed", value=value)) if isinstance(value, int) else (1, "1")
    if kind == "bool":
        return False, "false"
    if kind == "array":
        return [], say("an empty list")
    if kind == "object":
        return {}, say("an empty object")
    text = _text(name, definition, made, siblings)
    return text, f'"{text}"'


_RANGE = re.compile(r"(prefix|addressspace|cidr|iprange|addressrange|addresspool)(es|s)?\d*$")
_NETWORK_WORDS = re.compile(r"address|subnet|vnet|network|cidr|pool|range|route|gateway|clients")
_ADDRESS = re.compile(r"(ip\d*|ipv4|ipaddress|address|nexthop|addr)\d*$")
_NOT_ADDRESS = re.compile(r"email|mailaddress|macaddress|webaddress|name|label|dns")
_EXAMPLE = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}(/\d{1,2})?\b")
_KINDS = (
    ("subnet", "virtualNetworks/{0}/subnets/{0}"),
    ("securitygroup", "networkSecurityGroups/{0}"),
    ("nsg", "networkSecurityGroups/{0}"),
    ("routetable", "routeTables/{0}"),
    ("publicip", "publicIPAddresses/{0}"),
    ("natgateway", "natGateways/{0}"),
    ("loadbalancer", "loadBalancers/{0}"),
    ("vnet", "virtualNetworks/{0}"),
    ("network", "virtualNetworks/{0}"),
    ("hub", "virtualNetworks/{0}"),
    ("spoke", "virtualNetworks/{0}"),
)


def _text(name: str, definition: dict[str, Any], made: Made, siblings: dict[str, Any]) -> str:
    flat = re.sub(r"[^a-z0-9]", "", name.lower())
    if flat.endswith(("location", "region")):
        return LOCATION
    if _is_range(flat):
        return _example(definition, "/") or _made_up_range(flat, made, siblings)
    if _ADDRESS.search(flat) and not _NOT_ADDRESS.search(flat):
        return _example(definition, "") or _made_up_address(flat, made, siblings)
    if re.search(r"rgname|resourcegroup", flat) and not flat.endswith("id"):
        return GROUP
    stem = re.sub(r"(Name)?Prefix$|Name$", "", name)
    text = re.sub(r"[^A-Za-z0-9-]", "-", stem if len(stem) > 1 else name) or "value"
    if flat.endswith("id"):
        kind = next((kind for word, kind in _KINDS if word in flat), None)
        if kind is not None:
            return f"{Place().prefix}/providers/Microsoft.Network/{kind.format(text)}"
    least = definition.get("minLength")
    most = definition.get("maxLength")
    if isinstance(least, int):
        text = text.ljust(min(least, 100), "x")
    return text[:most] if isinstance(most, int) and most > 0 else text


def _is_range(flat: str) -> bool:
    """Return whether a parameter name (lower case, letters and digits) means an address range."""
    if not _RANGE.search(flat) or re.search(r"name|label|dns", flat):
        return False
    return bool(_NETWORK_WORDS.search(flat))


def _made_up_range(flat: str, made: Made, siblings: dict[str, Any]) -> str:
    """Return a range: a /16 for networks, a /24 inside the first network for subnets."""
    digit = _digit(flat)
    if "subnet" in flat:
        return str(_inside(_space(siblings), made.values + 99 if digit is None else digit))
    if re.search(r"client|vpn|onprem|local|remote|pool", flat):
        return f"192.168.{made.values % 200 if digit is None else digit}.0/24"
    made.networks += 1
    return f"10.{made.networks - 1 if digit is None else digit}.0.0/16"


def _made_up_address(flat: str, made: Made, siblings: dict[str, Any]) -> str:
    if re.search(r"public|peer|onprem|remote|gateway|client|management|manager|source|src", flat):
        return f"192.0.2.{made.values % 250 + 1}"
    digit = _digit(flat)
    block = _inside(_space(siblings), made.values + 99 if digit is None else digit)
    return str(block[min(10, block.num_addresses - 1)])


def _digit(flat: str) -> int | None:
    """Return the number in a name such as ``subnet2Prefix``."""
    digits = re.findall(r"\d+", re.sub(r"ipv?[46]", "", flat))
    return int(digits[-1]) % 200 if digits and len(digits[-1]) < 4 else None


def _inside(space: IPv4Network, number: int) -> IPv4Network:
    """Return the ``number``-th /24 of a network, or of smaller blocks where it has few."""
    length = min(max(24, space.prefixlen + 3), 32)
    count = 1 << (length - space.prefixlen)
    first = int(space.network_address) + ((number % count) << (32 - length))
    return IPv4Network((first, length))


def _space(siblings: dict[str, Any]) -> IPv4Network:
    """Return the default range of the network the parameters describe, or the first made-up one."""
    for name, definition in siblings.items():
        flat = re.sub(r"[^a-z0-9]", "", name.lower())
        if not isinstance(definition, dict) or "subnet" in flat or not _is_range(flat):
            continue
        default = definition.get("defaultValue")
        text = default[0] if isinstance(default, list) and default else default
        network = to_prefix(text) if isinstance(text, str) else None
        if isinstance(network, IPv4Network):
            return network
    return IPv4Network("10.0.0.0/16")


def _example(definition: dict[str, Any], mark: str) -> str | None:
    """Return the range or address the description gives as an example."""
    metadata = definition.get("metadata")
    words = str(metadata.get("description", "")) if isinstance(metadata, dict) else ""
    for match in _EXAMPLE.finditer(words):
        if bool(match.group(1)) == bool(mark) and to_prefix(match.group()) is not None:
            return match.group()
    return None
