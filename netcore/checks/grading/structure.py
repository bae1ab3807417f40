"""Verbs about the drawing itself: prop, count, unchanged, refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonpatch

from netcore.checks.diff import diff
from netcore.checks.grading import changing, names
from netcore.checks.grading.case import PASSED, CannotGrade, Case, Finding, failed
from netcore.checks.grading.names import Unknown, entry
from netcore.checks.language.structure import KINDS, Count, Edits, OpensNothing, Prop, Refused, Unchanged
from netcore.checks.reading import compiled
from netcore.document.models import Topology
from netcore.trace.effects import Effect
from netcore.trace.packet import Packet

_NOTHING = object()

PACKETS = 200
"""Packets of each of two drawings that are compared."""

COMPARING = 100_000
"""Steps that comparing two drawings costs."""


def prop(part: Prop, case: Case) -> Finding:
    """Return whether a field, or each of them, passes the test."""
    found = list(values(case.topology, part.path))
    if not found and part.given is not False:
        return failed(f"There is nothing at {part.path} in the drawing.")
    for path, value in found:
        there = value is not _NOTHING
        if not part.holds(value if there else None, there):
            shown = "absent" if not there or value is None else value
            return failed(f"{path} is {shown}; it has {part.words}.")
    return PASSED


def count(part: Count, case: Case) -> Finding:
    """Return whether as many things are drawn as may be."""
    number = sum(_counts(part, holder, one) for holder, one in _things(case.topology, part.of))
    wrong = (
        (part.exactly is not None and number != part.exactly)
        or (part.at_least is not None and number < part.at_least)
        or (part.at_most is not None and number > part.at_most)
    )
    if not wrong:
        return PASSED
    asked = [
        f"{words} {limit}"
        for words, limit in (
            ("exactly", part.exactly),
            ("at least", part.at_least),
            ("at most", part.at_most),
        )
        if limit is not None
    ]
    where = " of this kind" if part.where else ""
    return failed(
        f"There are {number} {part.of.replace('_', ' ')}{where}; {' and '.join(asked)} are asked for."
    )


def unchanged(part: Unchanged, case: Case) -> Finding:
    """Return whether parts of the drawing are as they were at the start."""
    for path in part.paths:
        before, after = (_at(topology, path) for topology in (case.start.topology, case.topology))
        if before != after:
            where = _first_difference(before, after)
            return failed(f"{path}{where} is not as it was in the starting drawing.")
    return PASSED


def refused(part: Refused, case: Case) -> Finding:
    """Return whether the provider refuses a change."""
    base = case if part.of == "drawing" else case.at_start()
    if base.problems:
        raise CannotGrade(f"The drawing has problems of its own: {base.problems[0].text}")
    after = changing.changed(base, part.changes)
    found = changing.first_problem(after.problems, part.code)
    if found is not None:
        return PASSED
    others = f" It has {after.problems[0].code} instead." if after.problems else " It is accepted."
    reason = f" for {part.code}" if part.code else ""
    return failed(f"With {after.made.words} the drawing is not refused{reason}.{others}")


def edits(part: Edits, case: Case) -> Finding:
    """Return whether no more single changes were made than may be."""
    before, after = (_plain(topology) for topology in (case.start.topology, case.topology))
    number = len(jsonpatch.make_patch(before, after).patch)
    if number <= part.at_most:
        return PASSED
    return failed(f"{number} things are other than in the starting drawing; at most {part.at_most} may be.")


def opens_nothing(part: OpensNothing, case: Case) -> Finding:
    """Return whether no packet arrives that did not before, of those that stand for both drawings."""
    before, problems = compiled(case.healthy or case.start)
    if before is None:
        raise CannotGrade(f"The starting drawing has problems: {problems[0].text}")
    case.budget.spend(COMPARING)
    ignored = {end for name in part.ignore for end in names.ends(case.topology, name)}
    allowed = {_header(packet) for flow in part.allow for packet in names.packets(case.topology, flow)}
    for change in diff(before, case.network, limit=PACKETS).of(Effect.OPENED):
        packet = change.packet
        if _header(packet) not in allowed and not ignored & {packet.source, packet.destination}:
            port = f"/{packet.destination_port}" if packet.destination_port else ""
            flow = f"{packet.source} -> {packet.destination} {packet.protocol}{port}"
            message = f"{flow} arrives, and did not before."
            return Finding(0.0, message, case.counterexample(packet))
    return PASSED


def _header(packet: Packet) -> tuple[str, str, str, int]:
    return packet.source, packet.destination, packet.protocol, packet.destination_port


def values(topology: Topology, path: str) -> Iterator[tuple[str, Any]]:
    """Yield the places that a path means and their values as plain data.

    Raises:
        Unknown: a resource on the way is not drawn.
    """
    kind, *rest = path.strip("/").split("/")
    entries = getattr(topology, kind, None)
    if not isinstance(entries, dict):
        raise Unknown(f"A drawing has no {kind}.")
    if not rest:
        yield path, {key: _plain(one) for key, one in entries.items()}
        return
    keys = sorted(entries) if rest[0] == "*" else [entry(topology, kind, rest[0])]
    for key in keys:
        yield from _below(_plain(entries[key]), rest[1:], f"{kind}/{key}")


def _below(value: Any, rest: list[str], path: str) -> Iterator[tuple[str, Any]]:
    if not rest:
        yield path, value
        return
    first, *others = rest
    if first == "*" and isinstance(value, dict):
        for key in sorted(value):
            yield from _below(value[key], others, f"{path}/{key}")
    elif first == "*" and isinstance(value, list):
        for number, one in enumerate(value):
            yield from _below(one, others, f"{path}/{number}")
    elif first != "*" and isinstance(value, dict) and first in value:
        yield from _below(value[first], others, f"{path}/{first}")
    elif first != "*":
        yield f"{path}/{'/'.join(rest)}", _NOTHING


def _things(topology: Topology, of: str) -> Iterator[tuple[str, Any]]:
    """Yield the things of a kind as plain data, each with the id of what holds it."""
    collection, inner = KINDS.get(of, (of, ""))
    entries = getattr(topology, collection, None)
    if not isinstance(entries, dict):
        raise Unknown(f"A drawing has no {of}.")
    for key, one in sorted(entries.items()):
        raw = _plain(one)
        if not inner:
            yield key, raw
            continue
        for part in inner.split("/"):
            raw = raw.get(part) or {}
        for held in raw.values():
            yield key, held


def _counts(part: Count, holder: str, one: Any) -> bool:
    for field, test in part.where.items():
        if field == "in":
            found: list[tuple[str, Any]] = [("", holder)]
        else:
            found = list(_below(one, field.split("/"), ""))
        if not any(
            test.holds(None if value is _NOTHING else value, value is not _NOTHING) for _, value in found
        ):
            return False
    return True


def _at(topology: Topology, path: str) -> Any:
    """Return the value at a path by ids, so that a thing that was replaced by another of its name differs."""
    try:
        return {place: None if value is _NOTHING else value for place, value in values(topology, path)}
    except Unknown:
        return None


def _first_difference(before: Any, after: Any, place: str = "") -> str:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({**before, **after}):
            if before.get(key) != after.get(key):
                inner = _first_difference(before.get(key), after.get(key), f"{place}/{key}")
                return inner if place else f" ({inner.lstrip('/')})"
    return place


def _plain(one: Any) -> Any:
    return one.model_dump(mode="json", by_alias=True) if hasattr(one, "model_dump") else one
