"""Verbs about the drawing itself: prop, count, unchanged, refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from types import MappingProxyType
from typing import Any

import jsonpatch

from netcore.checks.diff import diff
from netcore.checks.grading import changing, names, places
from netcore.checks.grading.case import PASSED, CannotGrade, Case, Finding, failed
from netcore.checks.grading.names import Unknown, entry, find
from netcore.checks.grading.packets import measured
from netcore.checks.language.structure import KINDS, Count, Edits, OpensNothing, Prop, Refused, Unchanged
from netcore.checks.reading import compiled
from netcore.document.checks import ground
from netcore.document.models import Topology
from netcore.trace.effects import Effect
from netcore.trace.packet import Packet
from netcore.words import say, say_many

_NOTHING = object()

LENGTH = "length"
"""Behind a field of ``where``: not the prefix itself, but how many bits it fixes."""

_INSIDE = {
    "user_routes": "route",
    "security_rules": "rule",
    "configurations": "IP configuration",
    "guest_routes": "route of a guest",
    "tunnels": "tunnel",
    "route_server_peers": "peer of a route server",
    "learned_routes": "learned route",
}
"""What one of the ``KINDS`` inside other things is called."""

PACKETS = 200
"""Packets of each of two drawings that are compared."""

MOST_PLACES = 20
"""Places that a counterexample names at most."""

COMPARING = 100_000
"""Steps that comparing two drawings costs."""


def prop(part: Prop, case: Case) -> Finding:
    """Return whether a field, or each of them, passes the test."""
    topology = case.topology
    beside = _beside(case)
    found = list(values(topology, part.path, beside))
    if not found and part.given is not False:
        return failed(say("There is nothing at {path} in the drawing.", path=part.path))
    for path, value in found:
        there = value is not _NOTHING
        if not part.holds(value if there else None, there):
            message = say(
                "{place}: {shown}. It has {words}.",
                place=places.place(topology, path, beside),
                shown=places.value(value if there else None),
                words=part.words,
            )
            return Finding(0.0, _capital(message), case.place(path))
    return PASSED


def count(part: Count, case: Case) -> Finding:
    """Return whether as many things are drawn as may be."""
    things = _things(case.topology, part.of, _beside(case))
    found = [path for path, holder, one in things if _counts(part, holder, one)]
    number = len(found)
    wrong = (
        (part.exactly is not None and number != part.exactly)
        or (part.at_least is not None and number < part.at_least)
        or (part.at_most is not None and number > part.at_most)
    )
    if not wrong:
        return PASSED
    kind = say(_INSIDE.get(part.of) or ground.KINDS.get(part.of) or names.WORDS.get(part.of) or part.of)
    which = say("“{kind}”, as described,", kind=kind) if part.where else say("“{kind}”", kind=kind)
    message = say(
        "Of the kind {which} the drawing has {number}; it is to have {limit}.",
        which=which,
        number=number,
        limit=_limit(part),
    )
    return Finding(0.0, message, case.place(*found[:MOST_PLACES]))


def _beside(case: Case) -> dict[str, Mapping[str, Any]]:
    """Return the collections that lie beside the topology."""
    return {"controllers": case.drawing.controllers} if case.drawing is not None else {}


def _limit(part: Count) -> str:
    """Return how many there are to be: ``at least 1 and at most 3``."""
    if part.exactly is not None:
        return say("exactly {number}", number=part.exactly) if part.exactly else say("none")
    if part.at_most == 0:
        return say("none")
    least = None if part.at_least is None else say("at least {number}", number=part.at_least)
    most = None if part.at_most is None else say("at most {number}", number=part.at_most)
    return say("{least} and {most}", least=least, most=most) if least and most else least or most or ""


def unchanged(part: Unchanged, case: Case) -> Finding:
    """Return whether parts of the drawing are as they were at the start."""
    for path in part.paths:
        before, after = (_at(topology, path) for topology in (case.start.topology, case.topology))
        if before != after:
            return Finding(0.0, _capital(_other(case, path, before, after)), case.place(path))
    return PASSED


def refused(part: Refused, case: Case) -> Finding:
    """Return whether the provider refuses a change."""
    base = case if part.of == "drawing" else case.at_start()
    if base.problems:
        raise CannotGrade(say("The drawing has problems of its own: {text}", text=base.problems[0].text))
    after = changing.changed(base, part.changes)
    found = changing.first_problem(after.problems, part.code)
    if found is not None:
        return PASSED
    others = (
        say(" It has {code} instead.", code=after.problems[0].code)
        if after.problems
        else say(" It is accepted.")
    )
    reason = f" for {part.code}" if part.code else ""
    message = say(
        "With {words} the drawing is not refused{reason}.{others}",
        words=after.made.words,
        reason=reason,
        others=others,
    )
    return Finding(0.0, message, after.place())


def edits(part: Edits, case: Case) -> Finding:
    """Return whether no more single changes were made than may be."""
    before, after = (_plain(topology) for topology in (case.start.topology, case.topology))
    made = jsonpatch.make_patch(before, after).patch
    number = len(made)
    if number <= part.at_most:
        return PASSED
    message = say_many(
        "{count} thing is other than in the starting drawing; at most {at_most} may be.",
        "{count} things are other than in the starting drawing; at most {at_most} may be.",
        number,
        at_most=part.at_most,
    )
    places = sorted({"/".join(step["path"].split("/")[1:3]) for step in made})
    return Finding(0.0, message, case.place(*places[:MOST_PLACES]))


def opens_nothing(part: OpensNothing, case: Case) -> Finding:
    """Return whether no packet arrives that did not before, of those that stand for both drawings."""
    before, problems = compiled(case.healthy or case.start)
    if before is None:
        raise CannotGrade(say("The starting drawing has problems: {text}", text=problems[0].text))
    case.budget.spend(COMPARING)
    ignored = {end for name in part.ignore for end in names.ends(case.topology, name)}
    allowed = {_header(packet) for flow in part.allow for packet in names.packets(case.topology, flow)}
    opened = [
        change.packet
        for change in diff(before, case.network, limit=PACKETS).of(Effect.OPENED)
        if _header(change.packet) not in allowed
        and not ignored & {change.packet.source, change.packet.destination}
    ]
    if not opened:
        return PASSED
    smallest, packet = min(((measured(case, packet), packet) for packet in opened), key=lambda one: one[0])
    port = f"/{packet.destination_port}" if packet.destination_port else ""
    message = say(
        "{source} -> {destination} {protocol}{port} arrives, and did not before.",
        source=places.end(case.topology, packet.source),
        destination=places.end(case.topology, packet.destination),
        protocol=packet.protocol,
        port=port,
    )
    return Finding(0.0, message, case.counterexample(packet), smallest)


def _header(packet: Packet) -> tuple[str, str, str, int]:
    return packet.source, packet.destination, packet.protocol, packet.destination_port


def values(
    topology: Topology, path: str, beside: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
) -> Iterator[tuple[str, Any]]:
    """Yield the places that a path means and their values as plain data.

    Args:
        beside: collections that lie beside the topology.

    Raises:
        Unknown: a resource on the way is not drawn.
    """
    kind, *rest = path.strip("/").split("/")
    entries = beside.get(kind, getattr(topology, kind, None))
    if not isinstance(entries, dict):
        raise Unknown(say("A drawing has no {kind}.", kind=kind))
    if not rest:
        yield path, {key: _plain(one) for key, one in entries.items()}
        return
    if rest[0] == "*":
        keys = sorted(entries)
    elif kind in beside:
        keys = [find({key: one.name for key, one in entries.items()}, kind, rest[0])]
    else:
        keys = [entry(topology, kind, rest[0])]
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


def _things(
    topology: Topology, of: str, beside: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, str, Any]]:
    """Yield the things of a kind as plain data, each with its path and the id of what holds it."""
    collection, inner = KINDS.get(of, (of, ""))
    entries = beside.get(collection, getattr(topology, collection, None))
    if not isinstance(entries, dict):
        raise Unknown(say("A drawing has no {of}.", of=of))
    for key, one in sorted(entries.items()):
        raw = _plain(one)
        if not inner:
            yield f"{collection}/{key}", key, raw
            continue
        for part in inner.split("/"):
            raw = raw.get(part) or {}
        for name, held in raw.items():
            yield f"{collection}/{key}/{inner}/{name}", key, held


def _counts(part: Count, holder: str, one: Any) -> bool:
    for field, test in part.where.items():
        if field == "in":
            found: list[tuple[str, Any]] = [("", holder)]
        else:
            inner, _, last = field.rpartition("/")
            of_length = last == LENGTH and bool(inner)
            found = list(_below(one, (inner if of_length else field).split("/"), ""))
            if of_length:
                found = [(path, _length(value)) for path, value in found]
        if not any(
            test.holds(None if value is _NOTHING else value, value is not _NOTHING) for _, value in found
        ):
            return False
    return True


def _length(prefix: Any) -> Any:
    """Return how many bits of an address a prefix fixes; nothing where it is none, such as a service tag."""
    try:
        return ip_network(prefix).prefixlen if isinstance(prefix, str) else _NOTHING
    except ValueError:
        return _NOTHING


def _at(topology: Topology, path: str) -> Any:
    """Return the value at a path by ids, so that a thing that was replaced by another of its name differs."""
    try:
        return {place: None if value is _NOTHING else value for place, value in values(topology, path)}
    except Unknown:
        return None


def _other(case: Case, path: str, before: Any, after: Any) -> str:
    """Return what is other than it was, by the first place that differs."""
    where, was, now = _first_difference(before, after) or (path, before, after)
    whole = len(where.split("/")) == 2
    topology = case.start.topology if now is None else case.topology
    thing = places.place(topology, where)
    if whole and now is None:
        return say("{thing} of the starting drawing is gone.", thing=thing)
    if whole and was is None:
        return say("{thing} is not in the starting drawing.", thing=thing)
    return say("{thing} is not as it was in the starting drawing.", thing=thing)


def _first_difference(before: Any, after: Any, place: str = "") -> tuple[str, Any, Any] | None:
    """Return the innermost place of the first difference, with what was there and what is."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return None
    for key in sorted({**before, **after}):
        was, now = before.get(key), after.get(key)
        if was != now:
            here = f"{place}/{key}" if place else str(key)
            return _first_difference(was, now, here) or (here, was, now)
    return None


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _plain(one: Any) -> Any:
    return one.model_dump(mode="json", by_alias=True) if hasattr(one, "model_dump") else one
