"""docs/performance.md: the promises, what was measured, on which machine, and what is not measured."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tests.bench.measure import Goal
from tests.bench.verdicts import ROOT, Verdict, number

PAGE = ROOT / "docs" / "performance.md"

PACKAGES = ("numpy", "numba", "tbb", "pytricia", "py-radix", "networkx", "simpy", "oxidd", "dd", "django")

_HEAD = """# Performance

Made by `python3 manage.py bench`; see `tests/bench`. Every figure is a ratio to a named peer or limit,
measured in the same run on the same machine: absolute speeds say more about the machine than about the
program.

A goal is measured like this. First ours and every peer must give the same answer; if they do not, the goal
has failed and there is no figure. Then ours and the peer work in turn, five times, in each of three fresh
processes; a process counts with the median of its ratios, and of the processes the worst counts. Where each
more takes minutes there are fewer, and the note says how many. One thread unless the line says otherwise, by
processor time. A process whose ratios spread over more than 25 % of their median is discarded, and the line
says so. Exponents of growth spread as the times do that they stand for; for them each size is read three
times, and the median counts.
"""


def machine() -> str:
    """Return the machine in words."""
    model = ""
    try:
        names = re.findall(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text("utf-8"), re.MULTILINE)
        model = names[0] if names else ""
    except OSError:
        pass
    cores = os.cpu_count() or 1
    release = ".".join(platform.release().split(".")[:2])
    return f"{cores} cores {model or platform.machine()}, {platform.system()} {release}"


def versions(before: str = "") -> str:
    """Return Python and the packages that take part, with their versions.

    Args:
        before: such a line of earlier; a package that is missing now keeps the version its figures are from.
    """
    known = dict(re.findall(r"([\w-]+) (\d[\w.+-]*\w|\d)", before))
    found = [f"Python {platform.python_version()}"]
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} {known.get(name, 'not installed')}")
    return ", ".join(found)


def row(verdict: Verdict, day: str) -> str:
    """Return one line of the table."""
    value = "" if verdict.value is None else number(verdict.value)
    spread = f"{verdict.spread:.0%}" if verdict.value is not None and verdict.target.spread else ""
    note = verdict.reason
    if verdict.discarded:
        note = f"{verdict.discarded} of {verdict.runs} runs discarded"
    elif verdict.value is not None and verdict.runs < 3:
        note = "one process" if verdict.runs == 1 else f"{verdict.runs} processes"
    target, goal = verdict.target, verdict.goal
    cells = (
        goal.id,
        goal.title,
        target.name,
        value,
        f"{target.sense} {target.limit:g}",
        verdict.word,
        spread,
        note.replace("|", "/"),
        day,
    )
    return "| " + " | ".join(cells) + " |"


def _from(there: str, line: str) -> str:
    """Return a line with the machine it was measured on."""
    *cells, note, day, end = line.split("|")
    if not re.search(r"(^|; )on ", note.strip()):
        note = f" {'; '.join(filter(None, (note.strip(), f'on {there}')))} "
    return "|".join((*cells, note, day, end))


_TABLE = (
    "| goal | what | against | measured | promised | | spread | note | day |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def text(known: Mapping[str, Goal], verdicts: Iterable[Verdict], day: str, before: str = "") -> str:
    """Return the page.

    Args:
        known: all goals, in the order of the page.
        verdicts: of this run.
        before: the page as it was; goals that this run left out keep their lines, with the machine they are
            from where it is another one. Ratios of one line were measured together, wherever that was.
    """
    rows: dict[str, list[str]] = {}
    earlier = there = ""
    for line in before.splitlines():
        if line.startswith("Versions: "):
            earlier = line
        elif line.startswith("Machine: "):
            there = line.removeprefix("Machine: ").rstrip(".")
        elif found := re.match(r"\| ([BCGS]\d+[a-e]?) \|", line):
            rows.setdefault(found[1], []).append(line if there == machine() else _from(there, line))
    fresh: dict[str, list[str]] = {}
    for verdict in verdicts:
        fresh.setdefault(verdict.goal.id, []).append(row(verdict, day))
    rows |= fresh
    lines = [line for name in known for line in rows.get(name, [])]
    about = f"Machine: {machine()}.\nVersions: {versions(earlier)}.\n"
    return "\n".join([_HEAD, about, _TABLE, *lines, ""])
