"""Edits of a drawing as people write them, and whether what they make is a drawing at all.

An edit touches one entry of one collection as a rule, so only that entry is read anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from netcore.document.checks import check
from netcore.document.checks.ground import Ground
from netcore.document.faults import Edit
from netcore.document.models import Scenario, Topology
from netcore.errors import NotModelled
from netcore.failover.timing import override_error
from netcore.profiles import PROFILES
from netcore.profiles.switches import choices
from netcore.profiles.timing_variants import TIMING_PROFILES
from netcore.words import say

Raw = dict[str, Any]


@cache
def ground() -> Ground:
    """Return what a topology and its traffic stand on; of designs only faults speak, which are not asked."""
    addresses = {key: profile.addresses for key, profile in PROFILES.items()}
    providers = {key: profile.drawing for key, profile in PROFILES.items()}
    switches = {key: choices(profile) for key, profile in PROFILES.items()}
    return Ground(addresses, TIMING_PROFILES, providers, switches, override_error)


def edited(scenario: Scenario, edits: Sequence[Edit]) -> Scenario:
    """Return the scenario after edits, in their order.

    Raises:
        NotModelled: an edit leads nowhere, or what it makes is no scenario; the message says which.
    """
    ways = [_way(edit.pointer) for edit in edits]
    narrow = all(way[0] == "topology" and len(way) > 2 and way[1] in Topology.model_fields for way in ways)
    raw = _touched(scenario, ways) if narrow else _raw(scenario)
    for way, edit in zip(ways, edits, strict=True):
        _apply(raw, way, edit)
    if narrow:
        return _merged(scenario, raw["topology"], ways)
    try:
        return Scenario.model_validate(raw)
    except ValidationError as error:
        raise _refusal(error, "") from error


def _refusal(error: ValidationError, above: str) -> NotModelled:
    found = error.errors(include_url=False, include_context=False)[0]
    place = above + "".join(f"/{part}" for part in found["loc"])
    return NotModelled(
        say("The edits of the fault make no drawing: at {place}, {found}.", place=place, found=found["msg"])
    )


def sound(scenario: Scenario, when: str) -> None:
    """Refuse a drawing that has problems after edits.

    Args:
        when: the time and the edits, as the beginning of a sentence.

    Raises:
        NotModelled: it has; the message tells the first.
    """
    # Faults name what is there before the edits, and positions make no packet go elsewhere.
    problems = check(scenario.model_copy(update={"faults": {}, "layout": {}}), ground())
    if problems:
        raise NotModelled(
            say("{when} make a drawing that cannot be played. {text}", when=when, text=problems[0].text)
        )


def _way(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.removeprefix("/").split("/")]


def _raw(part: Any) -> Raw:
    raw: Raw = part.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return raw


def _touched(scenario: Scenario, ways: Sequence[Sequence[str]]) -> Raw:
    """Return the entries that edits touch, as plain data of a document that has no others."""
    topology: Raw = {}
    for _, collection, key, *_ in ways:
        there = getattr(scenario.topology, collection)
        if there:
            topology.setdefault(collection, {})
        if key in there:
            topology[collection][key] = _adapter(collection).dump_python(
                {key: there[key]}, mode="json", by_alias=True, exclude_unset=True
            )[key]
    return {"topology": topology}


def _merged(scenario: Scenario, topology: Raw, ways: Sequence[Sequence[str]]) -> Scenario:
    collections: dict[str, Any] = {}
    for collection, entries in topology.items():
        there = getattr(scenario.topology, collection)
        touched = {key for _, name, key, *_ in ways if name == collection}
        try:
            made = _adapter(collection).validate_python(entries)
        except ValidationError as error:
            raise _refusal(error, f"/topology/{collection}") from error
        # An entry that changes keeps its place.
        kept = {key: made.get(key, part) for key, part in there.items() if key not in touched or key in made}
        collections[collection] = {**kept, **made}
    after = scenario.topology.model_copy(update=collections)
    return scenario.model_copy(update={"topology": after})


@cache
def _adapter(collection: str) -> TypeAdapter[Any]:
    """Return what reads and writes one collection of a topology."""
    annotation: Any = Topology.model_fields[collection].annotation
    return TypeAdapter(annotation)


def _apply(raw: Raw, way: Sequence[str], edit: Edit) -> None:
    *before, last = way
    there: Any = raw
    for part in before:
        if not isinstance(there, dict) or (part not in there and edit.value is None):
            raise NotModelled(
                say(
                    "The edit at {pointer} leads nowhere: there is no {part}.",
                    pointer=edit.pointer,
                    part=part,
                )
            )
        there = there.setdefault(part, {})
    if not isinstance(there, dict):
        raise NotModelled(
            say("The edit at {pointer} leads into a value that has no fields.", pointer=edit.pointer)
        )
    if edit.value is None:
        there.pop(last, None)
    else:
        there[last] = edit.value
