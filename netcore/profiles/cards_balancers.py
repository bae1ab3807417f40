"""Rule cards of probes, idle flows, zones and gateway balancers (facts J and M). A table of data."""

from __future__ import annotations

from netcore.profiles.model import RuleCard

_PROBE = "Azure Load Balancer health probes page"
_NVA = "Azure Architecture Center, highly available NVAs"
_ZONES = "Azure Load Balancer and availability zones"

BALANCER_CARDS: tuple[RuleCard, ...] = (
    RuleCard(
        "fragments",
        "Of the balancing rules only HA ports pass fragments on; NAT gateways and default outbound access "
        "drop them, a public address on a NIC lets them pass.",
        ("C10",),
        "Azure Load Balancer concepts",
        "2023",
        "D",
    ),
    RuleCard(
        "probe-down",
        "A backend leaves the rotation after as many failed probes in a row as its threshold says: between "
        "threshold - 1 and threshold intervals after the fault, and the wait for the last answer on top. "
        "Other texts count one probe, or at least two.",
        ("J8",),
        _PROBE,
        "2023-10",
        "D",
        "probe_counting",
    ),
    RuleCard(
        "probe-failure",
        "A TCP probe fails on a reset at once, or on silence after its interval. An HTTP probe fails at "
        "once on a reset or on any status but 200, or on silence after its interval or 30 seconds.",
        ("J9",),
        _PROBE,
        "2023-10",
        "D",
    ),
    RuleCard(
        "probe-up",
        "A backend comes back after as many good probes in a row as its threshold says (other texts: one); "
        "one that leaves again soon is held back longer each time.",
        ("J10",),
        _PROBE,
        "2023-10",
        "D",
        "probe_counting",
    ),
    RuleCard(
        "balancer-admin-state",
        "An admin state overrides the probe: up keeps a backend in rotation, down takes it out for new "
        "flows; its TCP connections stay, its UDP flows move.",
        ("J13",),
        "Azure Load Balancer admin state overview",
        "2024",
        "D",
    ),
    RuleCard(
        "balancer-idle",
        "A rule forgets a TCP flow that is idle for its timeout, 4 minutes unless it says more. What comes "
        "later vanishes, or meets a reset where the rule has TCP reset; an internal HA-ports rule sends "
        "none.",
        ("J14",),
        "Azure Load Balancer TCP reset and idle timeout",
        "2020",
        "D",
    ),
    RuleCard(
        "balancer-zones",
        "A zone-redundant frontend survives the loss of a zone; a zonal one is lost with its zone. Backends "
        "may be in any zone.",
        ("J16",),
        _ZONES,
        "2023",
        "D",
    ),
    RuleCard(
        "probe-same-nic",
        "A backend must answer a probe by the NIC it came in by; with several NICs that takes a guest route "
        "for 168.63.129.16 at each, by policy.",
        ("J18",),
        _PROBE,
        "2023-10",
        "D",
    ),
    RuleCard(
        "designs-converge",
        "A balancer or gateway balancer with probes every 5 seconds and three failures is past a dead "
        "appliance in 10 to 15 seconds; a Route Server takes its BGP hold time, an address or route moved by "
        "the control plane one to two minutes or more. With two balancers around appliances, as for traffic "
        "from the Internet, these must translate the source.",
        ("J20",),
        _NVA,
        "2025-03",
        "D",
    ),
    RuleCard(
        "gateway-balancer",
        "Internet traffic of a public frontend or instance address chained to a gateway balancer passes one "
        "of its appliances in both directions, unchanged inside two tunnels; HA-ports rules only, no peering "
        "and no routes needed, and nothing between VMs.",
        ("J21",),
        "Azure Gateway Load Balancer overview",
        "2023",
        "D",
        "tunnel_kind",
    ),
    RuleCard(
        "probes-alone-react",
        "Nothing reacts to a dead VM by itself but the probes of a balancer.",
        ("J22",),
        _NVA,
        "2025-03",
        "D",
    ),
    RuleCard(
        "zone-lanes",
        "Routing alone does not keep traffic inside one zone: that takes a subnet for each zone with its "
        "own routes and security groups, zonal NAT gateways and zonal frontends.",
        ("M3",),
        "Ivan Pepelnjak, Azure Networking 101",
        "2021",
        "R",
    ),
    RuleCard(
        "zone-lost",
        "A lost zone takes its VMs, zonal frontends and zonal NAT gateways; between the others packets "
        "travel as before.",
        ("M4",),
        _ZONES,
        "2023",
        "D",
    ),
)
