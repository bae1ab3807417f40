"""When the platform shows effective routes at all (fact D12)."""

from __future__ import annotations

from netcore.control.network import Network
from netcore.document.models import Power
from netcore.errors import NotFound
from netcore.words import say


def routes_shown(network: Network, ref: str) -> tuple[bool, str]:
    """Return whether the platform would show effective routes, and in words why not (empty where it would).

    Args:
        ref: path of a NIC or of a gateway, such as ``nics/fw1``.

    Raises:
        NotFound: the document has no such NIC or gateway.

    Source: fact D12. The rows themselves exist all the same; ``effective_routes`` gives them.
    """
    topology = network.scenario.topology
    collection, _, key = ref.partition("/")
    if collection == "gateways" and key in topology.gateways:
        return False, say("Effective routes exist per NIC; gateways show none.")
    if collection != "nics" or key not in topology.nics:
        raise NotFound(say("The document has no NIC or gateway {ref}.", ref=ref))
    vm = topology.vms.get(topology.nics[key].vm or "")
    if vm is None:
        return False, say("{key} is attached to no VM; effective routes are shown while a VM runs.", key=key)
    if vm.power is not Power.RUNNING:
        return False, say("{name} does not run; effective routes are shown while it does.", name=vm.name)
    return True, ""
