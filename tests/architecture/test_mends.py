"""What the workbench offers for a problem mends it: tried by netcore.

The documents are those of tests/rejects, and the ready-made drawings with each reference led nowhere.
"""

from __future__ import annotations

import copy
import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

import netcore
from sandbox.common.launch import frontend, stages
from sandbox.scenarios import templates
from tests.conftest import ROOT

REJECTS = sorted((ROOT / "tests" / "rejects").glob("*.json"))

SHAPE = json.loads((ROOT / "static" / "src" / "document" / "shape.json").read_text())
FIELDS = {field for fields in SHAPE["models"].values() for field in fields}

SCRIPT = """
import { readFileSync } from "node:fs";
import { fixesOf } from "./fixes.js";
const cases = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map(({ document, problem }) => fixesOf(document, problem))));
"""

Mend = tuple[str, str, str, list[dict[str, Any]], dict[str, Any]]
"""Code, pointer and words of a mend, its patch, and the document."""


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
    cases = [case for file in REJECTS for case in _rejected(file)] + list(_broken())
    done = subprocess.run(
        [node, script], input=json.dumps(cases), stdout=subprocess.PIPE, text=True, check=True
    )
    return [
        (case["problem"]["code"], case["problem"]["pointer"], fix["words"], fix["patch"], case["document"])
        for case, fixes in zip(cases, json.loads(done.stdout), strict=True)
        for fix in fixes
    ]


def _rejected(file: Path) -> list[dict[str, Any]]:
    """Return the problems of a file that the workbench could show: of a drawing, not of what is none."""
    reading = netcore.read_text(file.read_bytes())
    return _cases(json.loads(file.read_bytes())) if reading.document is not None else []


def _cases(document: dict[str, Any]) -> list[dict[str, Any]]:
    # Of a kind that a file has a thousand times three are enough.
    kinds = groupby(sorted(netcore.read(document).problems, key=attrgetter("code")), attrgetter("code"))
    return [
        {"document": document, "problem": problem.as_dict()}
        for _, alike in kinds
        for problem in islice(alike, 3)
    ]


def _broken() -> Iterator[dict[str, Any]]:
    """Break each kind of reference of each ready-made drawing once, alone; yield what is new by it."""
    for template in templates.templates().values():
        seen = set()
        for keys, value in _texts(template.document):
            # A kind is the names of the fields, without the ids between them.
            kind = (keys[0], keys[1], len(keys), *(key for key in keys[2:] if key in FIELDS))
            names = value.split("/")[-1]
            if kind in seen or f'"{names}": ' not in json.dumps(template.document):
                continue
            document = copy.deepcopy(template.document)
            holder: Any = document
            for key in keys[:-1]:
                holder = holder[key]
            holder[keys[-1]] = value.removesuffix(names) + "nowhere"
            dangling = [p for p in netcore.read(document).problems if p.code == "dangling-reference"]
            if dangling:
                seen.add(kind)
                yield from ({"document": document, "problem": problem.as_dict()} for problem in dangling)


def _texts(value: Any, keys: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Yield each text of a document and where it stands."""
    if isinstance(value, str) and len(keys) > 1:
        yield keys, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _texts(one, (*keys, key))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from _texts(one, (*keys, place))


def test_a_mend_leaves_the_problem_behind_and_makes_no_other(mends: list[Mend]) -> None:
    from sandbox.scenarios import patch as json_patch

    wrong = []
    for code, pointer, words, patch, document in mends:
        before = netcore.read(document).problems
        reading = netcore.read(json_patch.apply(document, patch))
        new = Counter(one.code for one in reading.problems) - Counter(one.code for one in before)
        # At the same place another one may show up: the next in a list, or what the first one hid.
        still = {(one.code, one.pointer, one.found) for one in reading.problems}
        named = {one for one in still if one[:2] == (code, pointer)}
        if reading.document is None or new or named & {(one.code, one.pointer, one.found) for one in before}:
            wrong.append((code, pointer, words, dict(new)))
    assert not wrong, "\n".join(map(str, wrong))


def test_many_kinds_of_problems_have_one(mends: list[Mend]) -> None:
    assert len({code for code, *_ in mends}) >= 50
