"""Names that stand for one of several public addresses: which one an opener is given.

Source: reference on failover, section 1.1 (M11); the answer is the preferred endpoint that is up, and with
none up the preferred one all the same. A connection that is open keeps the address it was opened to.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from ipaddress import ip_address

from netcore.control.network import Network
from netcore.document.outside import TrafficManager
from netcore.document.values import Address
from netcore.errors import NotFound
from netcore.forwarding.drawing import drawing_of
from netcore.forwarding.hops import Answered, Endpoint, Stand
from netcore.forwarding.run import Run
from netcore.forwarding.state import State
from netcore.trace.model import Actor, Header, Place
from netcore.trace.packet import TCP
from netcore.words import say

COLLECTION = "traffic_managers"

PROBER_TAG = "AzureTrafficManager"
"""Service tag of the addresses that probes come from, where the drawing has it."""

PROBERS = {4: ip_address("192.0.2.254"), 6: ip_address("2001:db8:ffff::fe")}
"""Stand for them where it has not: addresses for documents (RFC 5737, RFC 3849)."""

PROBER_PORT = 49152

Knock = Callable[[Network, Endpoint, Header, State], bool]
"""Whether a connection comes about; ``walk`` has it."""


def answer(network: Network, state: State, manager_id: str, knock: Knock) -> Answered:
    """Return which endpoint a name stands for.

    The state may say it. Else the first that is up, as probes last found it: in the state's ``probed`` where
    it has one. VMs that the moment takes away are noticed in time, and not here.

    Raises:
        NotFound: the document has no such name, or it has no endpoints.
    """
    manager = network.scenario.topology.traffic_managers.get(manager_id)
    if manager is None or not manager.endpoints:
        raise NotFound(
            say("The document has no traffic manager {manager_id} with an endpoint.", manager_id=manager_id)
        )
    if manager_id in state.answers:
        return Answered(manager_id, state.answers[manager_id], "now")
    seen = state.probed or network
    for address in manager.endpoints:
        asked = ("endpoint", address, manager.probe_port)
        if drawing_of(seen).memo(asked, partial(is_up, seen, State(), manager, address, knock)):
            return Answered(manager_id, address, "up")
    return Answered(manager_id, manager.endpoints[0], "none_up")


def is_up(network: Network, state: State, manager: TrafficManager, address: Address, knock: Knock) -> bool:
    """Return whether a probe of an endpoint is answered at a moment, as forwarding has it."""
    if address in drawing_of(network).hosts_outside:
        # Nothing drawn lies between two places on the Internet, so nothing drawn takes this one away.
        return True
    source = prober(network, address)
    header = Header(
        source=source,
        destination=address,
        protocol=TCP,
        source_port=PROBER_PORT,
        destination_port=manager.probe_port,
    )
    return knock(network, Endpoint(Stand.INTERNET, str(source), header), header, state)


def prober(network: Network, address: Address) -> Address:
    """Return where probes of an endpoint come from."""
    for prefix in network.scenario.topology.service_tags.get(PROBER_TAG, ()):
        if prefix.version == address.version:
            return prefix.network_address
    return PROBERS[address.version]


def tell(run: Run, answered: Answered, header: Header) -> None:
    """Record what the opener of a connection was answered."""
    manager = run.network.scenario.topology.traffic_managers[answered.manager]
    run.step(
        Place.NAME,
        Actor.FABRIC,
        f"{COLLECTION}/{answered.manager}",
        f"name.{answered.why}",
        header,
        name=manager.name,
        address=answered.address,
    )
