"""Published templates of other people: each imports, and the counts agree with an independent reader."""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from netcore.document.models import Scenario
from netcore.formats.arm import Import, import_arm
from tests.conftest import NO_SHARED, SHARED

CORPUS = SHARED / "corpus"
FILES = sorted(str(path.relative_to(CORPUS)) for path in (CORPUS / "arm").rglob("*.json"))
ABSENT = pytest.param("", marks=pytest.mark.skip(reason=NO_SHARED))
FORTIGATE = "arm/nva/fortigate-active-passive-elb-ilb.json"

COLLECTIONS = {
    "vms": "vms",
    "nics": "nics",
    "subnets": "subnets",
    "vnets": "vnets",
    "peerings": "peerings",
    "lbs": "load_balancers",
    "natgws": "nat_gateways",
    "pips": "public_ips",
    "route_tables": "route_tables",
    "nsgs": "security_groups",
    "vngs": "gateways",
}

# The independent reader counts a resource each time the file deploys it; Resource Manager, and we, keep one.
DEPLOYED_TWICE = {
    "arm/quickstart/nested-vms-in-virtual-network.json": {
        "nics": 2,
        "ipconfigs": 2,
        "nics_ipfwd": 1,
        "route_tables": 1,
    },
}


def index() -> dict[str, Counter[str]]:
    """Return the counts of the corpus' index per ARM file."""
    path = CORPUS / "index.tsv"
    if not path.exists():
        return {}
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        fields = line.split("\t")
        if not fields[0].startswith("arm/"):
            continue
        pairs = (item.rsplit("=", 1) for item in fields[6].split())
        found[fields[0]] = Counter({key: int(value) for key, value in pairs})
    return found


def counts(found: Import) -> Counter[str]:
    """Return the same counts of an import; placeholders for resources of other files do not count."""
    topology = found.scenario["topology"]
    placeholders = {note.ref for note in found.notes if note.kind == "placeholder"}
    total: Counter[str] = Counter()
    for name, collection in COLLECTIONS.items():
        total[name] = sum(f"{collection}/{key}" not in placeholders for key in topology.get(collection, {}))
    for nic in topology.get("nics", {}).values():
        total["ipconfigs"] += len(nic["configurations"])
        total["nics_ipfwd"] += nic["ip_forwarding"]
    for table in topology.get("route_tables", {}).values():
        total["routes"] += len(table["routes"])
    for group in topology.get("security_groups", {}).values():
        total["nsg_rules"] += len(group["rules"])
    for balancer in topology.get("load_balancers", {}).values():
        total["lb_fe"] += len(balancer["frontends"])
        total["lb_probes"] += len(balancer["probes"])
        total["lb_rules"] += len(balancer["rules"])
        total["lb_out"] += len(balancer["outbound_rules"])
        total["haports_rules"] += sum(
            rule["protocol"] == "all" and rule["frontend_port"] == 0 for rule in balancer["rules"].values()
        )
    return total


def read(name: str) -> Import:
    """Import one file of the corpus."""
    return import_arm((CORPUS / name).read_bytes())


def test_the_corpus_is_whole() -> None:
    if not FILES:
        pytest.skip(NO_SHARED)
    assert len(FILES) >= 54
    assert set(FILES) == set(index())


@pytest.mark.parametrize("name", FILES or [ABSENT])
def test_counts_agree_with_an_independent_reader(name: str) -> None:
    found = counts(read(name))
    expected = index()[name]
    wanted = {key: expected[key] for key in found} | DEPLOYED_TWICE.get(name, {})
    assert dict(found) == wanted


@pytest.mark.parametrize("name", FILES or [ABSENT])
def test_the_document_has_the_right_shape_and_agrees_with_itself(name: str) -> None:
    found = read(name)
    Scenario.model_validate(found.scenario)
    assert mistakes(found.scenario["topology"]) == []


def mistakes(topology: dict[str, Any]) -> list[str]:
    """Return addresses outside their ranges, ranges that overlap, and references that lead nowhere."""
    wrong: list[str] = []
    subnets, vnets = topology.get("subnets", {}), topology.get("vnets", {})
    taken: dict[tuple[str, str], str] = {}

    def place(owner: str, subnet: str, address: str) -> None:
        if not any(ip_address(address) in ip_network(p) for p in subnets[subnet]["prefixes"]):
            wrong.append(f"{owner}: {address} is outside {subnet}")
        other = taken.setdefault((subnets[subnet]["vnet"], address), owner)
        if other != owner:
            wrong.append(f"{address} belongs to {other} and {owner}")

    for key, subnet in subnets.items():
        space = [ip_network(p) for p in vnets[subnet["vnet"]]["address_space"]]
        for prefix in map(ip_network, subnet["prefixes"]):
            if not any(prefix.version == s.version and prefix.subnet_of(s) for s in space):
                wrong.append(f"{key}: {prefix} is outside its network")
        for field, collection in (
            ("route_table", "route_tables"),
            ("security_group", "security_groups"),
            ("nat_gateway", "nat_gateways"),
        ):
            if field in subnet and subnet[field] not in topology.get(collection, {}):
                wrong.append(f"{key}: {field}")
    for key, nic in topology.get("nics", {}).items():
        if sum(c["primary"] for c in nic["configurations"].values()) != 1:
            wrong.append(f"{key}: not one primary configuration")
        for local, configuration in nic["configurations"].items():
            place(f"{key}/{local}", nic["subnet"], configuration["address"])
    for key, balancer in topology.get("load_balancers", {}).items():
        for local, frontend in balancer["frontends"].items():
            if "address" in frontend:
                place(f"{key}/{local}", frontend["subnet"], frontend["address"])
        for rule in balancer["rules"].values():
            if rule["frontend"] not in balancer["frontends"] or rule["pool"] not in balancer["pools"]:
                wrong.append(f"{key}: {rule['name']}")
    return wrong


def test_the_fortigate_pair_is_whole() -> None:
    """(protected, 0/0 -> ilb .68) --> {ilb HA ports} --> [A | B] <-- {elb 203.0.113.10}"""
    if not FILES:
        pytest.skip(NO_SHARED)
    scenario = read(FORTIGATE).scenario
    topology = scenario["topology"]
    internal = next(b for b in topology["load_balancers"].values() if "internal" in b["name"])
    (frontend,) = internal["frontends"].values()
    protected = next(s for s in topology["subnets"].values() if s["name"].startswith("protected"))
    routes = topology["route_tables"][protected["route_table"]]["routes"]
    default = next(route for route in routes.values() if route["prefix"] == "0.0.0.0/0")
    assert default["next_hop_type"] == "VirtualAppliance"
    assert default["next_hop_ip"] == frontend["address"] == "172.16.136.68"
    (pool,) = internal["pools"].values()
    members = [topology["nics"][member["nic"]] for member in pool["members"].values()]
    assert [member["configurations"]["ipconfig1"]["address"] for member in members] == [
        "172.16.136.69",
        "172.16.136.70",
    ]
    assert all(member["ip_forwarding"] for member in members)
    assert scenario["faults"]["appliance-1-fails"]["vm"] == members[0]["vm"]
    (flow,) = scenario["traffic"].values()
    assert (flow["source"], flow["destination_port"]) == ("hosts/client", 80)
    assert all(vm["guest"]["forwarding"] for vm in topology["vms"].values())
    assert sorted(vm["zone"] for vm in topology["vms"].values()) == [1, 2]


def test_every_kind_left_out_is_named() -> None:
    if not FILES:
        pytest.skip(NO_SHARED)
    found = read("arm/quickstart/virtual-wan-with-route-tables.json")
    words = " ".join(note.resource for note in found.notes if note.kind == "left out")
    for kind in ("virtualWans", "virtualHubs", "vpnGateways", "expressRouteGateways", "p2sVpnGateways"):
        assert f"Microsoft.Network/{kind} " in words
