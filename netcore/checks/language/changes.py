"""Changes of a drawing as an author writes them: named ones, and JSON Patch operations."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, JsonValue, StringConstraints, field_validator, model_validator

from netcore.checks.language.part import LanguagePart, Text, or_single
from netcore.document.balancers import Zone
from netcore.document.models import NextHopType
from netcore.document.values import AddressText, Id, PrefixText
from netcore.words import say

Names = Annotated[tuple[Text, ...], Field(min_length=1, max_length=60, json_schema_extra=or_single)]


Pointer = Annotated[str, StringConstraints(pattern=r"^/", max_length=500)]
"""Place in a document (RFC 6901)."""


class Operation(LanguagePart):
    """One operation of JSON Patch (RFC 6902) on the whole document.

    Args:
        source: written ``from``: what ``copy`` copies; so a second one is as a learner has set the first.
    """

    op: Literal["add", "replace", "remove", "copy"]
    path: Pointer
    value: JsonValue = None
    source: Pointer | None = Field(default=None, alias="from")

    @model_validator(mode="after")
    def _from_where(self) -> Self:
        if (self.op == "copy") != (self.source is not None):
            raise ValueError(say("from belongs to copy, and to nothing else"))
        return self

    def as_dict(self) -> dict[str, Any]:
        """Return the operation as JSON Patch has it."""
        told: dict[str, Any] = {"op": self.op, "path": self.path}
        return told | ({"from": self.source} if self.op == "copy" else {"value": self.value})


class AddVM(LanguagePart):
    """A VM with one NIC.

    Args:
        address: None takes the first free one of the subnet.
        like: id or name of a VM whose guest, zone and NIC settings it gets; None: a plain VM.
    """

    name: Id
    subnet: Text
    address: AddressText | None = None
    zone: Zone | None = None
    like: Text | None = None


class AddSubnet(LanguagePart):
    """A subnet.

    Args:
        like: subnet whose route table, security group and NAT gateway it gets; None: none of them.
    """

    name: Id
    vnet: Text
    prefix: PrefixText
    like: Text | None = None


class AddNetwork(LanguagePart):
    """A virtual network without subnets."""

    name: Id
    ranges: Annotated[tuple[PrefixText, ...], Field(min_length=1, max_length=8)]


class AddRange(LanguagePart):
    """One more address range of a virtual network; peerings know it at once."""

    vnet: Text
    prefix: PrefixText


class AddPeering(LanguagePart):
    """Both links of a peering.

    Args:
        between: two virtual networks.
        forwarded: both sides accept forwarded traffic.
        gateway_of: one of the two, whose gateway the other one uses.
    """

    between: tuple[Text, Text]
    forwarded: bool = False
    gateway_of: Text | None = None


class AddRoute(LanguagePart):
    """A user route; ``hop`` is an address, or a VM whose primary address it is."""

    table: Text
    prefix: PrefixText
    type: NextHopType
    hop: Text | None = None


class Change(LanguagePart):
    """One change: exactly one of these words.

    Args:
        stop: VMs that stop. ``start``: that run. ``restart``: that run afterwards, whatever they did before.
        zone_down: every VM of this zone stops.
        set: path below the topology -> value.
        remove: paths below the topology, such as ``route_tables/spoke/routes/default``.
        patch: operations of JSON Patch on the whole document.
    """

    stop: Names | None = None
    start: Names | None = None
    restart: Names | None = None
    zone_down: Zone | None = None
    set: Annotated[dict[Text, JsonValue], Field(min_length=1, max_length=40)] | None = None
    remove: Names | None = None
    add_vm: AddVM | None = None
    add_subnet: AddSubnet | None = None
    add_vnet: AddNetwork | None = None
    add_range: AddRange | None = None
    add_peering: AddPeering | None = None
    add_route: AddRoute | None = None
    patch: Annotated[tuple[Operation, ...], Field(min_length=1, max_length=200)] | None = None

    @field_validator("stop", "start", "restart", "remove", mode="before")
    @classmethod
    def _several(cls, given: Any) -> Any:
        return [given] if isinstance(given, str) else given

    @model_validator(mode="after")
    def _one_word(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError(
                say(
                    "a change is exactly one of {model_fields}",
                    model_fields=", ".join(type(self).model_fields),
                )
            )
        return self

    @property
    def word(self) -> str:
        """Return which change it is."""
        return next(iter(self.model_fields_set))


def _listed(given: Any) -> Any:
    return [given] if isinstance(given, dict) else given


Changes = Annotated[
    tuple[Change, ...], BeforeValidator(_listed), Field(max_length=60, json_schema_extra=or_single)
]
"""Changes in the order in which they are made; a single one may stand without a list."""
