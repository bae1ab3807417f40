"""The document while an import fills it: collections, ids, references, placeholders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from netcore.document.values import Address, Network
from netcore.formats.arm_addresses import Ids, PublicAddresses, SubnetAddresses, free_ranges
from netcore.formats.arm_deploy import Resource, World
from netcore.formats.arm_notes import Notes
from netcore.formats.arm_places import LOCATION, Place, parse_id
from netcore.formats.arm_props import Props
from netcore.words import say

COLLECTIONS = (
    "vnets",
    "subnets",
    "peerings",
    "route_tables",
    "security_groups",
    "vms",
    "nics",
    "public_ips",
    "load_balancers",
    "nat_gateways",
    "gateways",
    "hosts",
)

VNETS = "microsoft.network/virtualnetworks"
SUBNETS = "microsoft.network/virtualnetworks/subnets"
PEERINGS = "microsoft.network/virtualnetworks/virtualnetworkpeerings"
ROUTE_TABLES = "microsoft.network/routetables"
SECURITY_GROUPS = "microsoft.network/networksecuritygroups"
PUBLIC_IPS = "microsoft.network/publicipaddresses"
NICS = "microsoft.network/networkinterfaces"
VMS = "microsoft.compute/virtualmachines"
BALANCERS = "microsoft.network/loadbalancers"
NAT_GATEWAYS = "microsoft.network/natgateways"
GATEWAYS = "microsoft.network/virtualnetworkgateways"
LOCAL_GATEWAYS = "microsoft.network/localnetworkgateways"
CONNECTIONS = "microsoft.network/connections"
FIREWALLS = "microsoft.network/azurefirewalls"
APPLICATION_GROUPS = "microsoft.network/applicationsecuritygroups"

_KIND_OF = {
    "vnets": VNETS,
    "route_tables": ROUTE_TABLES,
    "security_groups": SECURITY_GROUPS,
    "public_ips": PUBLIC_IPS,
    "load_balancers": BALANCERS,
    "nat_gateways": NAT_GATEWAYS,
    "gateways": GATEWAYS,
    "vms": VMS,
}


@dataclass
class MissingSubnet:
    """A subnet that the file refers to and does not contain."""

    vnet: str
    name: str
    addresses: set[Address] = field(default_factory=set)


class Draft:
    """What the passes of the mapping share.

    ``ids[collection]`` maps the lower-case resource id to the id in the document, ``subnet_keys``
    the pair of virtual network and lower-case subnet name. ``overlay`` collects the values that an
    expression may ask for and that exist only after deployment. ``later`` lists (subnet, how many,
    where to put them): private addresses handed out when all given ones are known.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.notes: Notes = world.notes
        self.topology: dict[str, dict[str, Any]] = {name: {} for name in COLLECTIONS}
        self.service_tags: dict[str, list[str]] = {}
        self.ids: dict[str, dict[str, str]] = {name: {} for name in COLLECTIONS}
        self.names = Ids()
        self.addresses: dict[str, SubnetAddresses] = {}
        self.public = PublicAddresses()
        self.overlay: dict[str, Any] = {}
        self.subnet_keys: dict[tuple[str, str], str] = {}
        self.missing: dict[str, MissingSubnet] = {}
        self.application_groups: dict[str, list[str]] = {}
        self.later: list[tuple[str, int, list[str]]] = []
        self._six = 0
        self._ranges: Iterator[IPv4Network] | None = None
        self._by_kind: dict[str, list[Resource]] = {}
        for resource in world.resources.values():
            self._by_kind.setdefault(resource.kind, []).append(resource)
        for collection, kind in _KIND_OF.items():
            titles = [(r.id.lower(), r.name, f"{r.place.group}-{r.name}") for r in self.of(kind)]
            self.ids[collection] = self.names.several(collection, titles)

    def of(self, kind: str) -> list[Resource]:
        """Return the resources of a type (lower case) in the order of the file."""
        return self._by_kind.get(kind, [])

    def kinds(self) -> dict[str, list[Resource]]:
        """Return all resources by lower-case type."""
        return self._by_kind

    def props(self, resource: Resource) -> Props:
        """Return the properties of a resource."""
        return Props(resource.field("properties"), self.notes, resource.label)

    def region(self, resource: Resource) -> str:
        """Return the region of a resource."""
        value = resource.field("location")
        return value[:120] if isinstance(value, str) and value.strip() else LOCATION

    def sku(self, resource: Resource) -> str:
        """Return ``standard`` or ``basic``; Resource Manager's default is basic."""
        name = Props(resource.field("sku") or {}, self.notes, resource.label).text("name").lower()
        return "standard" if name in ("standard", "gateway", "standardv2") else "basic"

    def find(self, collection: str, text: str) -> str | None:
        """Return the id in the document a resource id means, or None where the file has no such resource."""
        known = self.ids[collection]
        key = text.lower()
        if key in known:
            return known[key]
        resource = self.world.by_id(text)
        return known.get(resource.id.lower()) if resource is not None else None

    def optional(self, collection: str, text: str, label: str, what: str) -> str | None:
        """Return the id a reference means; a note where it leads out of the file."""
        if not text:
            return None
        found = self.find(collection, text)
        if found is None:
            name = text.rstrip("/").rpartition("/")[2][:80]
            self.notes.add(
                "left out", label, say("Its {what} {name!r} is not in this file.", what=what, name=name)
            )
        return found

    # Virtual networks and subnets outside the file

    def vnet(self, text: str) -> str:
        """Return the id of a virtual network; a placeholder is made for one outside the file."""
        found = self.find("vnets", text)
        if found is not None:
            return found
        name = text.rstrip("/").rpartition("/")[2] or "network"
        key = self.names.one("vnets", name, f"{name}-outside")
        self.topology["vnets"][key] = {"name": name[:120], "region": LOCATION, "address_space": []}
        self.ids["vnets"][text.lower()] = key
        self.notes.add(
            "placeholder",
            say("Microsoft.Network/virtualNetworks {name}", name=name),
            say("It is not in this file; a virtual network with made-up address ranges stands for it."),
            f"vnets/{key}",
        )
        return key

    def subnet(self, text: str) -> str | None:
        """Return the id of a subnet; a placeholder is noted for one outside the file; None without text."""
        if not text:
            return None
        known = self.ids["subnets"]
        if text.lower() in known:
            return known[text.lower()]
        ref = parse_id(text)
        if ref is not None and len(ref.names) == 2:
            vnet_text, name = text[: text.lower().rindex("/subnets/")], ref.name
        else:
            vnet_text, _, name = text.rstrip("/").rpartition("/subnets/")
            name = name or text.rstrip("/").rpartition("/")[2]
            vnet_text = vnet_text or "existing"
        vnet = self.vnet(vnet_text)
        key = self.subnet_keys.get((vnet, name.lower()))
        if key is None:
            key = self.names.one("subnets", name, f"{vnet}-{name}")
            self.missing[key] = MissingSubnet(vnet, name)
            self.subnet_keys[(vnet, name.lower())] = key
        known[text.lower()] = key
        return key

    def subnet_known(self, text: str) -> str | None:
        """Return the id of a subnet in the file, without making a placeholder."""
        key = self.ids["subnets"].get(text.lower())
        if key is not None or "/subnets/" not in text.lower():
            return key
        vnet = self.find("vnets", text[: text.lower().rindex("/subnets/")])
        return self.subnet_keys.get((vnet or "", text.rpartition("/")[2].lower()))

    def vnet_of(self, subnet: str) -> str:
        """Return the id of the virtual network of a subnet, a placeholder included."""
        if subnet in self.missing:
            return self.missing[subnet].vnet
        return str(self.topology["subnets"][subnet]["vnet"])

    def saw_address(self, subnet: str, address: Address) -> None:
        """Remember an address a missing subnet must contain."""
        if subnet in self.missing:
            self.missing[subnet].addresses.add(address)

    def prefixes(self) -> list[Network]:
        """Return all address ranges of the virtual networks so far."""
        return [ip_network(p) for vnet in self.topology["vnets"].values() for p in vnet["address_space"]]

    def next_range(self) -> IPv4Network | None:
        """Return a /16 that no virtual network uses."""
        if self._ranges is None:
            self._ranges = free_ranges(self.prefixes())
        return next(self._ranges, None)

    def place_missing(self) -> None:
        """Make the placeholder subnets: the /24 (/64) around the addresses they must hold, or a free one."""
        ranges: dict[str, Iterator[IPv4Network]] = {}
        for key, missing in self.missing.items():
            vnet = self.topology["vnets"][missing.vnet]
            prefixes: dict[Network, None] = {}
            for address in sorted(missing.addresses, key=lambda a: (a.version, int(a))):
                length = 24 if address.version == 4 else 64
                prefixes[ip_network(f"{address}/{length}", strict=False)] = None
            if not any(p.version == 4 for p in prefixes):
                if missing.vnet not in ranges:
                    block = self.next_range()
                    ranges[missing.vnet] = iter(()) if block is None else block.subnets(new_prefix=24)
                    if block is not None:
                        vnet["address_space"].append(str(block))
                prefixes.update({p: None for p in [next(ranges[missing.vnet], None)] if p is not None})
            space = [ip_network(p) for p in vnet["address_space"]]
            for prefix in prefixes:
                if not any(s.version == prefix.version and prefix.subnet_of(s) for s in space):  # type: ignore[arg-type]
                    vnet["address_space"].append(str(prefix))
            self.topology["subnets"][key] = {
                "name": missing.name[:120],
                "vnet": missing.vnet,
                "prefixes": [str(p) for p in prefixes],
            }
            self.notes.add(
                "placeholder",
                say(
                    "Microsoft.Network/virtualNetworks/subnets {vnet}/{name}",
                    vnet=vnet["name"],
                    name=missing.name,
                ),
                say("It is not in this file; a subnet with made-up address ranges stands for it."),
                f"subnets/{key}",
            )
        for key, vnet in self.topology["vnets"].items():
            if not vnet["address_space"] and (block := self.next_range()) is not None:
                vnet["address_space"].append(str(block))
                words = say("It has no address range that can be read; {block} is made up.", block=block)
                self.notes.add("assumed", vnet["name"], words, f"vnets/{key}")

    def room(self, subnet: str) -> SubnetAddresses:
        """Return the addresses of a subnet."""
        if subnet not in self.addresses:
            prefixes = self.topology["subnets"].get(subnet, {}).get("prefixes", [])
            self.addresses[subnet] = SubnetAddresses([ip_network(p) for p in prefixes])
        return self.addresses[subnet]

    def unknown_subnet(self) -> str:
        """Return the placeholder for a subnet the file does not name."""
        key = self.subnet(
            f"{Place().prefix}/providers/Microsoft.Network/virtualNetworks/unknown/subnets/unknown"
        )
        assert key is not None
        return key

    def address_in(self, subnet: str, version: int) -> Address | None:
        """Take and return the lowest free address of a subnet; a range is made up where it has none."""
        address = self.room(subnet).lowest_free(version)
        if address is not None or any(p.version == version for p in self.room(subnet).prefixes):
            return address
        data = self.topology["subnets"][subnet]
        if version == 6:
            self._six += 1
            block: Network | None = IPv6Network(f"fd00:db8:0:{self._six:x}::/64")
        else:
            outer = self.next_range()
            block = next(outer.subnets(new_prefix=24)) if outer is not None else None
        if block is None:
            return None
        self.notes.add(
            "assumed",
            data["name"],
            say("It has no IPv{version} range; {block} is made up.", version=version, block=block),
            f"subnets/{subnet}",
        )
        data["prefixes"].append(str(block))
        self.topology["vnets"][data["vnet"]]["address_space"].append(str(block))
        self.room(subnet).add(block)
        return self.room(subnet).lowest_free(version)

    def public_ip(self, text: str) -> str | None:
        """Return the id of a public address; a placeholder is made for one outside the file."""
        if not text:
            return None
        found = self.find("public_ips", text)
        if found is not None:
            return found if found in self.topology["public_ips"] else None
        address = self.public.next(4)
        if address is None:
            return None
        name = text.rstrip("/").rpartition("/")[2] or "public"
        key = self.names.one("public_ips", name, f"{name}-outside")
        self.topology["public_ips"][key] = {"name": name[:120], "address": str(address), "sku": "standard"}
        self.ids["public_ips"][text.lower()] = key
        self.notes.add(
            "placeholder",
            say("Microsoft.Network/publicIPAddresses {name}", name=name),
            say(
                "It is not in this file; {address}, a documentation address, stands for it.", address=address
            ),
            f"public_ips/{key}",
        )
        return key
