"""What a drawing is like, whatever its things are called and whichever addresses they have.

Each thing has a form: what is set at it, and the forms of what it leads to, two steps far. Ids, names and the
digits of addresses are no part of it; which thing an id or an address stands for is. A form hangs on nothing
that leads to its thing, so a drawing with something added keeps all the forms it had.

Some things tell more than others. Plain ones, such as a VM with nothing set at it, stand in every drawing;
telling ones are all the rest. A small drawing is told from others by its telling things alone, each counted,
so that a copy with a few things added or taken away is known, and plain drawings of one size are not. One
that has few of them is told by the ids that somebody chose for its things, where these were not replaced.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from ipaddress import ip_network
from typing import Any, Final, NamedTuple

import netcore

MOST_THINGS: Final = 500
"""A larger drawing has no shape here: nobody redraws one by hand."""

_NAMES: Final = frozenset({"name", "mac", "description"})
_FREE: Final = _NAMES | {
    "zone",
    "vnet",
    "subnet",
    "vm",
    "address_space",
    "prefixes",
    "configurations",
    "address",
}
"""What is set at plain things too: what they are called, where they stand, and which addresses they have."""

_COUNTED: Final = re.compile(
    r"^(vnet|vpc|hub|spoke|subnet|vm|nic|host|note|table|route-table|group|nsg|fw|firewall|nva|appliance|"
    r"router|gateway|balancer|lb|site|server|client)(-?\d+)?(-nic)?(-?\d+)?$"
)
"""Ids as they are made where nobody chooses one, and such that everybody would choose."""

_STEPS: Final = 2
_ADDRESS: Final = re.compile(r"^[0-9A-Fa-f.:]{2,45}(/\d{1,3})?$")

Thing = tuple[str, str]
"""Collection and id."""


class Drawn(NamedTuple):
    """By what a drawing is known; all is empty where it has too many things, or none.

    Args:
        forms: the different forms of its things.
        telling: the forms of its telling things, counted.
        named: each thing whose id somebody chose, as one digest of its id and its form.
        things: how many it has.
    """

    forms: set[str]
    telling: Counter[str]
    named: set[str]
    things: int


def drawn(document: Any) -> Drawn:
    """Return by what a drawing is known."""
    forms = _forms_of(document)
    return Drawn(
        forms=set(forms.values()),
        telling=Counter(form for thing, form in forms.items() if _tells(document, *thing)),
        named={_digest([*thing, form]) for thing, form in forms.items() if not _COUNTED.match(thing[1])},
        things=len(forms),
    )


def shape(document: Any) -> set[str]:
    """Return the different forms of the things of a drawing; empty where it has too many things, or none."""
    return drawn(document).forms


def _forms_of(document: Any) -> dict[Thing, str]:
    topology = document.get("topology") if isinstance(document, dict) else None
    things: dict[Thing, Any] = {
        (collection, key): entry
        for collection, entries in (topology or {}).items()
        if isinstance(entries, dict)
        for key, entry in entries.items()
    }
    return {} if len(things) > MOST_THINGS else _Shape(things).forms()


def _tells(document: Any, collection: str, key: str) -> bool:
    """Return whether a thing has something set that plain ones have not, or its kind always tells."""
    entry, usual = document["topology"][collection][key], _usual().get(collection)
    if usual is None or not isinstance(entry, dict):
        return True
    return any(value and field not in _FREE and value != usual.get(field) for field, value in entry.items())


@cache
def _usual() -> dict[str, Any]:
    """Return a plain thing of each kind that has such, as a document has it that leaves all fields out."""
    plain: dict[str, Any] = {
        "vnets": {"name": "v", "address_space": ["10.0.0.0/16"]},
        "subnets": {"name": "s", "vnet": "x", "prefixes": ["10.0.0.0/24"]},
        "vms": {"name": "m"},
        "nics": {"name": "n", "vm": "x", "subnet": "x", "configurations": {"ip1": {"address": "10.0.0.4"}}},
        "hosts": {"name": "h", "address": "198.51.100.10"},
    }
    topology = {collection: {"x": entry} for collection, entry in plain.items()}
    read = netcore.load({"schema": 1, "name": "plain", "profile": "azure-2026", "topology": topology})
    return {
        collection: entries["x"] for collection, entries in netcore.dump(read)["topology"].items() if entries
    }


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
