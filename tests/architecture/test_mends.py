"""What the workbench offers for a problem mends it: tried by netcore in all documents of tests/rejects."""

from __future__ import annotations

import json
import subprocess
from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

import netcore
from sandbox.common.launch import frontend, stages
from tests.conftest import ROOT

REJECTS = sorted((ROOT / "tests" / "rejects").glob("*.json"))

SCRIPT = """
import { readFileSync } from "node:fs";
import { fixesOf } from "./fixes.js";
const cases = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map(({ document, problem }) => fixesOf(document, problem))));
"""

Mend = tuple[str, str, str, list[dict[str, Any]], dict[str, Any]]
"""Code, pointer and words, the patch, and the document."""


@pytest.fixture(scope="module")
def mends(tmp_path_factory: pytest.TempPathFactory) -> list[Mend]:
    """Every quick fix of every problem of the rejected documents."""
    folder = tmp_path_factory.mktemp("fixes")
    node = frontend.program("node")
    config = folder / "vite.config.mjs"
    config.write_text("export default { ssr: { noExternal: true } };")
    vite = [
        node,
        "node_modules/vite/bin/vite.js",
        "build",
        "--configLoader",
        "native",
        "--config",
        str(config),
    ]
    vite += ["--ssr", "document/edits/fixes.ts", "--outDir", str(folder)]
    stages.run(vite, "The quick fixes could not be built", cwd=frontend.SOURCES)
    script = folder / "run.mjs"
    script.write_text(SCRIPT)
    cases = [case for file in REJECTS for case in _cases(file)]
    done = subprocess.run(
        [node, script], input=json.dumps(cases), stdout=subprocess.PIPE, text=True, check=True
    )
    return [
        (case["problem"]["code"], case["problem"]["pointer"], fix["words"], fix["patch"], case["document"])
        for case, fixes in zip(cases, json.loads(done.stdout), strict=True)
        for fix in fixes
    ]


def _cases(file: Path) -> list[dict[str, Any]]:
    """Return the problems of a file that the workbench could show: of a drawing, not of what is none."""
    reading = netcore.read_text(file.read_bytes())
    if reading.document is None:
        return []
    document = json.loads(file.read_bytes())
    # Of a kind that a file has a thousand times three are enough.
    kinds = groupby(sorted(reading.problems, key=attrgetter("code")), attrgetter("code"))
    return [
        {"document": document, "problem": problem.as_dict()}
        for _, alike in kinds
        for problem in islice(alike, 3)
    ]


def test_a_mend_leaves_the_problem_behind_and_makes_no_other(mends: list[Mend]) -> None:
    from sandbox.scenarios import patch as json_patch

    wrong = []
    for code, pointer, words, patch, document in mends:
        before = {(problem.code, problem.pointer) for problem in netcore.read(document).problems}
        problems = netcore.read(json_patch.apply(document, patch)).problems
        after = {(problem.code, problem.pointer) for problem in problems}
        if (code, pointer) in after or {one for one, _ in after} - {one for one, _ in before}:
            wrong.append((code, pointer, words, sorted(after - before)))
    assert not wrong, "\n".join(map(str, wrong))


def test_many_kinds_of_problems_have_one(mends: list[Mend]) -> None:
    assert len({code for code, *_ in mends}) >= 50
