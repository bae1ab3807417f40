"""Reading a document: limits, shape, meaning; each floor says all its problems at once.

``read`` never raises for anything that JSON can hold. A document whose shape is right is returned even when
it has problems: it can be saved and drawn, but not run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NoReturn

from pydantic import ValidationError

from netcore.document.checks import check
from netcore.document.checks.ground import Ground
from netcore.document.limits import LIMITS, depth_of, not_plain, too_large
from netcore.document.models import Scenario
from netcore.document.problems import Problem, Report
from netcore.document.shape import report_shape, shown
from netcore.document.upgrade import CURRENT, upgraded
from netcore.errors import DocumentError
from netcore.words import say


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a document gave.

    Args:
        document: None when the shape itself is wrong.
        problems: all of them; empty when the document can be run.
    """

    document: Scenario | None
    problems: tuple[Problem, ...]

    @property
    def runnable(self) -> bool:
        """Return whether the document can be run."""
        return self.document is not None and not self.problems


def read(raw: object, ground: Ground) -> Reading:
    """Return the document of plain JSON data and all its problems.

    Args:
        raw: what a JSON parser returned.
        ground: the profiles there are, and what they say about addresses.
    """
    report = Report()
    too_large(raw, report)
    if not report.found:
        not_plain(raw, report)
    if report.found:
        return Reading(None, report.all())
    if not isinstance(raw, dict):
        return _refused("wrong-type", shown(raw), say("an object"), say("A scenario is a JSON object."))
    current = upgraded(raw)
    version = current.get("schema")
    if isinstance(version, bool) or (version != CURRENT and isinstance(version, int)):
        return _refused(
            "unknown-schema",
            say("schema {version}", version=version),
            say("schema {current}", current=CURRENT),
            say("The document was written by another version of the program."),
            "/schema",
        )
    try:
        # As JSON: strict about numbers, truth values and text, yet at ease with lists for tuples.
        document = Scenario.model_validate_json(json.dumps(current), strict=True)
    except ValidationError as error:
        report_shape(error, current, report)
        return Reading(None, report.all())
    return Reading(document, check(document, ground))


def read_text(text: str | bytes, ground: Ground) -> Reading:
    """Return the document of a JSON text and all its problems; size and depth are looked at first."""
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else bytes(text)
    if len(content) > LIMITS["bytes"]:
        return _refused(
            "too-large",
            say("{count:,} bytes", count=len(content)),
            say("at most {limits:,} bytes", limits=LIMITS["bytes"]),
            say("Split the drawing, or leave out what the question does not need."),
        )
    if depth_of(content, LIMITS["depth"]) > LIMITS["depth"]:
        return _refused(
            "too-deep",
            say("nesting deeper than {limits}", limits=LIMITS["depth"]),
            say("at most {limits} levels", limits=LIMITS["depth"]),
            say("A scenario needs no more than ten levels; this is probably another kind of file."),
        )
    try:
        raw = json.loads(
            content.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError as error:
        return _refused(
            "not-text",
            say("the byte 0x{content:02x} at {start}", content=content[error.start], start=error.start),
            say("text in UTF-8"),
            say(_NOT_OURS),
        )
    except json.JSONDecodeError as error:
        wrong = error.msg[:1].lower() + error.msg[1:]
        place = say(
            "{wrong} at line {line}, column {column}", wrong=wrong, line=error.lineno, column=error.colno
        )
        return _refused("not-json", place, say("a JSON document"), say(_NOT_OURS))
    except _DuplicateKey as error:
        return _refused(
            "duplicate-key",
            say("the key {key} twice in one object", key=error),
            say("each key once"),
            say(_TWICE),
        )
    except ValueError as error:
        # Numbers of thousands of digits, NaN, Infinity.
        return _refused("not-json", _said(error), say("a JSON document"), say("Correct the number."))
    return read(raw, ground)


_NOT_OURS = "Save the scenario as JSON; a template of another kind is imported, not opened."
_TWICE = "Give one of them another key; the ids of things are the keys."


def load(raw: object, ground: Ground) -> Scenario:
    """Return the document of plain JSON data.

    Raises:
        DocumentError: it has problems; all of them are in ``problems``.
    """
    reading = read(raw, ground)
    if reading.document is None or reading.problems:
        raise DocumentError(reading.problems)
    return reading.document


def dump(document: Scenario) -> dict[str, Any]:
    """Return a document as plain JSON data that ``read`` turns back into the same document.

    Canonical: every field is there, in the order of the models, so that two equal documents give equal text
    and an edit always finds the map it adds to.
    """
    return document.model_dump(mode="json", by_alias=True)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the document."""
    return Scenario.model_json_schema(by_alias=True)


class _DuplicateKey(Exception):
    """An object has a key twice; JSON parsers disagree on which one counts."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _DuplicateKey(key[:80])
            seen.add(key)
    return found


def _said(error: ValueError) -> str:
    text = str(error).split(";")[0]
    return text[:1].lower() + text[1:]


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"the number {name}")


def _refused(code: str, found: str, expected: str, hint: str, pointer: str = "") -> Reading:
    return Reading(None, (Problem(code, pointer, found, expected, hint),))
