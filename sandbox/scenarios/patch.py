"""JSON Patch (RFC 6902), with a bound on what a patch may make.

Written here because the bound has to hold while the patch is applied: forty ``copy`` operations of the
whole document into itself would otherwise make 2**40 values before anybody could look at the result.
"""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext

MAX_OPERATIONS: Final = 2_000
MAX_VALUES: Final = 1_000_000
"""So many values a patch may make; how many the document has then is for ``netcore.read`` to bound."""
MAX_DEPTH: Final = 64

_MISSING: Final = object()


class PatchError(ValueError):
    """The patch is not a patch, or does not fit the document.

    ``pointer`` names the place inside the patch, such as ``/patch/3/path``. ``edit`` is the number of the
    edit, where several were sent.
    """

    edit: int | None = None

    def __init__(self, message: str, pointer: str) -> None:
        """Keep the message and the place."""
        super().__init__(message)
        self.pointer = pointer


def apply(document: Any, patch: list[dict[str, Any]]) -> Any:
    """Return a new document with all operations applied, in order, or none; the input is not changed.

    What no operation touches is shared with the input.

    Raises:
        PatchError: an operation is malformed, names a place that is not there, a ``test`` fails,
            or the result would be too large or too deep.
    """
    if len(patch) > MAX_OPERATIONS:
        raise PatchError(
            gettext("A patch may hold {limit} operations; this one holds {count}.").format(
                limit=MAX_OPERATIONS, count=len(patch)
            ),
            "/patch",
        )
    work = _Work()
    for index, operation in enumerate(patch):
        document = _apply_one(document, operation, f"/patch/{index}", work)
    return document


def value_at(document: Any, pointer: str) -> Any:
    """Return the value at a JSON pointer; None where there is none."""
    try:
        return _get(document, _parse(pointer, ""), "")
    except PatchError:
        return None


class _Work:
    """Counts the values a patch makes, and knows which objects and lists it made and so may change."""

    def __init__(self) -> None:
        self._made = 0
        self._own: dict[int, Any] = {}  # by identity; held, so that no other object gets it

    def own(self, value: Any) -> Any:
        """Return an object or list that may be changed: the one given, or a copy that shares its values."""
        if id(value) in self._own or not isinstance(value, dict | list):
            return value
        made = value.copy()
        self._own[id(made)] = made
        return made

    def copy(self, value: Any, place: str, depth: int) -> Any:
        """Return a deep copy for a place at a depth; refuse beyond the limits."""
        self._made += 1
        if self._made > MAX_VALUES:
            raise PatchError(
                gettext("The patch would make more than {limit} values.").format(limit=MAX_VALUES), place
            )
        if depth > MAX_DEPTH:
            raise PatchError(
                gettext("The patch would nest values deeper than {limit}.").format(limit=MAX_DEPTH), place
            )
        if isinstance(value, dict):
            return {key: self.copy(item, place, depth + 1) for key, item in value.items()}
        if isinstance(value, list):
            return [self.copy(item, place, depth + 1) for item in value]
        return value


def _apply_one(document: Any, operation: dict[str, Any], place: str, work: _Work) -> Any:
    if not isinstance(operation, dict):
        raise PatchError(gettext("An operation is an object with op and path."), place)
    op = operation.get("op")
    path = _parse(operation.get("path"), f"{place}/path")
    if op in ("add", "replace", "test"):
        if "value" not in operation:
            raise PatchError(gettext("The operation {op} needs a value.").format(op=op), place)
        if op == "test":
            if not _equal(_get(document, path, f"{place}/path"), operation["value"]):
                raise PatchError(
                    gettext("The value tested is not the value in the document."), f"{place}/value"
                )
            return document
        value = work.copy(operation["value"], f"{place}/value", len(path))
        put = _add if op == "add" else _replace
        return put(document, path, value, f"{place}/path", work)
    if op == "remove":
        return _remove(document, path, f"{place}/path", work)[0]
    if op in ("move", "copy"):
        source = _parse(operation.get("from"), f"{place}/from")
        if op == "copy":
            value = work.copy(_get(document, source, f"{place}/from"), f"{place}/from", len(path))
            return _add(document, path, value, f"{place}/path", work)
        if path[: len(source)] == source and len(path) > len(source):
            raise PatchError(gettext("A value cannot be moved into itself."), f"{place}/path")
        document, value = _remove(document, source, f"{place}/from", work)
        return _add(document, path, work.copy(value, f"{place}/path", len(path)), f"{place}/path", work)
    raise PatchError(gettext("op is one of add, remove, replace, move, copy, test."), f"{place}/op")


def _parse(pointer: Any, place: str) -> list[str]:
    """Return the tokens of a JSON pointer (RFC 6901)."""
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise PatchError(gettext("A JSON pointer is text: empty, or beginning with /."), place)
    tokens = pointer.split("/")[1:]
    if len(tokens) > MAX_DEPTH:
        raise PatchError(
            gettext("A pointer may have {limit} parts; this one has {count}.").format(
                limit=MAX_DEPTH, count=len(tokens)
            ),
            place,
        )
    return [token.replace("~1", "/").replace("~0", "~") for token in tokens]


def _index(token: str, length: int, place: str) -> int:
    if not token.isascii() or not token.isdigit() or (len(token) > 1 and token[0] == "0") or len(token) > 9:
        raise PatchError(gettext("{token!r} is not a place in a list.").format(token=token), place)
    index = int(token)
    if index >= length:
        raise PatchError(gettext("The list has no place {index}.").format(index=index), place)
    return index


def _get(document: Any, path: list[str], place: str) -> Any:
    for token in path:
        if isinstance(document, dict):
            document = document.get(token, _MISSING)
            if document is _MISSING:
                raise PatchError(gettext("The document has no {token!r} there.").format(token=token), place)
        elif isinstance(document, list):
            document = document[_index(token, len(document), place)]
        else:
            raise PatchError(
                gettext("There is nothing below {token!r}: the value there is no object or list.").format(
                    token=token
                ),
                place,
            )
    return document


def _opened(document: Any, path: list[str], place: str, work: _Work) -> tuple[Any, Any]:
    """Return a document and the value at a place in it; both, and all between them, may be changed."""
    _get(document, path, place)
    here = document = work.own(document)
    for token in path:
        key = token if isinstance(here, dict) else int(token)
        inside = work.own(here[key])
        here[key] = inside
        here = inside
    return document, here


def _add(document: Any, path: list[str], value: Any, place: str, work: _Work) -> Any:
    if not path:
        return value
    document, parent = _opened(document, path[:-1], place, work)
    last = path[-1]
    if isinstance(parent, dict):
        parent[last] = value
    elif isinstance(parent, list):
        parent.insert(len(parent) if last == "-" else _index(last, len(parent) + 1, place), value)
    else:
        raise PatchError(gettext("The value there is no object or list."), place)
    return document


def _replace(document: Any, path: list[str], value: Any, place: str, work: _Work) -> Any:
    if not path:
        return value
    _get(document, path, place)
    document, parent = _opened(document, path[:-1], place, work)
    last = path[-1]
    parent[last if isinstance(parent, dict) else int(last)] = value
    return document


def _remove(document: Any, path: list[str], place: str, work: _Work) -> tuple[Any, Any]:
    if not path:
        raise PatchError(gettext("The whole document cannot be removed."), place)
    value = _get(document, path, place)
    document, parent = _opened(document, path[:-1], place, work)
    last = path[-1]
    del parent[last if isinstance(parent, dict) else int(last)]
    return document, value


def _equal(left: Any, right: Any) -> bool:
    """Return whether two JSON values are equal; unlike Python, true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_equal(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_equal, left, right))
    return bool(left == right)
