"""YAML as packs use it: the plain part of YAML 1.2 that means the same as JSON, with limits."""

from __future__ import annotations

import re
from typing import Any

import yaml

from netcore.words import say

MOST_BYTES = 1_000_000
MOST_DEPTH = 40
MOST_NODES = 100_000


class YamlRefused(Exception):
    """A text cannot be read; the message says why and where; ``line`` counts from 1, 0 is the whole."""

    def __init__(self, words: str, mark: Any = None) -> None:
        self.line: int = 0 if mark is None else mark.line + 1
        if mark is not None:
            where = say("at line {line}, column {column}", line=self.line, column=mark.column + 1)
            words = f"{words} {where}"
        super().__init__(words)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads ``true``, ``false``, ``null`` and decimal numbers as such, and all the rest as text.

    YAML 1.1 would read ``no``, ``on``, dates and some MAC addresses as something else.
    """


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:null|~|)$", "n~\0"),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("float", r"^[-+]?[0-9]+(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)$", "-+0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))
_Loader.yaml_implicit_resolvers[""] = [("tag:yaml.org,2002:null", re.compile("^$"))]


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        key = key if isinstance(key, str) else key_node.value
        if key in found:
            raise YamlRefused(say("the key {key} stands twice in one object", key=key), key_node.start_mark)
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def parse(content: bytes) -> Any:
    """Return the plain data of a YAML (or JSON) text.

    Raises:
        YamlRefused: it is no YAML, too large or too deep, uses anchors, or has a key twice.
    """
    if len(content) > MOST_BYTES:
        raise YamlRefused(
            say(
                "it has {count:,} bytes; at most {most_bytes:,} are read",
                count=len(content),
                most_bytes=MOST_BYTES,
            )
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise YamlRefused(say("it is not text in UTF-8 (byte {start})", start=error.start)) from error
    try:
        _limits(text)
        return yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        words = getattr(error, "problem", None) or str(error)
        raise YamlRefused(words, mark) from error
    except ValueError as error:  # whole numbers of thousands of digits
        raise YamlRefused(str(error).partition(";")[0]) from error


def lines(content: bytes, pointers: list[str]) -> list[int]:
    """Return the line (from 1) of each place in a text: a JSON Pointer, or ``line N``; 1 where none is."""
    try:
        text = content.decode("utf-8-sig")
        _limits(text)
        top = yaml.compose(text, Loader=_Loader)
    except (UnicodeDecodeError, yaml.YAMLError, YamlRefused):
        top = None
    return [_line(top, pointer) for pointer in pointers]


def _line(node: Any, pointer: str) -> int:
    named = re.match(r"line ([0-9]{1,7})\b", pointer)
    if named:
        return int(named.group(1))
    line = 1
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(node, yaml.MappingNode):
            found = next(((name, value) for name, value in node.value if name.value == key), None)
        elif isinstance(node, yaml.SequenceNode) and key.isdecimal() and int(key) < len(node.value):
            found = (node.value[int(key)], node.value[int(key)])
        else:
            found = None
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line


def _limits(text: str) -> None:
    """Raise where a text is too deep, too large, or uses anchors and tags; without recursion."""
    depth = 0
    for nodes, event in enumerate(yaml.parse(text, Loader=_Loader), start=1):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise YamlRefused(say("anchors and aliases are not used in packs"), event.start_mark)
        if getattr(event, "tag", None) not in (None, "!"):
            raise YamlRefused(say("tags are not used in packs"), event.start_mark)
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            depth += 1
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            depth -= 1
        if depth > MOST_DEPTH or nodes > MOST_NODES:
            raise YamlRefused(
                say(
                    "it nests deeper than {most_depth} levels or has more than {most_nodes:,} values",
                    most_depth=MOST_DEPTH,
                    most_nodes=MOST_NODES,
                )
            )
