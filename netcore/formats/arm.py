"""Import of ARM templates: the door.

    text -> arm_json -> arm_deploy (arm_scope, arm_expressions, arm_functions) -> arm_map -> document

The result is plain JSON data in the shape of ``netcore.document.models.Scenario``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from netcore.errors import FormatError
from netcore.formats.arm_deploy import Deployment, World
from netcore.formats.arm_expressions import Budget
from netcore.formats.arm_json import read_template
from netcore.formats.arm_map import document
from netcore.formats.arm_notes import Import, ImportNote
from netcore.formats.arm_places import Place
from netcore.words import say

MAX_PASSES = 4
# Control characters other than tab and line breaks, and halves of surrogate pairs.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

__all__ = ["Import", "ImportNote", "import_arm"]


def import_arm(
    raw: bytes | str, *, name: str | None = None, parameters: Mapping[str, Any] | None = None
) -> Import:
    """Return an ARM template as our document, with notes on what was assumed or left out.

    Args:
        raw: the file, at most 5 MB; JSON as Resource Manager reads it (comments, trailing commas,
            line breaks in strings, byte order mark).
        name: name of the scenario; the title in the template's metadata or a plain one when None.
        parameters: values by parameter name, or the content of a parameters file. Parameters without
            value and default are made up, with a note.

    Raises:
        FormatError: not an ARM template, or one that passes a limit.
    """
    template = read_template(raw)
    given = _given(parameters)
    budget = Budget()
    try:
        title, description = _title(template, name)
        overlay: dict[str, Any] = {}
        for _ in range(MAX_PASSES):
            world = _expand(template, given, World(budget, overlay))
            scenario, shown = document(world, title, description)
            # Some expression may ask for what exists only after deployment (an address, an id). Now that
            # this pass has chosen it, another one gives the answer, until nothing changes.
            if not world.asked_runtime or shown == overlay:
                break
            overlay = shown
    except RecursionError:
        raise FormatError(
            say("The template refers to itself too deeply."),
            say("the expressions of the template"),
            say("Simplify it."),
        ) from None
    return Import(_clean(scenario), tuple(map(_clean_note, world.notes.all())))


def _expand(template: dict[str, Any], given: dict[str, Any], world: World) -> World:
    values = {key: partial(_same, value) for key, value in given.items()}
    root = Deployment(world, template, Place(), "import", values)
    root.expand()
    return world


def _clean(value: Any) -> Any:
    """Return JSON data without characters that no database stores and no page shows."""
    if isinstance(value, str):
        return _UNWRITABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return value


def _clean_note(note: ImportNote) -> ImportNote:
    return ImportNote(note.kind, _clean(note.resource), _clean(note.text), note.ref)


def _same(value: Any) -> Any:
    return value


def _given(parameters: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return values by name from values, ``{"value": ...}`` entries or a whole parameters file."""
    if not parameters:
        return {}
    inner = parameters.get("parameters")
    if isinstance(inner, Mapping) and "$schema" in parameters:
        parameters = inner
    return {
        key: entry["value"] if isinstance(entry, Mapping) and set(entry) == {"value"} else entry
        for key, entry in parameters.items()
    }


def _title(template: dict[str, Any], name: str | None) -> tuple[str, str]:
    metadata = template.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    own = metadata.get("name")
    title = name or (own if isinstance(own, str) else "") or say("Imported network")
    words = metadata.get("description")
    description = words if isinstance(words, str) else say("Imported from an ARM template.")
    return title.strip()[:120] or say("Imported network"), description[:20_000]
