"""Random networks: routes against a linear search, one verdict each, the same bytes, far edits."""

from __future__ import annotations

import json
from ipaddress import ip_address

from hypothesis import given, settings
from hypothesis import strategies as st

import netcore
from netcore.trace.model import Outcome
from tests.netcore.ask import ask
from tests.netcore.build import Net
from tests.properties.networks import DESTINATIONS, PROTOCOLS, networks

SENDERS = ("vms/h0", "vms/h1", "vms/h2", "vms/s0", "vms/s1")
NICS = tuple(sender.removeprefix("vms/") for sender in SENDERS)
FLOWS = tuple(f"{protocol}/443" for protocol in PROTOCOLS)

PREFERRED = {
    "VnetLocal",
    "VNetPeering",
    "VNetGlobalPeering",
    "ConnectedGroup",
    "VirtualNetworkServiceEndpoint",
}

ends = st.tuples(st.sampled_from(SENDERS), st.sampled_from(DESTINATIONS), st.sampled_from(FLOWS))


@given(networks(), st.sampled_from(NICS), st.lists(st.ip_addresses(v=4), max_size=5))
def test_selection_is_a_linear_search(drawn: Net, nic: str, more: list[object]):
    """Longest prefix of the active rows; of system routes that BGP cannot carve up the longest one (D21)."""
    table = drawn.network().routes(nic)
    rows = [(row, prefix) for row in table.rows if row.state.value == "Active" for prefix in row.prefixes]
    for text in (*DESTINATIONS, *map(str, more)):
        address = ip_address(text)
        fitting = [(row, prefix) for row, prefix in rows if address in prefix]
        held = [
            prefix.prefixlen
            for row, prefix in fitting
            if row.source.value == "Default" and row.next_hop_type.value in PREFERRED
        ]
        left = [
            (row, prefix)
            for row, prefix in fitting
            if not (held and row.source.value == "VirtualNetworkGateway" and prefix.prefixlen > max(held))
        ]
        selection = table.select(address)
        if not left:
            assert not selection.routes
            continue
        longest = max(prefix.prefixlen for _, prefix in left)
        expected = {id(row) for row, prefix in left if prefix.prefixlen == longest}
        assert {id(row) for row in selection.routes} == expected


@settings(max_examples=60)
@given(networks(), st.lists(ends, min_size=1, max_size=6))
def test_each_packet_has_exactly_one_verdict(drawn: Net, asked: list[tuple[str, str, str]]):
    network = drawn.network()
    for source, destination, flow in asked:
        done = ask(network, source, destination, flow)
        for leg in (done.forward, done.back, done.third):
            if leg is not None:
                assert isinstance(leg.verdict.outcome, Outcome)
                assert (leg.verdict.code is None) == (leg.verdict.outcome is Outcome.DELIVERED)
                assert [step.index for step in leg.steps] == list(range(len(leg.steps)))
        assert (done.back is not None) <= (done.forward.verdict.outcome is Outcome.DELIVERED)


@settings(max_examples=40)
@given(networks(), ends)
def test_the_same_input_gives_the_same_bytes(drawn: Net, asked: tuple[str, str, str]):
    first, second = (json.dumps(ask(drawn.network(), *asked).as_dict()) for _ in range(2))
    assert first == second
    rows = [[row.as_dict() for row in netcore.effective_routes(drawn.scenario(), "h0")] for _ in range(2)]
    assert json.dumps(rows[0]) == json.dumps(rows[1])


@settings(max_examples=40)
@given(networks(), ends)
def test_an_edit_far_away_changes_no_trace(drawn: Net, asked: tuple[str, str, str]):
    before = ask(drawn, *asked)
    drawn.vnet("far", "10.200.0.0/16").table("far-table", {"0.0.0.0/0": "None"})
    drawn.subnet("far-subnet", "10.200.0.0/24", table="far-table").vm("far-vm", "far-subnet", "10.200.0.4")
    assert ask(drawn, *asked) == before


@settings(max_examples=60)
@given(networks(), st.sampled_from(NICS))
def test_a_private_endpoint_has_one_row_where_it_is_reached(drawn: Net, nic: str):
    """Written anew, without any index: who sees it, and which user routes override it (fact D67)."""
    topology = drawn.document()["topology"]
    network = drawn.network()
    rows = network.routes(nic).rows
    shown = [row for row in rows if row.next_hop_type.value == "InterfaceEndpoint"]
    vnet = "hub" if nic.startswith("h") else "spoke"
    links = topology.get("peerings", {})
    both = {"hub-spoke", "spoke-hub"} <= links.keys() and not any(
        link.get("disconnected") for link in links.values()
    )
    chosen = links["spoke-hub"]["remote_subnets"] if both else []
    reached = vnet == "hub" or (both and (not chosen or "hub1" in chosen))
    assert len(shown) == (1 if reached and "private_endpoints" in topology else 0)
    if not shown:
        return
    policies = topology["subnets"]["hub1"].get("endpoint_policies", "none")
    address = ip_address("10.0.1.9")
    caught = policies != "none" and any(
        row.source.value == "User" and address in prefix and prefix.prefixlen >= 16
        for row in rows
        for prefix in row.prefixes
    )
    assert shown[0].active == (not caught)


@settings(max_examples=40)
@given(networks(), networks(), ends)
def test_old_routes_of_any_earlier_network_never_raise(now: Net, earlier: Net, asked: tuple[str, str, str]):
    """The earlier network may have had other peerings, gateways and endpoints (fact D65)."""
    before, after = earlier.network(), now.network()
    state = netcore.State(stale=dict.fromkeys(NICS, before))
    assert isinstance(ask(after, *asked, state=state).forward.verdict.outcome, Outcome)
