"""Reading the text of an ARM template: JSON as Resource Manager accepts it.

That is JSON with comments, trailing commas, raw line breaks inside strings and
a byte order mark. Everything that could cost time or memory is bounded before
the parser sees the text: bytes first, then nesting by one linear scan.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import Any, NoReturn

from netcore.errors import FormatError
from netcore.words import say

MAX_BYTES = 5_000_000
MAX_DEPTH = 64

_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\]++|\\.)*+"|//[^\r\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/', re.DOTALL)
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]++|\\.)*+")|,(?=\s*+[}\]])', re.DOTALL)
_COMMA = re.compile(r",\s*+[}\]]")
_STEP = {ord("{"): 1, ord("["): 1, ord("}"): -1, ord("]"): -1}
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in _STEP)

_MAGIC = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xd4\xc3\xb2\xa1", "a packet capture"),
    (b"\xa1\xb2\xc3\xd4", "a packet capture"),
    (b"\x0a\x0d\x0d\x0a", "a packet capture"),
    (b"\x7fELF", "a program"),
)


def read_template(raw: bytes | str) -> dict[str, Any]:
    """Return the template as plain data.

    Args:
        raw: the file, at most ``MAX_BYTES`` bytes.

    Raises:
        FormatError: too large, too deep, not JSON, or JSON of another kind.
    """
    data = parse(raw)
    template = _unwrap(data)
    if template is None:
        _refuse(data)
    return template


def parse(raw: bytes | str) -> Any:
    """Return the JSON value in ``raw``, read leniently.

    Raises:
        FormatError: larger than ``MAX_BYTES``, deeper than ``MAX_DEPTH``, or not JSON; the place
            is line and column.
    """
    text = _decode(raw)
    if not text.strip():
        raise FormatError(say("The file is empty."), "line 1", say("Choose an ARM template (JSON)."))
    try:
        bare = _STRING_OR_COMMENT.sub(" ", text)
        _limit_depth(bare)
        try:
            return _loads(text)
        except json.JSONDecodeError:
            # Not strict JSON. Comments go first, so that a comma before a comment is seen as trailing;
            # both replacements keep the line numbers that an error message will name.
            if "/" in text:
                text = _STRING_OR_COMMENT.sub(_blank_comment, text)
            if _COMMA.search(text):
                text = _TRAILING_COMMA.sub(lambda m: m.group(1) or " ", text)
            return _loads(text)
    except json.JSONDecodeError as error:
        raise FormatError(
            say("This is not JSON{text}: {msg}.", text=_guess_text(text), msg=error.msg.lower()),
            say("line {lineno}, column {colno}", lineno=error.lineno, colno=error.colno),
            say("Save the template again, or export it from the portal."),
        ) from None
    except (ValueError, RecursionError) as error:
        raise FormatError(
            say("The JSON cannot be read: {error}.", error=str(error)[:120]),
            say("the file"),
            say("Save the template again."),
        ) from None


def _loads(text: str) -> Any:
    return json.loads(text, strict=False, parse_constant=_no_constant)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _blank_comment(match: re.Match[str]) -> str:
    found = match.group()
    return found if found[0] == '"' else "\n" * found.count("\n") + " "


def _decode(raw: bytes | str) -> str:
    size = len(raw)
    if isinstance(raw, str) and size <= MAX_BYTES:
        size = len(raw.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise FormatError(
            say("The file has {size:,} bytes; the limit is {max_bytes:,}.", size=size, max_bytes=MAX_BYTES),
            say("the file"),
            say("Import the network part of the template alone."),
        )
    if isinstance(raw, str):
        return raw.removeprefix("\ufeff")
    for magic, kind in _MAGIC:
        if raw.startswith(magic):
            raise FormatError(
                say("This is {kind}, not an ARM template.", kind=say(kind)),
                say("byte 1"),
                say("Choose the .json file."),
            )
    try:
        if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            return raw.decode("utf-16").removeprefix("\ufeff")
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(
            say("The file is not text in UTF-8."),
            say("byte {start}", start=error.start + 1),
            say("Save the template as UTF-8."),
        ) from None


def _limit_depth(bare: str) -> None:
    """Refuse deep nesting; ``bare`` has no strings and comments left, so brackets are structure."""
    brackets = bare.encode("utf-8", "replace").translate(None, _NOT_BRACKETS)
    if max(accumulate(map(_STEP.__getitem__, brackets)), default=0) <= MAX_DEPTH:
        return
    depth = 0
    for position, char in enumerate(bare):
        depth += _STEP.get(ord(char), 0)
        if depth > MAX_DEPTH:
            line = bare.count("\n", 0, position) + 1
            raise FormatError(
                say("The file is nested more than {max_depth} levels deep.", max_depth=MAX_DEPTH),
                say("about line {line}", line=line),
                say("Split the template: Resource Manager itself needs far less."),
            )


def _unwrap(data: Any) -> dict[str, Any] | None:
    """Return the template in ``data``: the value itself, or the one inside a deployment request."""
    if not isinstance(data, dict):
        return None
    if _is_template(data):
        return data
    properties = data.get("properties")
    if isinstance(properties, dict) and isinstance(properties.get("template"), dict):
        return _unwrap(properties["template"])
    return None


def _is_template(data: dict[str, Any]) -> bool:
    schema = data.get("$schema")
    if isinstance(schema, str) and "deploymenttemplate.json" in schema.lower():
        return True
    resources = data.get("resources")
    if isinstance(resources, dict) and "languageVersion" in data:
        return True
    return isinstance(resources, list) and (
        "contentVersion" in data
        or (
            bool(resources)
            and all(isinstance(r, dict) and "apiVersion" in r and "type" in r for r in resources[:20])
        )
    )


def _refuse(data: Any) -> NoReturn:
    kind = recognise(data)
    message = (
        say("This is {kind}, not an ARM template.", kind=kind)
        if kind
        else say("This JSON is neither an ARM template nor a scenario of the sandbox.")
    )
    raise FormatError(
        message,
        say("the top level"),
        say('An ARM template has "$schema" with deploymentTemplate.json, and "resources".'),
    )


_KINDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("one of our own scenarios", frozenset({"schema", "topology"})),
    ("a Terraform state", frozenset({"terraform_version", "serial"})),
    ("a Terraform plan", frozenset({"terraform_version", "planned_values"})),
    ("a Terraform plan", frozenset({"format_version", "values"})),
    ("a part of a Terraform plan", frozenset({"root_module"})),
    ("a CloudFormation template", frozenset({"AWSTemplateFormatVersion"})),
    ("recorded web traffic", frozenset({"interactions"})),
    ("recorded web traffic", frozenset({"status_code", "data"})),
    ("a GeoJSON file", frozenset({"type", "features"})),
    ("a package manifest", frozenset({"name", "version", "dependencies"})),
    ("a notebook", frozenset({"cells", "nbformat"})),
    ("an OpenAPI description", frozenset({"openapi"})),
)


def recognise(data: Any) -> str | None:
    """Return what a JSON value is, in words, or None when it is nothing we know."""
    if isinstance(data, list):
        return _recognise_list(data)
    if not isinstance(data, dict):
        return say("a single JSON value ({name})", name=type(data).__name__)
    schema = str(data.get("$schema", "")).lower()
    if "deploymentparameters.json" in schema:
        return say("a parameters file (the template is another file)")
    if "createuidefinition" in schema:
        return say("a portal form (createUiDefinition)")
    for kind, keys in _KINDS:
        if keys <= data.keys():
            return say(kind)
    if isinstance(data.get("value"), list):
        return _recognise_list(data["value"])
    if str(data.get("id", "")).lower().startswith("/subscriptions/"):
        return say("one Azure resource as the provider returns it")
    if {"id", "name", "properties"} <= data.keys() or str(data.get("type", "")).startswith("Microsoft."):
        return say("one Azure resource as the provider returns it")
    if data and all(re.fullmatch(r"[A-Z][A-Za-z]+", key) for key in data) and _has_list(data):
        return say("an answer of the AWS command line")
    return None


def _has_list(data: dict[str, Any]) -> bool:
    return any(isinstance(value, list) for value in data.values())


def _recognise_list(items: list[Any]) -> str | None:
    ids = [item.get("id") for item in items[:20] if isinstance(item, dict)]
    if ids and all(isinstance(i, str) and i.lower().startswith("/subscriptions/") for i in ids):
        return say("a list of Azure resources (deployed, not a template)")
    return say("a list") if not ids or not any(ids) else None


def _guess_text(text: str) -> str:
    start = text.lstrip()[:2000]
    if start.startswith("<"):
        return say(", it looks like XML or HTML")
    if re.search(r"(?m)^\s*(resource|module)\s+\w+\s+'", start) or start.startswith("targetScope"):
        return say(", it looks like Bicep (compile it first)")
    if re.search(r'(?m)^\s*(resource|provider|variable)\s+"', start):
        return say(", it looks like Terraform")
    if re.match(r"(---|[A-Za-z_]\w*:)", start):
        return say(", it looks like YAML")
    return ""
