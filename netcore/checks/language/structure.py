"""Checks of the drawing itself, used sparingly: prop, count, unchanged, refused."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, field_validator

from netcore.checks.language.changes import Changes
from netcore.checks.language.part import Flow, LanguagePart, Short, Test, Text, flows_of, or_single
from netcore.document.models import Topology


class Prop(Test):
    """A field of the drawing.

    Args:
        path: below the topology, such as ``vms/vm1/guest/forwarding``, or ``controllers/..`` beside it; a
            resource by its id or name; ``*`` means each of them, and each must pass.
    """

    path: Text


KINDS: dict[str, tuple[str, str]] = {
    "user_routes": ("route_tables", "routes"),
    "security_rules": ("security_groups", "rules"),
    "configurations": ("nics", "configurations"),
    "guest_routes": ("vms", "guest/routes"),
    "tunnels": ("vms", "guest/tunnels"),
    "route_server_peers": ("route_servers", "peers"),
    "learned_routes": ("gateways", "learned"),
}
"""What ``count`` calls things inside other things: collection, and the map in each of its entries."""


def _or_values(schema: dict[str, Any]) -> None:
    """Say in the published schema that a value may stand for the test that it is equal."""
    plain = {"type": ["string", "number", "boolean", "null"]}
    schema["additionalProperties"] = {"anyOf": [plain, schema["additionalProperties"]]}


class Count(LanguagePart):
    """How many things of a kind are drawn.

    Args:
        of: a collection of the topology, ``controllers`` beside it, or a key of ``KINDS``.
        where: field -> value, or a test of it; only things that pass all of them count. ``in`` names the
            resource that holds a thing inside another; ``prefix/length`` is how many bits a prefix fixes.
    """

    of: Annotated[
        Text, Field(json_schema_extra={"examples": [*Topology.model_fields, *KINDS, "controllers"]})
    ]
    where: Annotated[dict[Text, Test], Field(max_length=10, json_schema_extra=_or_values)] = Field(
        default_factory=dict
    )
    exactly: int | None = None
    at_least: int | None = None
    at_most: int | None = None

    @field_validator("where", mode="before")
    @classmethod
    def _tests(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {key: value if isinstance(value, dict) else {"equals": value} for key, value in given.items()}


class Unchanged(Short):
    """Parts of the drawing are as they were in the starting one: collections, resources or fields."""

    main: ClassVar[str] = "paths"

    paths: Annotated[tuple[Text, ...], Field(min_length=1, max_length=40, json_schema_extra=or_single)]

    @field_validator("paths", mode="before")
    @classmethod
    def _several(cls, given: Any) -> Any:
        return [given] if isinstance(given, str) else given


class Edits(LanguagePart):
    """How many single changes lead from the starting drawing to the one that was handed in."""

    at_most: Annotated[int, Field(ge=0, le=1_000)]


class OpensNothing(LanguagePart):
    """No packet arrives that did not arrive in the starting drawing; where faults were put in, before them.

    Args:
        allow: flows that may be opened.
        ignore: VMs whose packets do not count, such as those that the task asks for.
    """

    allow: Annotated[tuple[Flow, ...], BeforeValidator(flows_of), Field(json_schema_extra=or_single)] = ()
    ignore: Annotated[tuple[Text, ...], Field(max_length=60)] = ()


class Refused(LanguagePart):
    """A change that the provider refuses: the changed drawing has a problem of this code.

    Args:
        code: of the problem, such as ``address-taken``.
        of: which drawing is changed.
    """

    changes: Changes
    code: Text | None = None
    of: Literal["start", "drawing"] = "drawing"
