"""Reading properties: names ignore case, and what could not be worked out becomes a note once."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

from netcore.document.values import Address, Network
from netcore.formats.arm_expressions import Deferred, Value
from netcore.formats.arm_notes import Notes
from netcore.words import say


class Props:
    """An object of a template, worked out."""

    def __init__(self, value: Value, notes: Notes, label: str) -> None:
        self.notes = notes
        self.label = label
        if isinstance(value, Deferred):
            notes.add(
                "unclear", label, say("Its properties cannot be worked out: {reason}.", reason=value.reason)
            )
        self.data: dict[str, Any] = value if isinstance(value, dict) else {}

    def raw(self, name: str) -> Value:
        """Return a field as it is, or None; a note when it could not be worked out."""
        value = self.data.get(name)
        if value is None:
            folded = name.lower()
            value = next((v for k, v in self.data.items() if k.lower() == folded), None)
        if isinstance(value, Deferred):
            self.notes.add(
                "unclear",
                self.label,
                say("{name} cannot be worked out: {reason}.", name=name, reason=value.reason),
            )
            return None
        return value

    def sub(self, name: str) -> Props:
        """Return an object; an empty one where there is none."""
        return Props(self.raw(name), self.notes, self.label)

    def objects(self, name: str) -> list[Props]:
        """Return the objects of a list."""
        return [item for item in self.slots(name) if item.data]

    def slots(self, name: str) -> list[Props]:
        """Return the items of a list in their places: empty objects stand for items that are not objects."""
        value = self.raw(name)
        if isinstance(value, dict):
            value = [value]
        if not isinstance(value, list):
            return []
        return [Props(item, self.notes, self.label) for item in value]

    def text(self, name: str) -> str:
        """Return a string (numbers as text), or the empty string."""
        value = self.raw(name)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return ""
        return str(value).strip()

    def texts(self, *names: str) -> list[str]:
        """Return the strings of all the fields, each a string or a list of strings, without repetition."""
        found: dict[str, None] = {}
        for name in names:
            value = self.raw(name)
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, Deferred):
                    self.notes.add(
                        "unclear",
                        self.label,
                        say("{name} cannot be worked out: {reason}.", name=name, reason=item.reason),
                    )
                elif isinstance(item, str | int) and not isinstance(item, bool) and str(item).strip():
                    found.update(dict.fromkeys(part.strip() for part in str(item).split(",") if part.strip()))
        return list(found)

    def number(self, name: str) -> int | None:
        """Return a whole number, or None."""
        value = self.raw(name)
        if isinstance(value, str) and value.strip().lstrip("-").isdigit() and len(value) < 12:
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e15:
            return None
        return int(value)

    def flag(self, name: str) -> bool | None:
        """Return true, false, or None where it is not said."""
        value = self.raw(name)
        if isinstance(value, str) and value.lower() in ("true", "false", "enabled", "disabled"):
            return value.lower() in ("true", "enabled")
        return value if isinstance(value, bool) else None

    def ref(self, name: str) -> str:
        """Return the id a field refers to (``{"id": ...}`` or the id itself), or the empty string."""
        value = self.raw(name)
        if isinstance(value, dict):
            return Props(value, self.notes, self.label).text("id")
        return value if isinstance(value, str) else ""

    def refs(self, name: str) -> list[str]:
        """Return the ids a list of ``{"id": ...}`` refers to."""
        return [text for item in self.objects(name) if (text := item.text("id"))]

    def address(self, name: str) -> Address | None:
        """Return an address, or None with a note where the text is none."""
        text = self.text(name)
        if not text:
            return None
        try:
            return ip_address(text)
        except ValueError:
            self.notes.add(
                "unclear", self.label, say("{name} is {text!r}, not an address.", name=name, text=text[:60])
            )
            return None

    def prefixes(self, *names: str) -> list[Network]:
        """Return the prefixes of the fields; bits behind the length are cut off, with a note."""
        found = []
        for text in self.texts(*names):
            network = to_prefix(text)
            if network is None:
                self.notes.add("unclear", self.label, say("{text!r} is not a prefix.", text=text[:60]))
                continue
            if str(network).split("/")[0] != text.split("/")[0].lower() and network.version == 4:
                self.notes.add(
                    "assumed", self.label, say("{text} is written as {network}.", text=text, network=network)
                )
            found.append(network)
        return found


def to_prefix(text: str) -> Network | None:
    """Return the network a prefix or an address names, or None."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
