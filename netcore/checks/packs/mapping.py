"""From the pack as it is written to one learner's: parameters, addresses, names, and back to another's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any

from netcore.checks.packs.models import Scalar, Variants
from netcore.document.values import Network
from netcore.failover.streams import Streams

_ADDRESS = re.compile(
    r"(?<![\w.:-])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})(?![\w:]|\.\d)"
)
_WORD = r"(?<![A-Za-z0-9_])(?:{})(?![A-Za-z0-9_])"
_PARAMETER = re.compile(r"\$([a-z][a-z0-9_]*)(?:\.([a-z][a-z0-9_]*))?")


def drawn(seed: int, name: str, count: int) -> int:
    """Return a number below ``count``: 0 for seed 0, which is the pack as it is written."""
    return 0 if seed == 0 else int(Streams(seed, 0).uniform(name) * count)


class Mapper:
    """Rewrites texts and plain data: addresses of some prefixes to others, and words to others.

    Args:
        prefixes: pairs of prefixes of one length; the bits behind it stay.
        names: word -> word; a word ends where no letter, digit or underscore follows.
        parameters: values of ``$name``.
    """

    def __init__(
        self,
        prefixes: tuple[tuple[Network, Network], ...] = (),
        names: Mapping[str, str] | None = None,
        parameters: Mapping[str, Scalar | Mapping[str, Scalar]] | None = None,
    ) -> None:
        self.prefixes = tuple((old, new) for old, new in prefixes if old != new)
        self.names = {old: new for old, new in (names or {}).items() if old != new}
        self.parameters: dict[str, Any] = dict(parameters or {})
        longest = sorted(self.names, key=lambda word: (-len(word), word))
        self._words = re.compile(_WORD.format("|".join(map(re.escape, longest)))) if longest else None

    def text(self, text: str) -> str:
        """Return a text rewritten."""
        if self.parameters:
            text = _PARAMETER.sub(lambda found: str(self._value(found)), text)
        if self._words is not None:
            text = self._words.sub(lambda found: self.names[found[0]], text)
        return _ADDRESS.sub(self._address, text) if self.prefixes else text

    def data(self, value: Any) -> Any:
        """Return plain data rewritten, keys too; a text that is one parameter becomes its value."""
        if isinstance(value, str):
            whole = _PARAMETER.fullmatch(value) if self.parameters else None
            return self._value(whole) if whole else self.text(value)
        if isinstance(value, dict):
            return {self.text(key): self.data(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [self.data(entry) for entry in value]
        return value

    def _value(self, found: re.Match[str]) -> Any:
        value = self.parameters.get(found[1], found[0])
        if isinstance(value, Mapping):
            return value.get(found[2], found[0]) if found[2] else value
        return value if value == found[0] or not found[2] else f"{value}.{found[2]}"

    def _address(self, found: re.Match[str]) -> str:
        try:
            address = ip_address(found[0])
        except ValueError:
            return found[0]
        for old, new in self.prefixes:
            if address.version == old.version and address in old:
                bits = int(address) - int(old.network_address)
                return str(type(address)(int(new.network_address) + bits))
        return found[0]


def mapper(rules: Variants, seed: int) -> Mapper:
    """Return what turns the pack as it is written into the variant of a seed."""
    prefixes = tuple(
        (
            rule.prefix,
            rule.prefix if seed == 0 else rule.to[drawn(seed, f"address|{rule.prefix}", len(rule.to))],
        )
        for rule in rules.addresses
    )
    names: dict[str, str] = {}
    for word, others in rules.names.items():
        free = [other for other in others if other not in names.values()] or [word]
        names[word] = word if seed == 0 else free[drawn(seed, f"name|{word}", len(free))]
    parameters: dict[str, Scalar | Mapping[str, Scalar]] = {
        name: values[drawn(seed, f"parameter|{name}", len(values))]
        for name, values in rules.parameters.items()
    }
    return Mapper(prefixes, names, parameters)


def between(rules: Variants, one: int, other: int) -> Mapper:
    """Return what turns a drawing of one variant into the same drawing of another; parameters stay."""
    a, b = _choices(rules, one), _choices(rules, other)
    prefixes = tuple((a[0][prefix], b[0][prefix]) for prefix in a[0])
    return Mapper(prefixes, {a[1][word]: b[1][word] for word in a[1]})


def _choices(rules: Variants, seed: int) -> tuple[dict[Network, Network], dict[str, str]]:
    made = mapper(rules, seed)
    prefixes = {rule.prefix: rule.prefix for rule in rules.addresses} | dict(made.prefixes)
    return prefixes, {word: made.names.get(word, word) for word in rules.names}


def shuffled(document: dict[str, Any], seed: int) -> dict[str, Any]:
    """Return a document whose resources stand in another order; the same for seed 0."""
    if seed == 0:
        return document
    streams = Streams(seed, 0)

    def order(collection: str) -> Callable[[str], float]:
        return lambda key: streams.uniform(f"order|{collection}|{key}")

    topology = {
        name: {key: entries[key] for key in sorted(entries, key=order(name))}
        if isinstance(entries, dict)
        else entries
        for name, entries in document.get("topology", {}).items()
    }
    return {**document, "topology": topology}
