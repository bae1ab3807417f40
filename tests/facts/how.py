"""How a test shows its fact: by packets that are walked, by a drawing that is read, or by calculation alone.

Read from the source: a test reaches what its body names, and what the helpers that it names name in turn,
also in other files of the tests.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

FORWARDED = frozenset(
    {"trace", "trace_steps", "follow", "establish", "traceroute", "first_divergence", "why", "diff"}
    | {"simulate", "race", "trials", "Trials"}
)
"""Questions that walk packets, or play failovers, which walk them."""

DRAWN = frozenset({"read", "read_text", "load", "compile", "Network", "guest_view", "backend_health"})
"""Questions that read or compile a drawing."""

WAYS = ("forwarded", "drawn", "calculated")
"""The strongest first."""


def how(path: Path, test: str) -> str:
    """Return how a test shows its fact: a word of ``WAYS``."""
    named = _reached(path, test, set())
    if named & FORWARDED:
        return "forwarded"
    return "drawn" if named & DRAWN else "calculated"


def _reached(path: Path, name: str, seen: set[tuple[Path, str]]) -> frozenset[str]:
    """Return every word that a name of a file leads to."""
    definitions, imports = _module(path)
    if (path, name) in seen:
        return frozenset()
    seen.add((path, name))
    if name in imports:
        return frozenset({name}) | _reached(*imports[name], seen)
    found: set[str] = set()
    for node in definitions.get(name, ()):
        for word in _words(node):
            found.add(word)
            found |= _reached(path, word, seen)
    return frozenset(found)


@cache
def _module(path: Path) -> tuple[dict[str, list[ast.stmt]], dict[str, tuple[Path, str]]]:
    """Return what a file defines by name, and which names it takes from which other file of the tests."""
    definitions: dict[str, list[ast.stmt]] = {}
    imports: dict[str, tuple[Path, str]] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            definitions.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    definitions.setdefault(target.id, []).append(node)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests."):
            file = ROOT / f"{(node.module or '').replace('.', '/')}.py"
            imports |= {alias.asname or alias.name: (file, alias.name) for alias in node.names}
    return definitions, imports


def _words(node: ast.stmt) -> set[str]:
    """Return the names, attributes and parameters in a piece of code; types are none of it."""
    words: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            words.add(part.id)
        elif isinstance(part, ast.Attribute):
            words.add(part.attr)
        elif isinstance(part, ast.arg):
            words.add(part.arg)
    return words
