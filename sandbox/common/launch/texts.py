"""The texts of the engine, for the catalogues: what it says, and its tables of what it may say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Final

from sandbox.common.launch.stages import ROOT

ENGINE: Final = ROOT / "netcore"
SAYS: Final = {"say": 1, "say_many": 2}
"""Functions of ``netcore.words`` that people read from, and how many texts each takes."""

_TERMINAL: Final = ("__main__.py", "command_line")
_SINGLE_WORDS: Final = {
    "checks/grading/names.py": "WORDS",
    "checks/grading/places.py": "PARTS FIELDS",
    "checks/grading/structure.py": "_INSIDE",
    "document/checks/ground.py": "KINDS",
    "document/shape.py": "_TYPES",
    "forwarding/drawing.py": "_KINDS",
    "trace/model.py": "Outcome",
    "trace/sentences.py": "SENTENCES",
}
"""Tables whose texts may be one word; elsewhere one word is a key."""

_WORDS: Final = re.compile(r"[A-Za-z]{2,}[^ ]* +[^ ]")
_NO_WORDS: Final = re.compile(r"([A-N]\d+ ?)+|[A-Z_]{3,}|\w+_\w+")
"""Fact ids, codes, keys."""


def engine_texts() -> list[tuple[str, ...]]:
    """Return what the engine says, sorted: templates, and of numbers of things one template for one and many.

    Source: the calls of ``say`` and ``say_many``, and the tables of modules that say what they look up.
    """
    found: set[tuple[str, ...]] = set()
    for path in sorted(ENGINE.rglob("*.py")):
        if not any(part in _TERMINAL for part in path.relative_to(ENGINE).parts):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found.update(_said(tree))
            found.update(_tables(tree, _SINGLE_WORDS.get(path.relative_to(ENGINE).as_posix(), "").split()))
    return sorted(found)


def as_source(texts: list[tuple[str, ...]]) -> str:
    """Return the texts as Python that xgettext reads."""
    lines = []
    for text in texts:
        # A per cent sign in them is one.
        lines.append("# xgettext:no-python-format")
        name = "gettext" if len(text) == 1 else "ngettext"
        lines.append(f"{name}({', '.join(map(repr, text))})")
    return "\n".join(lines) + "\n"


def _said(tree: ast.AST) -> Iterator[tuple[str, ...]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYS:
            taken = node.args[: SAYS[node.func.id]]
            texts = [one.value for one in taken if isinstance(one, ast.Constant)]
            if len(texts) == len(taken):
                yield tuple(str(text) for text in texts)


def _tables(tree: ast.Module, of_single_words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the texts that stand outside of functions: tables are looked up, and what is found is said."""
    for statement in tree.body:
        name, values = "", []
        if isinstance(statement, ast.ClassDef):
            name = statement.name
            if name in of_single_words:
                values = [one.value for one in statement.body if isinstance(one, ast.Assign)]
        elif isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            name = target.id if isinstance(target, ast.Name) else ""
            values = [] if name in ("__all__", "_IN_ROOMS") else [statement.value]
        for value in values:
            for text in _texts(value):
                if (name in of_single_words or _WORDS.search(text)) and not _NO_WORDS.fullmatch(text):
                    yield (text,)


def _texts(value: ast.AST) -> Iterator[str]:
    if isinstance(value, ast.Constant):
        if isinstance(value.value, str) and re.search(r"[A-Za-z]{2}", value.value):
            yield value.value
    elif isinstance(value, ast.Dict):
        for one in value.values:
            yield from _texts(one)
    elif isinstance(value, ast.DictComp):
        yield from _texts(value.generators[0].iter)
    elif not isinstance(value, ast.JoinedStr | ast.Subscript):
        for child in ast.iter_child_nodes(value):
            yield from _texts(child)
