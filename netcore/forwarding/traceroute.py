"""Traceroute: packets with ever larger TTLs, and who says that theirs ran out (facts B9, N8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from netcore.control.network import Network
from netcore.document.models import Scenario
from netcore.forwarding.drawing import drawing_of
from netcore.forwarding.state import State
from netcore.forwarding.walk import follow
from netcore.trace.model import Outcome
from netcore.trace.packet import Packet

MOST_HOPS = 30
"""Traceroute gives up here."""

_PASSED_BY_STATE = frozenset({"NSG_IN", "NSG_OUT", "STATE_MISSING", "NO_SERVICE"})
"""Codes that a message about a flow does not meet, because it belongs to that flow."""


@dataclass(frozen=True, slots=True)
class TraceHop:
    """One line of a traceroute.

    Args:
        number: TTL of the probe, from 1.
        at: path of the VM or host that answered; None where nobody did.
    """

    number: int
    at: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {"number": self.number, "at": self.at}


def traceroute(
    network: Network | Scenario, packet: Packet, state: State | None = None
) -> tuple[TraceHop, ...]:
    """Return the hops that a traceroute along a packet's way shows, the destination last.

    The fabric lowers no TTL and is no hop; guests that forward are. Where probes die without a word the rest
    is one line without a name. Empty where the profile has no traceroute at all.

    Raises:
        NotFound: the packet names something that the document does not have.

    Source: facts B9, N8. A message that a TTL ran out is taken to pass stateful filters with its flow.
    """
    compiled = Network(network) if isinstance(network, Scenario) else network
    if not compiled.profile.traceroute:
        return ()
    hops: list[TraceHop] = []
    for number in range(1, MOST_HOPS + 1):
        leg = follow(compiled, packet.model_copy(update={"ttl": number}), state).forward
        if leg.verdict.outcome is Outcome.DELIVERED:
            return (*hops, TraceHop(number, leg.verdict.at))
        if leg.verdict.code != "TTL":
            return (*hops, TraceHop(number, None))
        hops.append(
            TraceHop(number, leg.verdict.at if _told(compiled, packet, leg.verdict.at, state) else None)
        )
    return tuple(hops)


def _told(network: Network, packet: Packet, at: str | None, state: State | None) -> bool:
    """Return whether the message of an appliance reaches the sender of a probe."""
    kind, _, vm = (at or "").partition("/")
    if kind != "vms" or vm not in drawing_of(network).machines:
        return False
    answer = Packet(source=f"vms/{vm}", destination=packet.source, protocol="icmp", destination_port=0)
    verdict = follow(network, answer, state).forward.verdict
    return verdict.outcome is Outcome.DELIVERED or verdict.code in _PASSED_BY_STATE
