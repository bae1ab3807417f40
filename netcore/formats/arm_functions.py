"""Template functions whose result depends on their arguments alone.

Names, argument order and corner cases follow the function reference of Resource
Manager. Dates and random values are fixed, so that an import repeats to the byte.
"""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cmp_to_key
from typing import Any, cast
from urllib.parse import quote, unquote, urljoin

from netcore.formats import arm_json
from netcore.formats.arm_cidr import cidr_host, cidr_subnet, parse_cidr
from netcore.formats.arm_expressions import Deferred, Value, limit_length
from netcore.formats.arm_syntax import ExpressionError
from netcore.formats.arm_text import format_text, padded
from netcore.words import say

MAX_RANGE = 10_000
_FIXED_TIME = datetime(2026, 1, 1, tzinfo=UTC)


def to_text(value: Value) -> str:
    """Return a value as ``string()`` and ``concat()`` write it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "True" if value else "False"
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=_not_json)
    return str(value)


def _not_json(value: Value) -> str:
    if isinstance(value, Deferred):
        raise ExpressionError(say("a part of it is {reason}", reason=value.reason))
    raise ExpressionError(say("it is not JSON data"))


def _string(value: Value) -> str:
    if not isinstance(value, str):
        raise ExpressionError(say("expected a string, found {name}", name=type(value).__name__))
    return value


def _number(value: Value) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ExpressionError(say("expected a number, found {name}", name=type(value).__name__))
    return cast(int, value)


def _list(value: Value) -> list[Value]:
    if not isinstance(value, list):
        raise ExpressionError(say("expected an array, found {name}", name=type(value).__name__))
    return value


def concat(*values: Value) -> Value:
    """Return arrays joined into one, or everything joined into one string."""
    if values and all(isinstance(v, list) for v in values):
        return [item for v in values for item in v]
    return "".join(to_text(v) for v in values)


def _int(value: Value) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ExpressionError(say("cannot make a number of {name}", name=type(value).__name__))
    if isinstance(value, str) and len(value) > 40:
        raise ExpressionError(say("cannot make a number of a long text"))
    return int(value)


def _bool(value: Value) -> bool:
    if isinstance(value, str):
        if value.lower() in ("true", "1"):
            return True
        if value.lower() in ("false", "0"):
            return False
        raise ExpressionError(say("cannot make true or false of {value!r}", value=value[:20]))
    return bool(value)


def equals(left: Value, right: Value) -> bool:
    """Return whether two values are the same; 1 and true are not."""
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    return bool(left == right)


def contains(container: Value, item: Value) -> bool:
    """Return whether an array holds a value, an object a key, or a string a text."""
    if isinstance(container, dict):
        return str(item).lower() in {key.lower() for key in container}
    if isinstance(container, list):
        return any(equals(part, item) for part in container)
    return to_text(item) in _string(container)


def _empty(value: Value) -> bool:
    return value is None or (isinstance(value, str | list | dict) and len(value) == 0)


def _length(value: Value) -> int:
    if isinstance(value, str | list | dict):
        return len(value)
    raise ExpressionError(say("{name} has no length", name=type(value).__name__))


def _first(value: Value) -> Value:
    _length(value)
    return value[0] if value else ("" if isinstance(value, str) else None)


def _last(value: Value) -> Value:
    _length(value)
    return value[-1] if value else ("" if isinstance(value, str) else None)


def _take(value: Value, count: Value) -> Value:
    _length(value)
    return value[: max(0, _number(count))]


def _skip(value: Value, count: Value) -> Value:
    _length(value)
    return value[max(0, _number(count)) :]


def _split(text: Value, delimiters: Value) -> list[str]:
    marks = [delimiters] if isinstance(delimiters, str) else list(delimiters)
    parts = [_string(text)]
    for mark in marks:
        parts = [piece for part in parts for piece in (part.split(mark) if mark else [part])]
    return parts


def _replace(text: Value, old: Value, new: Value) -> str:
    text, old, new = _string(text), _string(old), _string(new)
    if not old:
        return str(text)
    limit_length(len(text) + text.count(old) * len(new))
    return str(text.replace(old, new))


def _join(values: Value, mark: Value) -> str:
    parts = [to_text(value) for value in _list(values)]
    limit_length(sum(map(len, parts)) + len(parts) * len(_string(mark)))
    return str(mark.join(parts))


def _substring(text: Value, start: Value, length: Value = None) -> str:
    whole = _string(text)
    begin = _number(start)
    end = len(whole) if length is None else begin + _number(length)
    if not 0 <= begin <= end <= len(whole):
        raise ExpressionError(
            say(
                "positions {begin} to {end} lie outside a text of {count} characters",
                begin=begin,
                end=end,
                count=len(whole),
            )
        )
    return whole[begin:end]


def _union(*values: Value) -> Value:
    values = tuple(v for v in values if v is not None)
    if all(isinstance(v, dict) for v in values):
        merged: dict[str, Value] = {}
        for value in values:
            merged = merge(merged, value)
        return merged
    return _distinct(item for value in values for item in _list(value))


def merge(left: dict[str, Value], right: dict[str, Value]) -> dict[str, Value]:
    """Return two objects merged, nested objects as well; the right one wins."""
    merged = dict(left)
    names = {key.lower(): key for key in merged}
    for key, value in right.items():
        key = names.get(key.lower(), key)
        old = merged.get(key)
        merged[key] = merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _distinct(values: Any) -> list[Value]:
    seen: set[str] = set()
    found = []
    for value in values:
        key = "deferred" + str(id(value)) if isinstance(value, Deferred) else json.dumps(value, default=id)
        if key not in seen:
            seen.add(key)
            found.append(value)
    return found


def _intersection(*values: Value) -> Value:
    head, *rest = values
    if isinstance(head, dict):
        return {k: v for k, v in head.items() if all(k in r and equals(r[k], v) for r in rest)}
    return _distinct(v for v in _list(head) if all(contains(_list(r), v) for r in rest))


def _numbers(values: tuple[Value, ...]) -> list[int]:
    items = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    return [_number(item) for item in items]


def _div(left: Value, right: Value) -> int:
    quotient = abs(_number(left)) // abs(_number(right))
    return int(quotient if (left < 0) == (right < 0) else -quotient)


def _mod(left: Value, right: Value) -> int:
    return int(_number(left) - _number(right) * _div(left, right))


def _range(start: Value, count: Value) -> list[int]:
    if not 0 <= _number(count) <= MAX_RANGE:
        raise ExpressionError(
            say("{count} numbers (0 to {max_range:,} are allowed)", count=count, max_range=MAX_RANGE)
        )
    return list(range(int(_number(start)), int(start + count)))


def _compare(left: Value, right: Value) -> int:
    if isinstance(left, str) and isinstance(right, str):
        return (left > right) - (left < right)
    a, b = _number(left), _number(right)
    return (a > b) - (a < b)


def _array(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [value]


def _create_object(*values: Value) -> dict[str, Value]:
    if len(values) % 2:
        raise ExpressionError(say("needs a value for each key"))
    return {_string(values[i]): values[i + 1] for i in range(0, len(values), 2)}


def _json(text: Value) -> Value:
    if not isinstance(text, str):
        return text
    try:
        return arm_json.parse(text)
    except Exception as error:  # any failure to read the text is one of this expression only
        raise ExpressionError(say("the text is not JSON")) from error


def _hash(*values: Value) -> bytes:
    return hashlib.sha256("\x00".join(to_text(v) for v in values).encode("utf-8", "replace")).digest()


def _unique_string(*values: Value) -> str:
    # DEVIATION: the provider's hash is not published; what matters is 13 stable characters.
    return base64.b32encode(_hash(*values)).decode().lower()[:13]


def _guid(*values: Value) -> str:
    return str(uuid.UUID(bytes=_hash(*values)[:16], version=5))


def _utc_now(pattern: str = "yyyyMMddTHHmmssZ") -> str:
    moment = _FIXED_TIME
    for mark, form in (
        ("yyyy", "%Y"),
        ("MM", "%m"),
        ("dd", "%d"),
        ("HH", "%H"),
        ("hh", "%I"),
        ("mm", "%M"),
        ("ss", "%S"),
        ("ffffff", "%f"),
    ):
        pattern = pattern.replace(mark, moment.strftime(form))
    return {"u": "2026-01-01 00:00:00Z", "d": "1/1/2026", "o": "2026-01-01T00:00:00.0000000Z"}.get(
        pattern, pattern
    )


def _unbase64(text: Value) -> str:
    return base64.b64decode(_string(text) + "==").decode("utf-8")


def _items(value: Value) -> list[Value]:
    return [{"key": key, "value": value[key]} for key in sorted(value)]


def _flatten(value: Value) -> list[Value]:
    return [item for part in _list(value) for item in _list(part)]


def _shallow_merge(value: Value) -> dict[str, Value]:
    return {key: item for part in _list(value) for key, item in part.items()}


def _indexed(function: Callable[..., Value], values: list[Value]) -> list[Value]:
    """Call a lambda with each item, and with its index where it asks for two arguments."""
    if len(getattr(function, "names", ())) > 1:
        return [function(item, index) for index, item in enumerate(values)]
    return [function(item) for item in values]


def _filter(values: Value, keep: Callable[..., Value]) -> list[Value]:
    verdicts = _indexed(keep, _list(values))
    return [item for item, verdict in zip(values, verdicts, strict=True) if verdict is True]


def _map(values: Value, change: Callable[..., Value]) -> list[Value]:
    return _indexed(change, _list(values))


def _sort(values: Value, before: Callable[..., Value]) -> list[Value]:
    def order(left: Value, right: Value) -> int:
        return -1 if before(left, right) is True else int(before(right, left) is True)

    return sorted(_list(values), key=cmp_to_key(order))


def _reduce(values: Value, start: Value, step: Callable[..., Value]) -> Value:
    total = start
    for index, item in enumerate(_list(values)):
        total = step(total, item, index) if len(getattr(step, "names", ())) > 2 else step(total, item)
    return total


def _to_object(values: Value, key: Callable[..., Value], value: Callable[..., Value] | None = None) -> Value:
    return {_string(key(item)): value(item) if value else item for item in _list(values)}


def _map_values(value: Value, change: Callable[..., Value]) -> Value:
    return {key: change(item) for key, item in value.items()}


def _group_by(values: Value, key: Callable[..., Value]) -> Value:
    groups: dict[str, list[Value]] = {}
    for item in _list(values):
        groups.setdefault(_string(key(item)), []).append(item)
    return groups


def _fail(message: Value = "") -> Value:
    raise ExpressionError(to_text(message)[:100])


def _find(text: Value, part: Value) -> int:
    if isinstance(text, list):
        return next((i for i, item in enumerate(text) if equals(item, part)), -1)
    return _string(text).lower().find(_string(part).lower())


def _find_last(text: Value, part: Value) -> int:
    if isinstance(text, list):
        return max((i for i, item in enumerate(text) if equals(item, part)), default=-1)
    return _string(text).lower().rfind(_string(part).lower())


def _pick_zones(_namespace: Value, _kind: Value, _place: Value, count: Value = 1, offset: Value = 0) -> Value:
    # Every region is taken to have three zones: the file does not say, and most have.
    return ["1", "2", "3"][_number(offset) : _number(offset) + _number(count)]


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "concat": concat,
    "format": format_text(to_text),
    "string": to_text,
    "tolower": lambda t: _string(t).lower(),
    "toupper": lambda t: _string(t).upper(),
    "trim": lambda t: _string(t).strip(),
    "substring": _substring,
    "replace": _replace,
    "split": _split,
    "join": _join,
    "startswith": lambda t, part: _string(t).lower().startswith(_string(part).lower()),
    "endswith": lambda t, part: _string(t).lower().endswith(_string(part).lower()),
    "indexof": _find,
    "lastindexof": _find_last,
    "padleft": lambda t, width, fill=" ": padded(to_text(t), _number(width), to_text(fill)),
    "uniquestring": _unique_string,
    "guid": _guid,
    "newguid": lambda: _guid("newGuid"),
    "utcnow": _utc_now,
    "datetimefromepoch": lambda s: datetime.fromtimestamp(_number(s), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "datetimetoepoch": lambda t: int(datetime.fromisoformat(_string(t)).timestamp()),
    "datetimeadd": lambda t, _duration, _pattern="": t,
    "base64": lambda t: base64.b64encode(to_text(t).encode("utf-8", "replace")).decode(),
    "base64tostring": _unbase64,
    "base64tojson": lambda t: _json(_unbase64(t)),
    "datauri": lambda t: (
        "data:text/plain;charset=utf8;base64," + base64.b64encode(to_text(t).encode()).decode()
    ),
    "datauritostring": lambda t: _unbase64(_string(t).rpartition(",")[2]),
    "uri": lambda start, rest: urljoin(_string(start), _string(rest)),
    "uricomponent": lambda t: quote(_string(t), safe=""),
    "uricomponenttostring": lambda t: unquote(_string(t)),
    "int": _int,
    "float": lambda v: float(v),
    "bool": _bool,
    "add": lambda a, b: _number(a) + _number(b),
    "sub": lambda a, b: _number(a) - _number(b),
    "mul": lambda a, b: _number(a) * _number(b),
    "div": _div,
    "mod": _mod,
    "min": lambda *v: min(_numbers(v)),
    "max": lambda *v: max(_numbers(v)),
    "range": _range,
    "not": lambda v: not _bool(v),
    "xor": lambda a, b: _bool(a) != _bool(b),
    "true": lambda: True,
    "false": lambda: False,
    "null": lambda: None,
    "equals": equals,
    "less": lambda a, b: _compare(a, b) < 0,
    "lessorequals": lambda a, b: _compare(a, b) <= 0,
    "greater": lambda a, b: _compare(a, b) > 0,
    "greaterorequals": lambda a, b: _compare(a, b) >= 0,
    "array": _array,
    "createarray": lambda *v: list(v),
    "createobject": _create_object,
    "union": _union,
    "intersection": _intersection,
    "json": _json,
    "contains": contains,
    "empty": _empty,
    "length": _length,
    "first": _first,
    "last": _last,
    "take": _take,
    "skip": _skip,
    "items": _items,
    "objectkeys": lambda v: sorted(v),
    "flatten": _flatten,
    "shallowmerge": _shallow_merge,
    "indexfromend": lambda v, i: _list(v)[-_number(i)],
    "tryindexfromend": lambda v, i: _list(v)[-i] if 0 < _number(i) <= len(v) else None,
    "filter": _filter,
    "map": _map,
    "sort": _sort,
    "reduce": _reduce,
    "toobject": _to_object,
    "mapvalues": _map_values,
    "groupby": _group_by,
    "fail": _fail,
    "parsecidr": parse_cidr,
    "cidrsubnet": cidr_subnet,
    "cidrhost": cidr_host,
    "pickzones": _pick_zones,
    "tologicalzone": lambda _s, _p, zone: zone,
    "tologicalzones": lambda _s, _p, zones: zones,
    "tophysicalzone": lambda _s, _p, zone: zone,
    "tophysicalzones": lambda _s, _p, zones: zones,
}
