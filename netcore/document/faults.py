"""What breaks in a scenario, when, and for how long."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from netcore.document.balancers import Zone
from netcore.document.part import Part
from netcore.document.values import Address, Id, Name

Microseconds = Annotated[int, Field(ge=0, le=10**13)]


class FaultKind(StrEnum):
    """How something breaks.

    ``crash``: a VM stops answering, without a word. ``pause``: the same for a while, memory kept.
    ``forwarding-stops``: the guest forwards no more, and its probe port answers. ``graceful-stop``: a VM
    stops after it has ended its BGP sessions. ``probe-blocked``: a security rule denies the balancer's
    probes of a VM. ``pair-restarts``: a VM and its standby are both away. ``link-lost``: a peering or a
    connection is gone. ``gateway-planned`` and ``gateway-unplanned``: an instance of a gateway goes.
    ``restore``: a VM runs again. ``move-address``: an operator moves an address to another NIC by the
    control plane. ``edit``: the drawing changes. ``nothing``: nothing breaks.
    """

    CRASH = "crash"
    PAUSE = "pause"
    FORWARDING_STOPS = "forwarding-stops"
    GRACEFUL_STOP = "graceful-stop"
    PROBE_BLOCKED = "probe-blocked"
    PAIR_RESTARTS = "pair-restarts"
    LINK_LOST = "link-lost"
    ZONE_LOST = "zone-lost"
    REGION_LOST = "region-lost"
    GATEWAY_PLANNED = "gateway-planned"
    GATEWAY_UNPLANNED = "gateway-unplanned"
    RESTORE = "restore"
    MOVE_ADDRESS = "move-address"
    EDIT = "edit"
    NOTHING = "nothing"


Condition = Literal["control-plane-degraded", "flag-lost", "failover-fails", "return-route-forgotten"]
"""What goes wrong besides: every orchestration call is slow; IP forwarding is off on the NIC that takes
an address or routes over; the failover never completes by itself; only the route tables by which the
sources of drawn flows send are rewritten, and those of the answers are forgotten."""


class Edit(Part):
    """One change of the drawing: ``pointer`` as in RFC 6901, below ``/topology`` or ``/traffic``.

    ``value`` None removes what is there.
    """

    pointer: Annotated[str, Field(max_length=500)]
    value: JsonValue = None


class Break(Part):
    """What breaks. Which of the fields count hangs on ``kind``; ``link`` is peerings/ID or connections/ID.

    ``address`` is what an operator moves and ``nic`` where to. ``lasts_us`` None: for good; a pause without
    it takes 5 s.
    """

    kind: FaultKind = FaultKind.CRASH
    vm: Id | None = None
    zone: Zone | None = None
    region: Name | None = None
    gateway: Id | None = None
    instance: Annotated[int, Field(ge=0, le=7)] = 0
    link: Name | None = None
    address: Address | None = None
    nic: Id | None = None
    edits: Annotated[tuple[Edit, ...], Field(max_length=50)] = ()
    lasts_us: Microseconds | None = None


class FaultStep(Break):
    """What breaks, or is mended, some time after the fault itself."""

    after_us: Microseconds = 0


class Fault(Break):
    """Something that breaks at a time, and what follows it.

    ``designs`` are the ids of the designs that race for it unless somebody chooses others.
    """

    name: Name
    at_us: Microseconds = 0
    conditions: tuple[Condition, ...] = ()
    designs: Annotated[tuple[Id, ...], Field(max_length=6)] = ()
    then: Annotated[tuple[FaultStep, ...], Field(max_length=200)] = ()
