"""The ground of the check language: parts that may be written short, flows, and tests of a value."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    JsonValue,
    StringConstraints,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from netcore.document.part import Protocol
from netcore.document.values import AddressText, MacText, Port
from netcore.trace.codes import CODES
from netcore.trace.packet import ICMP, protocol_number
from netcore.words import say

MOST_FLOWS = 60
"""Flows that one check may name."""


class LanguagePart(BaseModel):
    """Base of everything an author writes: no unknown fields, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Short(LanguagePart):
    """A part whose main field may stand alone: ``delivers: a -> b`` for ``delivers: {flow: a -> b}``."""

    main: ClassVar[str] = "flow"

    @model_validator(mode="wrap")
    @classmethod
    def _in_full(cls, given: Any, handler: ValidatorFunctionWrapHandler) -> Self:
        if isinstance(given, str | list) or (isinstance(given, dict) and "from" in given):
            given = {cls.main: given}
        made: Self = handler(given)
        return made

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the schema of the long form, with the short ones beside it."""
        full = handler(core_schema)
        reference = handler.resolve_ref_schema(full)
        short = reference.get("properties", {}).get(cls.main, {})
        return {"anyOf": [full, short]}


def or_single(schema: JsonSchemaValue) -> None:
    """Say in a published schema that one entry may stand without its list."""
    options = schema.get("anyOf") or [dict(schema)]
    single = [option["items"] for option in options if option.get("type") == "array" and "items" in option]
    kept: JsonSchemaValue = {key: schema[key] for key in ("default", "description") if key in schema}
    schema.clear()
    schema.update(kept, anyOf=[*single, *options])


Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""A name, an id, a path or an address, as the check language takes it."""

Prompt = Annotated[str, StringConstraints(max_length=2_000)]

_FLOW = re.compile(
    r"^\s*(?P<source>\S+)\s*(?P<way><?->)\s*(?P<destination>\S+)(?:\s+(?P<service>[a-z0-9]+(?:/\d+)?))??"
    r"(?:\s+(?P<family>v4|v6))?\s*$"
)


class Flow(LanguagePart):
    """A packet by the names of its ends.

    Written ``web1 -> app1 tcp/443`` or, with more fields, as an object. Ends are ids or names of VMs and
    hosts, paths, or addresses; ``subnets/ID``, ``vnets/ID`` and ``vms/*`` stand for every VM there. The
    service is ``tcp/443`` where none is given.

    Args:
        family: 6 asks for the IPv6 address of a VM that is named as destination.
        source_address: as ``Packet`` has it, as are the fields after it.
    """

    source: Text = Field(alias="from")
    to: Text
    protocol: Protocol = "tcp"
    port: Port | None = None
    family: int = Field(default=4, ge=4, le=6)
    source_port: Port = 49152
    source_address: AddressText | None = None
    destination_mac: MacText | None = None
    size_bytes: Annotated[int, Field(ge=20, le=65_535)] | None = None
    dont_fragment: bool = False
    ttl: Annotated[int, Field(ge=1, le=255)] = 64

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the schema of the object, with the text beside it."""
        return {"anyOf": [{"type": "string"}, handler(core_schema)]}

    @property
    def destination_port(self) -> int:
        """Return the port: as given, else 443, and 0 for protocols without ports."""
        if self.port is not None:
            return self.port
        return 443 if self.protocol in ("tcp", "udp") else 0

    @property
    def text(self) -> str:
        """Return the flow as an author would write it."""
        port = "" if protocol_number(self.protocol) in ICMP else f"/{self.destination_port}"
        return f"{self.source} -> {self.to} {self.protocol}{port}" + (" v6" if self.family == 6 else "")


def flows_of(given: Any) -> Any:
    """Return flows in full: ``a <-> b`` are two, and a single one is a list of one."""
    entries = given if isinstance(given, list | tuple) else [given]
    return [flow for entry in entries for flow in _flows_of_text(entry)]


def _flows_of_text(given: Any) -> list[Any]:
    if not isinstance(given, str):
        return [given]
    found = _FLOW.match(given)
    if found is None:
        raise ValueError(
            say("a flow is written source -> destination protocol/port, such as web1 -> app1 tcp/443")
        )
    protocol, _, port = (found["service"] or "tcp/443").partition("/")
    rest: dict[str, Any] = {"protocol": protocol, "family": 6 if found["family"] == "v6" else 4}
    if port:
        rest["port"] = int(port)
    ends = [(found["source"], found["destination"])]
    if found["way"] == "<->":
        ends.append((found["destination"], found["source"]))
    return [{"from": source, "to": destination, **rest} for source, destination in ends]


class OfFlows(Short):
    """A check of packets.

    Args:
        flow: one flow or several; the check holds when it holds for each.
        among: names of VMs; every pair of them, both ways, is one more flow of ``service``.
    """

    flow: Annotated[tuple[Flow, ...], Field(max_length=MOST_FLOWS, json_schema_extra=or_single)] = ()
    among: Annotated[tuple[Text, ...], Field(max_length=12)] = ()
    service: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(/[0-9]+)?$")] = "tcp/443"

    @field_validator("flow", mode="before")
    @classmethod
    def _flows(cls, given: Any) -> Any:
        return flows_of(given)

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.flow and len(self.among) < 2:
            raise ValueError(say("name a flow, or at least two VMs in among"))
        return self

    @property
    def flows(self) -> tuple[Flow, ...]:
        """Return all flows that the check is about."""
        pairs = [
            f"{one} -> {other} {self.service}" for one in self.among for other in self.among if one != other
        ]
        made = tuple(Flow.model_validate(flow) for flow in flows_of(pairs)) if pairs else ()
        return self.flow + made


class OneFlow(Short):
    """A part about exactly one flow."""

    flow: Flow

    @field_validator("flow", mode="before")
    @classmethod
    def _one_flow(cls, given: Any) -> Any:
        found = flows_of(given)
        if len(found) != 1:
            raise ValueError(say("exactly one flow belongs here"))
        return found[0]


_TESTS = {
    "equals": "to be {value}",
    "differs": "not to be {value}",
    "one_of": "to be one of {value}",
    "at_least": "to be at least {value}",
    "at_most": "to be at most {value}",
    "just": "to be just {value}, in any order",
}


class Test(LanguagePart):
    """What is asked of a value; every field that is given must hold.

    ``given`` says whether there is a value at all; ``just`` asks for a list of these entries and no others,
    in any order and however often each is there.
    """

    equals: JsonValue = None
    differs: JsonValue = None
    one_of: tuple[JsonValue, ...] | None = None
    at_least: float | None = None
    at_most: float | None = None
    just: tuple[JsonValue, ...] | None = None
    given: bool | None = None

    @property
    def words(self) -> str:
        """Return the test as the end of a sentence."""
        asked = {key: getattr(self, key) for key in _TESTS if key in self.model_fields_set}
        found = [say("to be given")] if "differs" in asked and asked["differs"] in (None, [], "") else []
        if found:
            del asked["differs"]
        found += [say(_TESTS[key], value=_shown(value)) for key, value in asked.items()]
        if self.given is not None:
            found.append(say("to be given") if self.given else say("to be absent"))
        return say(" and ").join(found) or say("to be there")

    def holds(self, value: JsonValue, there: bool = True) -> bool:
        """Return whether a value passes; ``there`` False: nothing is at the place."""
        asked = self.model_fields_set
        if self.given is not None and self.given != (there and value is not None):
            return False
        if not there:
            return self.given is False
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
        return not (
            ("equals" in asked and value != self.equals)
            or ("differs" in asked and value == self.differs)
            or (self.one_of is not None and value not in self.one_of)
            or (self.at_least is not None and (number is None or number < self.at_least))
            or (self.at_most is not None and (number is None or number > self.at_most))
            or (self.just is not None and not _just(value, self.just))
        )


def _just(value: JsonValue, wanted: tuple[JsonValue, ...]) -> bool:
    """Return whether a list has these entries and no others."""
    return (
        isinstance(value, list)
        and all(one in value for one in wanted)
        and all(one in wanted for one in value)
    )


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return say("on") if value else say("off")
    if isinstance(value, tuple | list) and any(isinstance(one, tuple | list) for one in value):
        return say(" or ").join(f"({_shown(one)})" for one in value)
    if isinstance(value, tuple | list) and value:
        return ", ".join(_shown(one) for one in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return say("none") if value in (None, [], ()) else str(value)


def known_code(code: str) -> str:
    """Return a drop code.

    Raises:
        ValueError: there is no such code.
    """
    if code not in CODES:
        raise ValueError(say("{code} is no drop code; they stand in netcore.trace.codes", code=code))
    return code


Code = Annotated[
    str, AfterValidator(known_code), WithJsonSchema({"type": "string", "enum": sorted(map(str, CODES))})
]
"""A drop code; the published schema lists them, so that editors can offer them."""
