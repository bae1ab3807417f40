"""From pydantic's errors to problems: the pointer into the drawing, what is there, what belongs there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from netcore.document.part import Part
from netcore.document.problems import MAX_PROBLEMS, Report, pointer
from netcore.document.values import SEEN
from netcore.words import say

_PATTERNS = {
    r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$": "an id: a letter or digit, then up to 79 of letters, digits, _ . -",
    r"^([0-9a-f]{2}:){5}[0-9a-f]{2}$": "a MAC address in lower case, such as 00:0d:3a:12:34:56",
    r"^(\*|[0-9]{1,5}(-[0-9]{1,5})?)$": "*, a port such as 443, or a range such as 1000-2000",
    r"^(tcp|udp|icmp|icmpv6|esp|ah|gre|ipip|[0-9]{1,3})$": (
        "tcp, udp, icmp, icmpv6, esp, ah, gre, ipip, or a protocol number as text"
    ),
    SEEN: "text with at least one character that can be seen",
    r"^(\*|tcp|udp|icmp|esp|ah)$": "*, tcp, udp, icmp, esp or ah",
}

_TYPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "tuple_type": "a list",
    "list_type": "a list",
}

_FACTS = (
    (re.compile(r"/routes/[^/]+/next_hop_type$"), "D40"),
    (re.compile(r"^/topology/security_groups/[^/]+/rules/[^/]+/(priority|protocol|access|direction)$"), "F3"),
    (re.compile(r"/probes/[^/]+/interval_s$"), "J7"),
)


_GUESSES = 100
"""Problems after which nobody looks for a similar field name; looking is slow."""


def report_shape(error: ValidationError, raw: Any, report: Report) -> None:
    """Report everything that is wrong with the shape of a document, one problem per place."""
    by_place: dict[tuple[object, ...], list[ErrorDetails]] = {}
    for details in error.errors(include_url=False):
        by_place.setdefault(_place(details, raw), []).append(details)
    places = sorted(by_place.items(), key=lambda item: [str(part) for part in item[0]])
    for path, found in places[:MAX_PROBLEMS]:
        _report_place(path, found, raw, report)
    report.more += len(places[MAX_PROBLEMS:])


def _place(details: ErrorDetails, raw: Any) -> tuple[object, ...]:
    """Return the path of an error in the drawing; pydantic adds names of union members behind it."""
    path: list[object] = []
    at = raw
    for part in details["loc"]:
        inside = part < len(at) if isinstance(at, list) and isinstance(part, int) else False
        if inside or (isinstance(at, dict) and part in at):
            at = at[part]
        elif details["type"] == "missing" and part == details["loc"][-1]:
            pass
        else:
            break
        path.append(part)
    return tuple(path)


def _report_place(path: tuple[object, ...], found: Sequence[ErrorDetails], raw: Any, report: Report) -> None:
    first = found[0]
    kind = first["type"]
    value = first["input"]
    fact = next((fact for pattern, fact in _FACTS if pattern.search(pointer(path))), None)
    if kind == "missing":
        expected = say("the field {path}", path=path[-1] if path else "").strip()
        report.add("missing-field", path, say("nothing"), expected, say("Add the field."), fact)
        return
    if kind == "extra_forbidden":
        _report_unknown(path, raw, report)
        return
    if first["loc"] and first["loc"][-1] == "[key]":
        hint = say("Ids are the keys of the maps; choose another one.")
        report.add("bad-id", path, shown(path[-1]), _expected(first), hint)
        return
    expected = say(" or ").join(dict.fromkeys(_expected(details) for details in found))
    code = "wrong-type" if all(details["type"] in _TYPES for details in found) else "bad-value"
    report.add(code, path, shown(value), expected, _hint(first, expected), fact)


def _report_unknown(path: tuple[object, ...], raw: Any, report: Report) -> None:
    report.add(
        "unknown-field",
        path,
        say("the field {path}", path=path[-1]),
        say("only fields that a scenario has"),
        (len(report.found) < _GUESSES and _similar(path)) or say("Remove the field."),
    )


def _similar(path: tuple[object, ...]) -> str | None:
    """Return a hint that names a known field much like the unknown one."""
    close = difflib.get_close_matches(str(path[-1])[:60], _field_names(), n=1, cutoff=0.8)
    return say("Remove the field; did you mean {close}?", close=close[0]) if close else None


@cache
def _field_names() -> list[str]:
    names: set[str] = {"schema"}
    for part in Part.__subclasses__():
        names.update(part.model_fields)
    return sorted(names - {"version"})


def _expected(details: ErrorDetails) -> str:
    """Return in words what would be right."""
    kind = details["type"]
    context = details.get("ctx", {})
    if kind in _TYPES:
        return say(_TYPES[kind])
    if kind == "string_pattern_mismatch":
        pattern = str(context.get("pattern"))
        if pattern in _PATTERNS:
            return say(_PATTERNS[pattern])
        return say("text that matches {pattern}", pattern=pattern)
    if kind in ("enum", "literal_error"):
        return say("one of {choices}", choices=context.get("expected")).replace("'", "")
    if kind == "string_too_short":
        return say("text of at least {least} character", least=context.get("min_length"))
    if kind == "string_too_long":
        return say("text of at most {most} characters", most=context.get("max_length"))
    bounds = {"greater_than_equal": ("ge", say("at least")), "less_than_equal": ("le", say("at most"))}
    if kind in bounds:
        key, words = bounds[kind]
        return say("a number of {words} {context}", words=words, context=context.get(key))
    if kind == "value_error":
        return _value_expected(str(context.get("error", "")))
    return str(details["msg"]).lower()


def _value_expected(text: str) -> str:
    """Return what the value types of the document want, from the message of what went wrong."""
    if "address is written" in text or "does not appear to be an IPv4 or IPv6 address" in text:
        return say("an IPv4 or IPv6 address as text, such as 10.0.1.4")
    if "host bits set" in text:
        return say("a prefix with no bits set behind its length")
    if "prefix" in text or "network" in text:
        return say("a prefix as text, such as 10.0.0.0/16")
    return text or say("another value")


def _hint(details: ErrorDetails, expected: str) -> str:
    text = str(details.get("ctx", {}).get("error", ""))
    if "host bits set" in text and isinstance(details["input"], str):
        from ipaddress import ip_network

        return say("Did you mean {ip_network}?", ip_network=ip_network(details["input"], strict=False))
    return say("Correct the value.") if expected else say("Remove the value.")


def shown(value: Any) -> str:
    """Return a value of the drawing as a problem names it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, dict):
        return say("an object") if value else say("an empty object")
    if isinstance(value, list):
        return "a list" if value else say("an empty list")
    if isinstance(value, str):
        return value if value.strip() else say("empty text")
    return str(value)
