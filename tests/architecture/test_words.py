"""What people read goes through gettext in the sandbox, and through ``say`` in the engine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.common.launch import texts
from tests.conftest import ROOT

TRANSLATES = {
    "gettext",
    "gettext_lazy",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "_",
    "say",
    "say_many",
}
NOT_FOR_PEOPLE = {
    # of Python: errors of the programmer, text that is cut or looked up
    *("AssertionError", "AttributeError", "IndexError", "KeyError", "OverflowError", "RuntimeError"),
    *("TypeError", "ValueError", "cast", "compile", "encode", "endswith", "find", "findall", "fullmatch"),
    *("get", "getattr", "match", "pop", "removeprefix", "removesuffix", "replace", "search", "split"),
    *("startswith", "strip", "sub"),
    # of the web: the API's own description is English; 404 has one answer, whoever raises it
    *("Field", "Http404", "NinjaAPI", "Query", "Router"),
    # rows that refuse a programmer
    *("AppendOnly", "ImmutablePack", "ImmutableRevision"),
    # logs
    *("debug", "exception", "info", "warning"),
}
"""Calls whose texts are read by no person who uses the sandbox."""

REFUSALS = re.compile(
    r"(Refus|Incomplete|NotShareable|TooMany|PatchError|BadArchive|BadParameters|Unreachable)"
)

SANDBOX = [
    path
    for path in sorted((ROOT / "sandbox").rglob("*.py"))
    # Commands and the launcher speak to who runs the machine; migrations hold what was.
    if not {"management", "migrations", "launch", "settings"} & set(path.relative_to(ROOT).parts)
    # The system checks as well; the demo's course is content; a table of numbers is read by no person.
    and path.relative_to(ROOT / "sandbox").as_posix()
    not in {"common/checks.py", "classes/demo.py", "runs/columns.py", "common/frontend_shape.py"}
]
ENGINE = [
    path
    for path in sorted((ROOT / "netcore").rglob("*.py"))
    if not {"command_line", "__main__.py", "validation"} & set(path.relative_to(ROOT).parts)
]


def text_of(node: ast.AST) -> str | None:
    """Return a text or the template of an f-string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def name_of(call: ast.Call) -> str:
    """Return the name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


SENTENCE = re.compile(r"^[A-Z{][^<>=]*[a-z}] [^<>=]*[.!]$")
"""A whole sentence; fragments are found by the languages of brackets."""


def bare_sentences(source: str) -> list[tuple[int, str]]:
    """Return line and text of whole sentences inside of functions that no translation sees."""
    found: list[tuple[int, str]] = []

    def look(node: ast.AST, inside: bool) -> None:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return  # a docstring
        if isinstance(node, ast.Call) and name_of(node) in TRANSLATES | NOT_FOR_PEOPLE:
            for part in node.args + [keyword.value for keyword in node.keywords]:
                if text_of(part) is None:
                    look(part, inside)
            return
        text = text_of(node)
        if text is not None:
            if inside and SENTENCE.match(text.strip()):
                found.append((getattr(node, "lineno", 0), text))
            return
        inside = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            look(child, inside)

    look(ast.parse(source), False)
    return found


def bare_arguments(source: str) -> list[tuple[int, str]]:
    """Return line and text of what is handed bare to a refusal, a message, a form or a choice."""
    found = []
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name, base = name_of(node), ""
            if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                base = node.func.value.id
            people = REFUSALS.search(name) or name in (
                "ValidationError",
                "refused",
                "said",
                "json_error",
                "bad",
            )
            parts = list(node.args) if people or base == "messages" else []
            parts += [one.value for one in node.keywords if one.arg in ("label", "help_text", "verbose_name")]
            found += [(node.lineno, text_of(part) or "") for part in parts if _reads(text_of(part))]
        if isinstance(node, ast.ClassDef) and any("TextChoices" in ast.unparse(base) for base in node.bases):
            for member in (one.value for one in node.body if isinstance(one, ast.Assign)):
                if isinstance(member, ast.Tuple) and len(member.elts) == 2 and text_of(member.elts[1]):
                    found.append((member.lineno, text_of(member.elts[1]) or ""))
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("labels", "help_texts"):
            values = node.value.values if isinstance(node.value, ast.Dict) else []
            found += [(value.lineno, text_of(value) or "") for value in values if text_of(value)]
    return found


def _reads(text: str | None) -> bool:
    return text is not None and re.search(r"[A-Za-z]{2,} [A-Za-z{]", text) is not None


SPEAKS = {"ValidationError", "refused", "said", "json_error", "bad"}
"""Functions that hand a text to a person, and no class of refusals."""

PRODUCTS = {"Canvas", "Moodle", "Blackboard", "D2L Brightspace"}


@pytest.mark.parametrize("path", SANDBOX, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_sandbox_says_nothing_outside_of_gettext(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert bare_sentences(source) == []
    assert [one for one in bare_arguments(source) if one[1] not in PRODUCTS] == []


def test_the_engine_says_nothing_outside_of_its_door() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{line}": text
        for path in ENGINE
        for line, text in bare_sentences(path.read_text(encoding="utf-8"))
    }
    assert found == {}


@pytest.mark.parametrize(
    "bare",
    [
        'def f(a):\n    raise Refused("This is not done.")',
        'def f(a):\n    return f"There is no {a} here."',
        'def f(a):\n    raise TooManyRuns(f"as many as {a} of them")',
        'def f(a):\n    messages.error(a, "of no use")',
        'x = forms.CharField(label="Two words")',
        'class A(models.TextChoices):\n    ONE = "one", "One"',
        'class A:\n    labels = {"one": "One"}',
    ],
)
def test_bare_words_of_the_sandbox_are_found(bare: str) -> None:
    assert bare_sentences(bare) + bare_arguments(bare)


def test_words_that_are_translated_or_for_nobody_are_not_found() -> None:
    source = '''
def f(a):
    """Return what there is."""
    log.warning("This went wrong, again.")
    x = forms.CharField(label=_("Two words"))
    raise Refused(gettext("There is no {a} here.").format(a=a))
'''
    assert bare_sentences(source) + bare_arguments(source) == []


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    """Yield every function."""
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_nothing_that_is_kept_for_all_holds_a_sentence() -> None:
    """``functools.cache`` would tell the next person in the language of the first.

    What names the language among its arguments is kept once for each.
    """
    found = []
    for path in ENGINE:
        for function in functions(ast.parse(path.read_text(encoding="utf-8"))):
            kept = any(re.search(r"\bcache\b|lru_cache", ast.unparse(one)) for one in function.decorator_list)
            names = {one.arg for one in function.args.args}
            says = any(
                isinstance(node, ast.Call) and name_of(node) in texts.SAYS for node in ast.walk(function)
            )
            if kept and says and not any("language" in name for name in names):
                found.append(f"{path.relative_to(ROOT)}:{function.lineno}")
    assert found == []


def test_every_template_of_the_engine_has_names_for_its_values() -> None:
    known = [text for group in texts.engine_texts() for text in group]
    assert len(known) > 2000
    assert [text for text in known if re.search(r"(?<!\{)\{[:!}]", text)] == []
