"""Which facts have cards and tests: the figures of ``manage.py facts``, and the text of docs/coverage.md."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import netcore
from netcore.profiles.fact_index import AREAS, FACTS, NOT_MODELLED, SEED_MAP, STATEMENTS, spread
from tests.facts.how import WAYS, how

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COVERAGE = ROOT / "docs" / "coverage.md"
_NAME = re.compile(r"^(?:async )?def (test_([a-m][0-9]{1,2})_\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Report:
    """What is there: for each fact its rule card and its tests.

    Attributes:
        cards: fact id -> rule card.
        tests: fact id -> names of tests, each with its file, sorted.
    """

    cards: dict[str, netcore.RuleCard]
    tests: dict[str, list[tuple[str, str]]]

    @property
    def tested(self) -> list[str]:
        """Return the facts with a card and a test."""
        return [fact for fact in FACTS if fact in self.cards and fact in self.tests]

    def way(self, fact: str) -> str:
        """Return how a fact is shown: the strongest way of its tests."""
        ways = {how(HERE / file, name) for file, name in self.tests.get(fact, ())}
        return next((way for way in WAYS if way in ways), "")

    @property
    def open(self) -> list[str]:
        """Return the facts that are neither tested nor listed as not modelled."""
        done = {*self.tested, *NOT_MODELLED}
        return [fact for fact in FACTS if fact not in done]


def report() -> Report:
    """Return what cards and tests there are now."""
    cards = {fact: card for card in netcore.rule_cards() for fact in card.facts}
    tests: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(HERE.glob("test_*.py")):
        for name, fact in _NAME.findall(path.read_text(encoding="utf-8")):
            tests.setdefault(fact.upper(), []).append((path.name, name))
    return Report(cards, tests)


def figures(found: Report) -> list[str]:
    """Return one line for each area, and the last line with the sum."""
    lines = []
    tested = set(found.tested)
    for area in AREAS:
        count = sum(fact in tested for fact in area.facts)
        silent = sum(fact in NOT_MODELLED for fact in area.facts)
        left = [fact for fact in area.facts if fact in found.open]
        more = f"; open: {', '.join(left)}" if left else ""
        lines.append(
            f"{area.letter}  {area.title}: {count} tested, {silent} not modelled, of {len(area.facts)}{more}"
        )
    return [*lines, last_line(found)]


def last_line(found: Report) -> str:
    return f"facts: {len(found.tested)} tested, {len(NOT_MODELLED)} not modelled, of {len(FACTS)}"


def text(found: Report) -> str:
    """Return the text of docs/coverage.md."""
    parts = [
        "# Coverage",
        "<!-- Made by `python3 manage.py facts --write`. Do not edit. -->",
        "Every fact that the engine rests on: its rule card, and the tests of `tests/facts` named after it. "
        "*Forwarded*: a test walks packets or plays failovers. *Drawn*: tests read drawings and their "
        "tables. *Calculated*: tests only compute a number or a word, and no packet depends on it there; "
        "single tests of that kind are marked as well.",
        f"`{last_line(found)}`",
    ]
    for area in AREAS:
        parts.append(f"## {area.letter}. {area.title}")
        parts.append(
            _table(
                ("Fact", "Rule card", "Rule", "Shown", "Tests"), [_row(found, fact) for fact in area.facts]
            )
        )
    parts.append("## Not modelled")
    if NOT_MODELLED:
        rows = [(fact, gone.reason, gone.verdict) for fact, gone in NOT_MODELLED.items()]
        parts.append(_table(("Fact", "Why", "What the engine says instead"), rows))
    else:
        parts.append("Nothing: every fact has a card and a test.")
    parts.append("## Statements of the article")
    parts.append(
        "What the article that the sandbox began with says, in our words, numbered as in the exercise "
        "catalogue. Labs are numbers of that catalogue."
    )
    rows = [
        (says.id or "", says.text, *_proof(found, says.facts), ", ".join(map(str, says.labs)))
        for says in STATEMENTS
    ]
    parts.append(_table(("", "Statement", "Facts", "Tests", "Labs"), rows))
    parts.append("## The map of the fact sheet")
    labs = {says.id: says.labs for says in STATEMENTS}
    rows = [
        (
            statement,
            *_proof(found, facts),
            ids.replace(" ", ", "),
            ", ".join(str(lab) for lab in sorted({lab for key in ids.split() for lab in labs[key]})),
        )
        for statement, facts, ids in SEED_MAP
    ]
    parts.append(_table(("Statement", "Facts", "Tests", "As", "Labs"), rows))
    return "\n\n".join(parts) + "\n"


def _row(found: Report, fact: str) -> tuple[str, ...]:
    card = found.cards.get(fact)
    way = found.way(fact)
    tests = [
        f"`{name}`" + (" (calculated)" if way != "calculated" == how(HERE / file, name) else "")
        for file, name in found.tests.get(fact, ())
    ]
    if fact in NOT_MODELLED:
        return fact, "", "not modelled, see below", "", ""
    rule = (f"`{card.id}`", card.statement) if card else ("", "")
    return fact, *rule, way, "<br>".join(tests)


def _proof(found: Report, facts: str) -> tuple[str, str]:
    """Return the facts of a statement, and where how many tests of them are."""
    files: dict[str, int] = {}
    for fact in spread(facts):
        for file, _ in found.tests.get(fact, ()):
            files[file] = files.get(file, 0) + 1
    where = ", ".join(f"{file.removesuffix('.py')} ({count})" for file, count in sorted(files.items()))
    return facts.replace(" ", ", "), where


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
