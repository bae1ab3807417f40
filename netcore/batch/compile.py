"""A network as arrays."""

from __future__ import annotations

from netcore.control.network import Network


class Compiled:
    """A network as plain arrays, ready for millions of packets; never changes.

    Args:
        network: what it was made of; the walk that answers what arrays do not carry needs it.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        topology = network.scenario.topology
        self.senders = (
            *(f"vms/{key}" for key in sorted(topology.vms)),
            *(f"hosts/{key}" for key in sorted(topology.hosts)),
        )
        self.names: tuple[str, ...] = ()
