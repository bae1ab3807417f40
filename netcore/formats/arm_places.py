"""Names of resources: ids, scopes, and what the file does not say about them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from netcore.formats.arm_syntax import ExpressionError
from netcore.words import say

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
TENANT = "11111111-1111-1111-1111-111111111111"
GROUP = "imported"
LOCATION = "westeurope"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a deployment goes: subscription and resource group."""

    subscription: str = SUBSCRIPTION
    group: str = GROUP

    @property
    def prefix(self) -> str:
        """Return the id of the resource group."""
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"


@dataclass(frozen=True, slots=True)
class Ref:
    """A resource id taken apart; type and names are lower case, ``name`` is as written."""

    type: str
    names: tuple[str, ...]
    name: str

    @property
    def parent(self) -> str:
        """Return the name of the first part as lower case: the virtual network of a subnet."""
        return self.names[0] if self.names else ""


def parse_id(text: str) -> Ref | None:
    """Return the parts of ``.../providers/Namespace/type/name[/type/name]...``, or None."""
    _, mark, tail = text.rpartition("/providers/")
    if not mark:
        _, mark, tail = text.lower().rpartition("/providers/")
        if not mark:
            return None
    parts = [part for part in tail.split("/") if part]
    if len(parts) < 3:
        return None
    types, names = [parts[0], *parts[1::2]], parts[2::2]
    return Ref("/".join(types[: len(names) + 1]).lower(), tuple(n.lower() for n in names), names[-1])


def make_id(prefix: str, kind: str, name: str) -> str:
    """Return the id of a resource of type ``Namespace/a/b`` with the name ``x/y``."""
    namespace, *types = kind.strip("/").split("/")
    names = [part for part in name.split("/") if part]
    if len(names) != len(types):
        raise ExpressionError(
            say(
                "the type {kind} needs {count} names, got {count_2}",
                kind=kind[:80],
                count=len(types),
                count_2=len(names),
            )
        )
    tail = "".join(f"/{t}/{n}" for t, n in zip(types, names, strict=True))
    return f"{prefix}/providers/{namespace}{tail}"


def resource_id(arguments: list[str], place: Place, level: str = "group") -> str:
    """Return what ``resourceId`` and its kin make of their arguments.

    Args:
        arguments: ``[subscription,] [group,] type, name...``.
        level: ``group``, ``subscription`` or ``tenant``.

    Raises:
        ExpressionError: no argument is a type with as many names behind it as it needs.
    """
    texts = [str(argument) for argument in arguments]
    kinds = [at for at, text in enumerate(texts) if re.match(r"/*[^/.]+\.[^/]*/", text)]
    if not kinds:
        raise ExpressionError(say("there is no resource type among the arguments"))
    at = kinds[0]
    kind = texts[at].strip("/")
    before, name = texts[:at], "/".join(t.strip("/") for t in texts[at + 1 :])
    if level == "tenant":
        return make_id("", kind, name)
    if level == "subscription":
        return make_id(f"/subscriptions/{before[0] if before else place.subscription}", kind, name)
    group = before[-1] if before else place.group
    subscription = before[-2] if len(before) > 1 else place.subscription
    return make_id(Place(subscription, group).prefix, kind, name)
