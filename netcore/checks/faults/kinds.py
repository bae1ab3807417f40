"""The table of kinds of faults: what a person calls each, and who finds where it could happen."""

from __future__ import annotations

from netcore.checks.faults import machines, routing, services
from netcore.checks.faults.fault import Makers

KINDS: dict[str, tuple[str, Makers]] = {
    "flag-lost": ("IP forwarding off at a NIC", machines.flag_lost),
    "guest-flag-lost": ("a guest that does not forward", machines.guest_flag_lost),
    "stopped": ("a VM that is stopped", machines.stopped),
    "address-typed": ("an address typed into a guest", machines.address_typed),
    "mac-typed": ("a MAC typed into a guest", machines.mac_typed),
    "guest-firewall": ("a firewall inside a guest", machines.guest_firewall),
    "neighbour-number": ("a wrong AS number of a BGP neighbour", machines.neighbour_number),
    "not-announced": ("a prefix that is not announced", machines.not_announced),
    "table-missing": ("a subnet without its route table", routing.table_missing),
    "table-swapped": ("a subnet with the table of another", routing.table_swapped),
    "route-missing": ("a route that is missing", routing.route_missing),
    "hop-gone": ("a next hop at which nobody is", routing.hop_gone),
    "order-swapped": ("a next hop that is another appliance", routing.order_swapped),
    "family-around": ("IPv6 that is led around the appliance", routing.family_around),
    "black-hole": ("a route to nowhere", routing.black_hole),
    "propagation-off": ("gateway propagation off", routing.propagation_off),
    "forwarded-refused": ("forwarded traffic refused on a peering", routing.forwarded_refused),
    "access-refused": ("access refused on a peering", routing.access_refused),
    "transit-off": ("the other side's gateway not used", routing.transit_off),
    "connection-down": ("a connection that is down", routing.connection_down),
    "peer-missing": ("a route server without a neighbour", routing.peer_missing),
    "one-session-only": ("a session with one address of a route server only", routing.one_session_only),
    "probe-blocked": ("a rule that denies the probes", services.probe_blocked),
    "denied": ("a rule that denies what it should allow", services.denied),
    "wrong-port": ("a rule with a wrong port", services.wrong_port),
    "rule-missing": ("a rule that is missing", services.rule_missing),
    "probe-port": ("a probe of a wrong port", services.probe_port),
    "member-down": ("pool members taken out by hand", services.member_down),
    "nat-detached": ("a subnet without its NAT gateway", services.nat_detached),
    "public-address-gone": ("a NIC without its public address", services.public_address_gone),
}
"""Kind -> what people call it, and its maker; in the order of display."""


def known_kind(kind: str) -> str:
    """Return a kind of fault.

    Raises:
        ValueError: there is none.
    """
    if kind not in KINDS:
        raise ValueError(f"there is no kind of fault {kind}; there are {', '.join(KINDS)}")
    return kind
