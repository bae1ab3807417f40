"""What breaks in a scenario, when, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
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


WORDS: Mapping[FaultKind, str] = MappingProxyType(
    {
        FaultKind.CRASH: "A VM dies without a word",
        FaultKind.PAUSE: "A VM is paused, memory kept",
        FaultKind.FORWARDING_STOPS: "The guest forwards no more; its probe port answers",
        FaultKind.GRACEFUL_STOP: "A VM stops after it has ended its BGP sessions",
        FaultKind.PROBE_BLOCKED: "A rule denies the balancer's probes of a VM",
        FaultKind.PAIR_RESTARTS: "A VM and its standby are both away",
        FaultKind.LINK_LOST: "A peering or a connection is gone",
        FaultKind.ZONE_LOST: "A zone is lost",
        FaultKind.REGION_LOST: "A region is lost",
        FaultKind.GATEWAY_PLANNED: "A gateway instance goes for maintenance",
        FaultKind.GATEWAY_UNPLANNED: "A gateway instance dies",
        FaultKind.RESTORE: "A VM runs again",
        FaultKind.MOVE_ADDRESS: "An address moves to another NIC",
        FaultKind.EDIT: "The drawing changes",
        FaultKind.NOTHING: "Nothing breaks",
    }
)
"""What people call each kind, in the order of display."""

FIELDS: Mapping[FaultKind, tuple[str, ...]] = MappingProxyType(
    {
        FaultKind.CRASH: ("vm", "lasts_us"),
        FaultKind.PAUSE: ("vm", "lasts_us"),
        FaultKind.FORWARDING_STOPS: ("vm", "lasts_us"),
        FaultKind.GRACEFUL_STOP: ("vm", "lasts_us"),
        FaultKind.PROBE_BLOCKED: ("vm", "lasts_us"),
        FaultKind.PAIR_RESTARTS: ("vm", "lasts_us"),
        FaultKind.LINK_LOST: ("link", "lasts_us"),
        FaultKind.ZONE_LOST: ("zone", "lasts_us"),
        FaultKind.REGION_LOST: ("region", "lasts_us"),
        FaultKind.GATEWAY_PLANNED: ("gateway", "instance", "lasts_us"),
        FaultKind.GATEWAY_UNPLANNED: ("gateway", "instance", "lasts_us"),
        FaultKind.RESTORE: ("vm",),
        FaultKind.MOVE_ADDRESS: ("address", "nic"),
        FaultKind.EDIT: ("edits",),
        FaultKind.NOTHING: (),
    }
)
"""Which fields of ``Break`` count for each kind; all but ``lasts_us`` and ``instance`` must be given."""

Condition = Literal["control-plane-degraded", "flag-lost", "failover-fails", "return-route-forgotten"]
"""What goes wrong besides: every orchestration call is slow; IP forwarding is off on the NIC that takes
an address or routes over; the failover never completes by itself; only the route tables by which the
sources of drawn flows send are rewritten, and those of the answers are forgotten."""


CONDITIONS: Mapping[Condition, str] = MappingProxyType(
    {
        "control-plane-degraded": "Every call of the control plane is slow",
        "flag-lost": "IP forwarding is off where the address or the routes move to",
        "failover-fails": "The failover never completes by itself",
        "return-route-forgotten": "The route tables of the answers are forgotten",
    }
)
"""What people call each condition, in the order of display."""


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
