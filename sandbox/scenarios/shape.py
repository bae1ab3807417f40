"""What a drawing is like, whatever its things are called and whichever addresses they have.

Each thing has a form: what is set at it, and the forms of what it leads to, two steps far. Ids, names and the
digits of addresses are no part of it; which thing an id or an address stands for is. A form hangs on nothing
that leads to its thing, so a drawing with something added keeps all the forms it had.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any, Final

MOST_THINGS: Final = 500
"""A larger drawing has no shape here: nobody redraws one by hand."""

_STEPS: Final = 2
_NAMES: Final = frozenset({"name", "mac", "description"})
_ADDRESS: Final = re.compile(r"^[0-9A-Fa-f.:]{2,45}(/\d{1,3})?$")

Thing = tuple[str, str]
"""Collection and id."""


def shape(document: Any) -> set[str]:
    """Return the different forms of the things of a drawing; empty where it has too many things, or none."""
    topology = document.get("topology") if isinstance(document, dict) else None
    things: dict[Thing, Any] = {
        (collection, key): entry
        for collection, entries in (topology or {}).items()
        if isinstance(entries, dict)
        for key, entry in entries.items()
    }
    if len(things) > MOST_THINGS:
        return set()
    return set(_Shape(things).forms().values())


def is_address(text: str) -> bool:
    """Return whether a text is an address or a prefix."""
    if not _ADDRESS.match(text):
        return False
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


class _Shape:
    """The things of one drawing, and who holds which address."""

    def __init__(self, things: dict[Thing, Any]) -> None:
        self.things = things
        collections = {collection for collection, _ in things}
        self.singular = {collection.removesuffix("s"): collection for collection in collections}
        self.holders: dict[str, list[Thing]] = {}
        for thing, entry in things.items():
            for field, text in _texts(entry, ""):
                if field in ("address", "addresses", "instances", "prefixes") and is_address(text):
                    self.holders.setdefault(text, []).append(thing)

    def forms(self) -> dict[Thing, str]:
        """Return the form of each thing."""
        found = {
            thing: _digest([thing[0], self._plain(entry, "", _own(entry))])
            for thing, entry in self.things.items()
        }
        leads = {thing: sorted(self._leads(thing, entry)) for thing, entry in self.things.items()}
        for _ in range(_STEPS):
            found = {
                thing: _digest([form, *sorted(found[there] for there in leads[thing])])
                for thing, form in found.items()
            }
        return found

    def _leads(self, thing: Thing, entry: Any) -> set[Thing]:
        """Return the things that the ids and addresses at one thing stand for."""
        own = _own(entry)
        found: set[Thing] = set()
        for field, text in _texts(entry, ""):
            if is_address(text):
                found.update(self.holders.get(text, ()))
            elif text not in own and (there := self._meant(field, text)):
                found.add(there)
        return found - {thing}

    def _meant(self, field: str, text: str) -> Thing | None:
        """Return the thing that a text names: by its path, or in the collection its field is called by."""
        collection, _, key = text.partition("/")
        if (collection, key) in self.things:
            return collection, key
        word = field.removesuffix("s")
        ends = [singular for singular in self.singular if word.endswith(singular)]
        there = (self.singular[max(ends, key=len)], text) if ends else None
        return there if there in self.things else None

    def _plain(self, value: Any, field: str, own: set[str]) -> Any:
        """Return what is set, without ids, names and digits of addresses."""
        if isinstance(value, dict):
            if _keyed(value):
                return sorted((self._plain(entry, field, own) for entry in value.values()), key=_digest)
            kept = ((key, entry) for key, entry in value.items() if key not in _NAMES)
            return {key: self._plain(entry, key, own) for key, entry in kept}
        if isinstance(value, list):
            return sorted((self._plain(entry, field, own) for entry in value), key=_digest)
        if not isinstance(value, str):
            return value
        if is_address(value):
            network = ip_network(value, strict=False)
            return f"{network.version}/{network.prefixlen}"
        return "(a thing)" if value in own or self._meant(field, value) else value


def _keyed(value: dict[str, Any]) -> bool:
    """Return whether the keys of a dict are ids that somebody chose: all that is behind them are things."""
    return bool(value) and all(isinstance(entry, dict) for entry in value.values())


def _own(entry: Any) -> set[str]:
    """Return the ids inside a thing."""
    found: set[str] = set()
    left = [entry]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            found.update(one if _keyed(one) else ())
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)
    return found


def _texts(value: Any, field: str) -> Iterator[tuple[str, str]]:
    """Yield each text with the field that it is in."""
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, dict):
        inside = _keyed(value)
        for key, entry in value.items():
            yield from _texts(entry, field if inside else key)
    elif isinstance(value, list):
        for entry in value:
            yield from _texts(entry, field)


def _digest(value: Any) -> str:
    return hashlib.blake2b(json.dumps(value, sort_keys=True).encode(), digest_size=8).hexdigest()
