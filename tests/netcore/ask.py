"""Questions to the walk in few words: ``fate(net, "vms/a", "vms/b")`` is ``delivered`` or a code."""

from __future__ import annotations

from typing import Any

from netcore.control.network import Network
from netcore.forwarding.state import State
from netcore.forwarding.walk import follow, trace
from netcore.trace.model import Leg, Outcome, Trace, Verdict
from netcore.trace.packet import Packet
from tests.netcore.build import Net


def network_of(net: Net | Network) -> Network:
    """Return the compiled network of a builder, or the network itself."""
    return net.network() if isinstance(net, Net) else net


def packet(source: str, destination: str, flow: str = "tcp/443", **more: Any) -> Packet:
    """Return a packet; ``flow`` is ``tcp/443``, or only a protocol."""
    protocol, _, port = flow.partition("/")
    return Packet(
        source=source, destination=destination, protocol=protocol, destination_port=int(port or 0), **more
    )


def ask(
    net: Net | Network,
    source: str,
    destination: str,
    flow: str = "tcp/443",
    state: State | None = None,
    **more: Any,
) -> Trace:
    """Return the trace of one packet, with branches."""
    return trace(network_of(net), packet(source, destination, flow, **more), state)


def one(
    net: Net | Network,
    source: str,
    destination: str,
    flow: str = "tcp/443",
    state: State | None = None,
    **more: Any,
) -> Trace:
    """Return the trace of exactly this flow, without branches."""
    return follow(network_of(net), packet(source, destination, flow, **more), state)


def word(verdict: Verdict) -> str:
    """Return ``delivered`` or the code."""
    return verdict.code or verdict.outcome.value


def fate(net: Net | Network, source: str, destination: str, flow: str = "tcp/443", **more: Any) -> str:
    """Return what becomes of the request: ``delivered`` or the code."""
    return word(ask(net, source, destination, flow, **more).forward.verdict)


def fates(
    net: Net | Network, source: str, destination: str, flow: str = "tcp/443", **more: Any
) -> tuple[str, str | None]:
    """Return what becomes of the request and of the answer."""
    done = ask(net, source, destination, flow, **more)
    return word(done.forward.verdict), word(done.back.verdict) if done.back else None


def visited(leg: Leg | None) -> list[str]:
    """Return the VMs whose guests the packet passed, in order, each visit once."""
    seen: list[str] = []
    for step in leg.steps if leg else ():
        if step.place == "guest" and step.at is not None:
            name = step.at.removeprefix("vms/")
            if not seen or seen[-1] != name:
                seen.append(name)
    return seen


def routes_used(leg: Leg) -> list[str]:
    """Return the routes that decided, as the answer shows them."""
    return [step.matched.text for step in leg.steps if step.matched and step.matched.kind == "route"]


def facts_of(leg: Leg) -> set[str]:
    """Return every fact id the steps name."""
    return {fact for step in leg.steps for fact in step.facts}


def arrived(leg: Leg) -> bool:
    """Return whether the leg was delivered."""
    return leg.verdict.outcome is Outcome.DELIVERED
