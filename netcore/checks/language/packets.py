"""Checks of packets, and of the route chosen for a destination."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from netcore.checks.language.part import Code, LanguagePart, OfFlows, Text, or_single
from netcore.control.routes import HopType, RouteSource
from netcore.document.values import PrefixText

Codes = Annotated[
    tuple[Code, ...],
    Field(min_length=1, max_length=40, json_schema_extra=or_single),
]


class Delivers(OfFlows):
    """The request arrives and, where one is expected, so does the answer.

    Args:
        one_way: only the request has to arrive.
        seen_as: source address with which it arrives: an address, or a VM whose address it is.
        answered_by: the VM, host or endpoint it arrives at, where the destination is an address.
    """

    one_way: bool = False
    seen_as: Text | None = None
    answered_by: Text | None = None


class Drops(OfFlows):
    """The connection does not come about.

    Args:
        code: drop codes that are accepted; None: any.
        at: where it ends: path, id or name of a VM or of another resource; its NICs count as the VM.
        packet: which packet ends: ``request`` says that not even the request may arrive.
    """

    code: Codes | None = None
    at: Text | None = None
    packet: Literal["any", "request", "answer", "handshake"] = "any"

    @field_validator("code", mode="before")
    @classmethod
    def _codes(cls, given: Any) -> Any:
        return [given] if isinstance(given, str) else given


class Visits(OfFlows):
    """Request (and answer) pass these stops in this order.

    Args:
        stops: VMs, balancers and gateways on the way of the request.
        back: the same for the answer; ``mirror``: in opposite order; None: not asked.
        only: no other VM that forwards lies on the way.
        arrives: False: it need not arrive.
    """

    stops: Annotated[tuple[Text, ...], Field(min_length=1, max_length=16)]
    back: Literal["mirror"] | tuple[Text, ...] | None = None
    only: bool = False
    arrives: bool = True


class Avoids(OfFlows):
    """Neither request nor answer passes any of these stops; it arrives, unless ``arrives`` is False."""

    stops: Annotated[tuple[Text, ...], Field(min_length=1, max_length=16)]
    arrives: bool = True


class Symmetric(OfFlows):
    """It arrives, and the answer passes the same appliances and gateways as the request."""


class RouteChosen(LanguagePart):
    """The effective route that a NIC uses for a destination.

    Args:
        nic: a NIC, or a VM with one NIC.
        to: an address, or a VM or host by name.
        type: next hop type as the portal prints it, such as ``VnetLocal``.
        source: ``Default``, ``User`` or ``VirtualNetworkGateway``.
        prefix: of the route.
        hop: next hop: an address, or a VM that has it.
    """

    nic: Text
    to: Text
    type: HopType | None = None
    source: RouteSource | None = None
    prefix: PrefixText | None = None
    hop: Text | None = None
