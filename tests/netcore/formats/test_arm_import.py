"""Own templates to documents: what is mapped, what is assumed, what is left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from netcore.document.models import Scenario
from netcore.errors import FormatError
from netcore.formats.arm import Import, import_arm

FIXTURES = Path(__file__).parent / "fixtures"


def imported(fixture: str, **options: Any) -> Import:
    """Import a fixture and make sure the document has the right shape."""
    found = import_arm((FIXTURES / f"{fixture}.json").read_bytes(), **options)
    Scenario.model_validate(found.scenario)
    json.dumps(found.scenario)
    return found


def template(*resources: dict[str, Any], **sections: Any) -> str:
    """Return a template with these resources."""
    head = {"$schema": "https://schema.example.invalid/deploymentTemplate.json#", "contentVersion": "1.0.0.0"}
    return json.dumps(head | sections | {"resources": list(resources)})


def resource(kind: str, name: str, **fields: Any) -> dict[str, Any]:
    """Return one resource of the network provider (or of a full type)."""
    full = kind if "." in kind else f"Microsoft.Network/{kind}"
    return {"type": full, "apiVersion": "2024-05-01", "name": name, **fields}


def notes(found: Import, kind: str) -> list[str]:
    """Return the notes of a kind as ``resource: text``."""
    return [f"{note.resource}: {note.text}" for note in found.notes if note.kind == kind]


def test_lenient_text_is_read_and_evaluated() -> None:
    raw = b"\xef\xbb\xbf" + (FIXTURES / "lenient.json").read_bytes()
    assert list(import_arm(raw).scenario["topology"]["vnets"]) == ["hub-3"]


class TestTwoAppliances:
    """[app] -- (work, 0/0 -> ilb) --> {ilb .6} --> [fw1 .4 | fw2 .5] --> (outer) --> Internet"""

    def test_the_route_follows_the_dynamic_frontend(self) -> None:
        topology = imported("two-appliances").scenario["topology"]
        frontend = topology["load_balancers"]["ilb"]["frontends"]["front"]
        # .4 and .5 are given to NICs in the file, so the lowest free one is .6 (facts A1, A9).
        assert frontend == {"name": "front", "subnet": "inner", "address": "10.9.1.6"}
        assert topology["route_tables"]["to-appliances"] == {
            "name": "to-appliances",
            "region": "westeurope",
            "gateway_propagation": False,
            "routes": {
                "default": {
                    "prefix": "0.0.0.0/0",
                    "next_hop_type": "VirtualAppliance",
                    "next_hop_ip": "10.9.1.6",
                }
            },
        }
        assert topology["subnets"]["work"]["route_table"] == "to-appliances"
        assert "route_table" not in topology["subnets"]["inner"]

    def test_nics_belong_to_their_vms_in_order(self) -> None:
        topology = imported("two-appliances").scenario["topology"]
        assert {key: (nic["vm"], nic["primary"]) for key, nic in topology["nics"].items()} == {
            "fw1-outer": ("fw1", True),
            "fw2-outer": ("fw2", True),
            "fw1-inner": ("fw1", False),
            "fw2-inner": ("fw2", False),
            "app-nic": ("app", True),
        }
        assert [vm.get("zone") for vm in topology["vms"].values()] == [1, 2, None]

    def test_given_addresses_stay_and_open_ones_are_dynamic(self) -> None:
        nics = imported("two-appliances").scenario["topology"]["nics"]
        assert nics["fw2-inner"]["configurations"]["main"] == {"address": "10.9.1.5", "primary": True}
        outer = nics["fw2-outer"]["configurations"]["main"]
        assert outer == {"address": "10.9.0.5", "primary": True, "allocation": "dynamic"}

    def test_the_balancer_keeps_threshold_and_distribution(self) -> None:
        balancer = imported("two-appliances").scenario["topology"]["load_balancers"]["ilb"]
        assert balancer["probes"]["ssh"] == {
            "name": "ssh",
            "protocol": "tcp",
            "port": 22,
            "interval_s": 5,
            "threshold": 2,
        }
        rule = balancer["rules"]["all"]
        assert (rule["protocol"], rule["frontend_port"], rule["distribution"]) == ("all", 0, "source-ip")
        assert set(balancer["pools"]["pair"]["members"]) == {"fw1-inner", "fw2-inner"}

    def test_forwarding_nics_make_appliances_and_a_script_tells_of_snat(self) -> None:
        vms = imported("two-appliances").scenario["topology"]["vms"]
        assert vms["fw1"]["guest"]["forwarding"] and vms["fw1"]["guest"]["snat"]
        assert vms["fw2"]["guest"]["forwarding"] and "snat" not in vms["fw2"]["guest"]
        assert vms["fw2"]["guest"]["routes"] == {"inside-1": {"prefix": "10.9.0.0/16", "nic": "fw2-inner"}}
        assert "guest" not in vms["app"]

    def test_it_can_be_run_at_once(self) -> None:
        found = imported("two-appliances")
        assert found.scenario["faults"] == {
            "appliance-1-fails": {"name": "Appliance 1 fails", "vm": "fw1", "at_us": 60_000_000}
        }
        (flow,) = found.scenario["traffic"].values()
        assert (flow["source"], flow["destination"]) == ("vms/app", "hosts/client")

    def test_parameters_change_what_is_deployed(self) -> None:
        given = {"count": 1, "space": {"value": "10.77.0.0/16"}}
        found = imported("two-appliances", parameters=given)
        assert list(found.scenario["topology"]["vms"]) == ["fw1", "app"]
        assert found.scenario["topology"]["subnets"]["work"]["prefixes"] == ["10.77.2.0/24"]
        assert "faults" not in found.scenario

    def test_a_whole_parameters_file_is_taken(self) -> None:
        file = {"$schema": "deploymentParameters.json#", "parameters": {"count": {"value": 3}}}
        assert len(imported("two-appliances", parameters=file).scenario["topology"]["vms"]) == 4

    def test_made_up_parameters_are_said_and_conditions_counted(self) -> None:
        found = imported("two-appliances", name="Mine")
        assert 'parameter adminName: It has no default value; taken as "admin".' in notes(found, "assumed")
        assert "not-deployed" not in found.scenario["topology"].get("public_ips", {})
        assert any("condition false): 1 resources" in text for text in notes(found, "left out"))
        assert found.scenario["name"] == "Mine"
        assert imported("two-appliances").scenario["name"] == "Two appliances"

    def test_the_same_file_gives_the_same_bytes(self) -> None:
        assert imported("two-appliances") == imported("two-appliances")


class TestModules:
    """Nested deployments, symbolic names, a user function, an output used before its template stands."""

    def test_scopes_and_outputs(self) -> None:
        found = imported("modules")
        topology = found.scenario["topology"]
        assert set(topology["vnets"]) == {"late", "blue-blue"}
        assert topology["subnets"]["inner"] == {"name": "inner", "vnet": "late", "prefixes": ["10.2.1.0/24"]}
        (peering,) = topology["peerings"].values()
        assert (peering["vnet"], peering["remote_vnet"]) == ("late", "blue-blue")
        assert peering["allow_forwarded"] and not peering["use_remote_gateways"]
        assert any("other file" in t or "another file" in t for t in notes(found, "left out"))
        assert any("Only this link" in t for t in notes(found, "unclear"))

    def test_what_exists_elsewhere_is_not_deployed(self) -> None:
        assert "route_tables" not in imported("modules").scenario["topology"]


class TestOutside:
    """A NIC in a network of another file, security groups by application, and kinds we do not model."""

    def test_placeholders_hold_the_addresses_the_file_gives(self) -> None:
        found = imported("outside")
        topology = found.scenario["topology"]
        assert topology["subnets"]["apps"]["prefixes"] == ["192.168.7.0/24"]
        assert topology["vnets"]["existing"]["address_space"] == ["192.168.7.0/24"]
        assert topology["nics"]["nic"]["configurations"]["main"]["public_ip"] == "their-pip"
        refs = {note.ref for note in found.notes if note.kind == "placeholder"}
        assert refs == {"vnets/existing", "subnets/apps", "public_ips/their-pip"}

    def test_rules_in_all_their_spellings(self) -> None:
        topology = imported("outside").scenario["topology"]
        assert topology["security_groups"]["nsg"]["rules"] == {
            "to-web": {
                "priority": 100,
                "direction": "Inbound",
                "access": "Allow",
                "protocol": "tcp",
                "source": ["Internet"],
                "source_ports": ["*"],
                "destination": ["192.168.7.20"],
                "destination_ports": ["80", "443-444"],
            },
            "from-tag": {
                "priority": 110,
                "direction": "Inbound",
                "access": "Deny",
                "protocol": "*",
                "source": ["10.0.0.5", "10.1.0.0/16"],
                "source_ports": ["*"],
                "destination": ["Storage.WestEurope"],
                "destination_ports": ["*"],
            },
        }
        assert topology["service_tags"] == {"Storage.WestEurope": []}

    def test_a_secondary_address_is_known_to_the_guest(self) -> None:
        topology = imported("outside").scenario["topology"]
        second = topology["nics"]["nic"]["configurations"]["second"]
        assert (second["primary"], second["allocation"]) == (False, "dynamic")
        assert topology["vms"]["web1"]["guest"]["interfaces"] == {"nic": {"added": [second["address"]]}}

    @pytest.mark.parametrize("name", ["afw", "bastion", "set", "thing", "nsg/too-late"])
    def test_nothing_is_left_out_silently(self, name: str) -> None:
        assert [text for text in notes(imported("outside"), "left out") if f" {name}:" in text]


class TestVpn:
    """(hub GatewaySubnet) {vpn active-active} -- tunnel -- office 192.168.0.0/23"""

    def test_gateway_learns_from_connection_and_client_pool(self) -> None:
        gateway = imported("vpn").scenario["topology"]["gateways"]["vpn"]
        assert sorted(route["prefix"] for route in gateway["learned"].values()) == [
            "172.20.0.0/24",
            "192.168.0.0/24",
            "192.168.1.0/24",
        ]
        assert (gateway["vnet"], gateway["kind"], gateway["public_ip"]) == ("hub", "vpn", "gw-pip")
        assert gateway["instances"] == ["10.0.255.4", "10.0.255.5"]

    def test_public_addresses_are_documentation_addresses(self) -> None:
        pips = imported("vpn").scenario["topology"]["public_ips"]
        assert pips["gw-pip"] == {"name": "gw-pip", "address": "203.0.113.10", "sku": "standard"}
        assert pips["gw-pip6"]["address"].startswith("2001:db8:")
        assert pips["gw-pip6"]["sku"] == "basic"


SUBNET = {"id": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')]"}
VNET = resource(
    "virtualNetworks",
    "v",
    properties={
        "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
        "subnets": [{"name": "s", "properties": {"addressPrefix": "10.0.0.0/29"}}],
    },
)


def nic(name: str, **configuration: Any) -> dict[str, Any]:
    """Return a NIC in subnet ``s``."""
    item = {"name": "c", "properties": {"subnet": SUBNET, **configuration}}
    return resource("networkInterfaces", name, properties={"ipConfigurations": [item]})


def test_a_full_subnet_is_said_and_reserved_addresses_stay_free() -> None:
    found = import_arm(template(VNET, *[nic(f"n{number}") for number in range(4)]))
    given = [
        configuration["address"]
        for entry in found.scenario["topology"]["nics"].values()
        for configuration in entry["configurations"].values()
    ]
    assert given == ["10.0.0.4", "10.0.0.5", "10.0.0.6"]
    assert any("n3/c: Its subnet has no free IPv4 address" in text for text in notes(found, "left out"))


def test_ipv6_in_a_subnet_without_gets_a_made_up_range() -> None:
    found = import_arm(template(VNET, nic("n", privateIPAddressVersion="IPv6")))
    topology = found.scenario["topology"]
    assert topology["nics"]["n"]["configurations"]["c"]["address"] == "fd00:db8:0:1::4"
    assert topology["subnets"]["s"]["prefixes"][1] in topology["vnets"]["v"]["address_space"]
    assert any("no IPv6 range" in text for text in notes(found, "assumed"))


def test_child_resources_replace_and_extend_what_stands_inside() -> None:
    children = [
        resource("virtualNetworks/subnets", "v/s", properties={"addressPrefix": "10.0.5.0/24"}),
        resource("virtualNetworks/subnets", "v/t", properties={"addressPrefixes": ["10.0.6.0/24"]}),
        resource("routeTables", "r", properties={"routes": []}),
        resource(
            "routeTables/routes", "r/x", properties={"addressPrefix": "10.5.0.0/16", "nextHopType": "none"}
        ),
        resource("networkSecurityGroups", "g"),
        resource(
            "networkSecurityGroups/securityRules",
            "g/x",
            properties={
                "priority": 100,
                "direction": "Outbound",
                "access": "Deny",
                "protocol": "Udp",
                "sourceAddressPrefix": "*",
                "sourcePortRange": "*",
                "destinationAddressPrefix": "virtualnetwork",
                "destinationPortRange": "53",
            },
        ),
        resource("routeTables/routes", "elsewhere/y", properties={}),
    ]
    found = import_arm(template(VNET, *children))
    topology = found.scenario["topology"]
    assert topology["subnets"]["s"]["prefixes"] == ["10.0.5.0/24"]
    assert topology["subnets"]["t"]["prefixes"] == ["10.0.6.0/24"]
    assert topology["route_tables"]["r"]["routes"] == {
        "x": {"prefix": "10.5.0.0/16", "next_hop_type": "None"}
    }
    assert topology["security_groups"]["g"]["rules"]["x"]["destination"] == ["VirtualNetwork"]
    assert any("elsewhere/y" in text for text in notes(found, "left out"))


def test_the_same_name_in_two_networks_gives_two_readable_ids() -> None:
    other = json.loads(json.dumps(VNET)) | {"name": "Hub West"}
    found = import_arm(template(VNET, other))
    assert list(found.scenario["topology"]["subnets"]) == ["v-s", "hub-west-s"]


def test_a_managed_firewall_lends_its_address_to_routes() -> None:
    firewall = resource(
        "azureFirewalls",
        "fw",
        properties={"ipConfigurations": [{"name": "c", "properties": {"subnet": SUBNET}}]},
    )
    firewall_id = "resourceId('Microsoft.Network/azureFirewalls', 'fw')"
    hop = f"[reference({firewall_id}).ipConfigurations[0].properties.privateIPAddress]"
    table = resource(
        "routeTables",
        "r",
        properties={
            "routes": [
                {
                    "name": "d",
                    "properties": {
                        "addressPrefix": "0.0.0.0/0",
                        "nextHopType": "VirtualAppliance",
                        "nextHopIpAddress": hop,
                    },
                }
            ]
        },
    )
    found = import_arm(template(table, VNET, firewall))
    assert found.scenario["topology"]["route_tables"]["r"]["routes"]["d"]["next_hop_ip"] == "10.0.0.4"
    assert any("fw: It is left out; routes that name it go to 10.0.0.4" in t for t in notes(found, "assumed"))


@pytest.mark.parametrize(
    ("properties", "interval", "threshold"),
    [
        ({"intervalInSeconds": 7, "numberOfProbes": 3, "probeThreshold": 1}, 7, 1),
        ({"intervalInSeconds": 7, "numberOfProbes": 3}, 7, 3),
        ({}, 15, 2),
        ({"intervalInSeconds": 1, "probeThreshold": 500}, 5, 100),
    ],
)
def test_probe_counts(properties: dict[str, int], interval: int, threshold: int) -> None:
    probe = {"name": "p", "properties": {"protocol": "Http", "port": 80, "requestPath": "/ok", **properties}}
    found = import_arm(template(resource("loadBalancers", "l", properties={"probes": [probe]})))
    assert found.scenario["topology"]["load_balancers"]["l"]["probes"]["p"] == {
        "name": "p",
        "protocol": "http",
        "port": 80,
        "interval_s": interval,
        "threshold": threshold,
        "path": "/ok",
    }


def test_floating_ip_puts_the_frontend_into_the_guests() -> None:
    lb = "resourceId('Microsoft.Network/loadBalancers', 'l')"
    rule = {
        "name": "web",
        "properties": {
            "frontendIPConfiguration": {"id": f"[concat({lb}, '/frontendIPConfigurations/f')]"},
            "backendAddressPools": [{"id": f"[concat({lb}, '/backendAddressPools/b')]"}],
            "protocol": "Tcp",
            "frontendPort": 80,
            "backendPort": 80,
            "enableFloatingIP": True,
        },
    }
    outbound = {
        "name": "out",
        "properties": {
            "frontendIPConfigurations": [{"id": f"[concat({lb}, '/frontendIPConfigurations/f')]"}],
            "backendAddressPool": {"id": f"[concat({lb}, '/backendAddressPools/b')]"},
        },
    }
    nat = {"name": "rdp", "properties": {"frontendPort": 3389}}
    public = {"id": "[resourceId('Microsoft.Network/publicIPAddresses', 'p')]"}
    balancer = resource(
        "loadBalancers",
        "l",
        properties={
            "frontendIPConfigurations": [{"name": "f", "properties": {"publicIPAddress": public}}],
            "backendAddressPools": [{"name": "b"}],
            "loadBalancingRules": [rule],
            "outboundRules": [outbound],
            "inboundNatRules": [nat],
        },
    )
    member = nic("n", loadBalancerBackendAddressPools=[{"id": f"[concat({lb}, '/backendAddressPools/b')]"}])
    profile = {"networkInterfaces": [{"id": "[resourceId('Microsoft.Network/networkInterfaces', 'n')]"}]}
    vm = resource("Microsoft.Compute/virtualMachines", "web", properties={"networkProfile": profile})
    found = import_arm(template(VNET, resource("publicIPAddresses", "p"), balancer, member, vm))
    topology = found.scenario["topology"]
    assert topology["vms"]["web"]["guest"] == {"loopback": ["203.0.113.10"]}
    assert topology["load_balancers"]["l"]["outbound_rules"] == {
        "out": {"name": "out", "frontend": "f", "pool": "b"}
    }
    assert any("l/rdp: Inbound NAT rule (frontend port 3389)" in text for text in notes(found, "left out"))


def pip(name: str, **fields: Any) -> dict[str, Any]:
    """Return a public address."""
    return resource("publicIPAddresses", name, **fields)


MANY = {"name": "loop", "count": 800}
HOSTILE = {
    "fifty megabytes": lambda: '{"a": "' + "x" * 50_000_000 + '"}',
    "ten thousand levels": lambda: '{"a":' * 10_000 + "1" + "}" * 10_000,
    "five million brackets": lambda: "[" * 4_999_999,
    "a million copies": lambda: template(
        pip("[concat('p', copyIndex())]", copy={"name": "l", "count": 10**6})
    ),
    "copies of copies": lambda: template(
        pip(
            "[concat('p', copyIndex())]",
            copy=MANY,
            resources=[resource("x", "[concat('c', copyIndex())]", copy=MANY)],
        )
    ),
    "deployments of deployments": lambda: template(
        resource(
            "Microsoft.Resources/deployments",
            "[concat('d', copyIndex())]",
            copy=MANY,
            properties={
                "template": {
                    "resources": [
                        resource(
                            "Microsoft.Resources/deployments",
                            "[concat('e', copyIndex())]",
                            copy=MANY,
                            properties={"template": {"resources": []}},
                        )
                    ]
                }
            },
        )
    ),
    "too many resources": lambda: template(*[pip(f"p{number}") for number in range(5001)]),
    "a million routes": lambda: template(
        resource(
            "routeTables",
            "[concat('r', copyIndex())]",
            copy=MANY,
            properties={
                "copy": [
                    {
                        "name": "routes",
                        "count": 800,
                        "input": {
                            "name": "[string(copyIndex('routes'))]",
                            "properties": {"addressPrefix": "10.0.0.0/8", "nextHopType": "None"},
                        },
                    }
                ]
            },
        )
    ),
    "doubling text": lambda: template(
        pip("[variables('v0')]"),
        variables={f"v{n}": f"[concat(variables('v{n + 1}'), variables('v{n + 1}'))]" for n in range(50)}
        | {"v50": "x"},
    ),
}


@pytest.mark.timeout(30)  # a second at most on a free machine; read to their end they take minutes
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_at_once(name: str) -> None:
    with pytest.raises(FormatError) as caught:
        import_arm(HOSTILE[name]())
    assert caught.value.message and caught.value.place and caught.value.mend


def test_large_but_honest_files_pass() -> None:
    resources = [VNET, *[nic(f"n{number}") for number in range(2000)]]
    assert len(import_arm(template(*resources)).scenario["topology"]["nics"]) == 2000


NONSENSE = [
    [5, None, "x", {"type": 5}, {"type": "a/b", "name": ["x"]}, {"type": "a/b/c", "name": "one"}],
    [resource("virtualNetworks", "v", properties={"addressSpace": [1], "subnets": {"x": 1}})],
    [resource("virtualNetworks", "v", properties={"addressSpace": {"addressPrefixes": ["x", 5, None]}})],
    [resource("loadBalancers", "l", properties="[createArray(1)]", sku=5)],
    [resource("networkSecurityGroups", "g", properties={"securityRules": [{"name": 5, "properties": 5}]})],
    [resource("virtualNetworks/subnets", "v/s"), resource("virtualNetworks/virtualNetworkPeerings", "v/p")],
    [resource("Microsoft.Compute/virtualMachines", "m", zones={"a": 1}, properties={"networkProfile": 5})],
    [
        resource("networkInterfaces", "n"),
        resource("virtualNetworkGateways", "g"),
        resource("connections", "c"),
    ],
    [resource("Microsoft.Resources/deployments", "d", properties={"template": {"resources": "x"}})],
    [resource("routeTables", "[reference('r').name]"), resource("routeTables", "x" * 500)],
    [resource("routeTables", "\ud800\u0000"), resource("networkSecurityGroups", "[base64ToString('AA==')]")],
    [resource("loadBalancers", "l", properties={"probes": [{"name": "p", "properties": {"port": 1e999}}]})],
    [resource("publicIPAddresses", "...", properties={"ipAddress": "not one"})],
]


@pytest.mark.parametrize("resources", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_becomes_notes_and_a_document(resources: list[Any]) -> None:
    text = template(*resources, parameters=[1], variables=5, outputs=[]).replace("Infinity", "1e999")
    found = import_arm(text)
    Scenario.model_validate(found.scenario)
    written = json.dumps([found.scenario, [note.as_dict() for note in found.notes]])
    assert "\\u0000" not in written and "\\ud800" not in written
