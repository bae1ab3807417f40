"""The page about packs: the pack on it is a sound one, and it knows every field that the schemas have."""

from __future__ import annotations

import re
from typing import Any

import netcore
from netcore.checks.faults.kinds import KINDS
from netcore.checks.packs.lint_faults import FAULTY
from tests.conftest import ROOT
from tests.netcore.checks.test_lint import REFUSED

PAGE = (ROOT / "docs/exercise-packs.md").read_text(encoding="utf-8")

_BLOCK = re.compile(r"^```(?:yaml|markdown)\n(?:# (\S+\.yml)|<!-- (\S+\.md) -->)\n(.*?)^```$", re.M | re.S)


def written() -> dict[str, bytes]:
    """Return the files of the pack on the page."""
    return {
        found[1] or found[2]: found[3].encode()
        for found in _BLOCK.finditer(PAGE.partition("\n## pack.yml")[0])
    }


def test_the_pack_on_the_page_is_whole_and_lint_has_nothing_against_it() -> None:
    assert {"pack.yml", "scenario.yml", "checks.yml", "text.md", "after.md"} <= set(written())
    assert [one.text for one in netcore.lint(netcore.read_pack(written()))] == []


def test_a_new_pack_in_the_browser_begins_as_the_one_on_the_page() -> None:
    folder = ROOT / "sandbox/classes/first_pack"
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    assert found == written()


def test_its_reference_earns_everything_in_another_variant_too() -> None:
    pack = netcore.read_pack(written())
    for seed in (0, 3):
        solution = netcore.read_solution(pack, written()["reference/one-route.yml"], seed)
        found = netcore.grade(pack, netcore.handed_in(pack, solution, seed), solution.answers, seed)
        assert sum(one.earned for one in found) == 100
    assert netcore.variant(pack, 3).text != netcore.variant(pack, 0).text


def fields(part: Any) -> set[str]:
    """Return the names of all fields inside a schema."""
    if isinstance(part, list):
        return set().union(*map(fields, part))
    if not isinstance(part, dict):
        return set()
    own = set(part["properties"]) if isinstance(part.get("properties"), dict) else set()
    return own.union(*map(fields, part.values()))


def test_every_field_of_every_schema_stands_on_the_page() -> None:
    words = set(re.findall(r"[a-z_0-9]+", PAGE))
    for name, schema in netcore.pack_schemas().items():
        assert fields(schema) - words - {"paths"} == set(), name  # `unchanged` is written without its field


def test_every_refusal_of_lint_and_every_kind_of_fault_stands_on_the_page() -> None:
    words = set(re.findall(r"[a-z]+(?:-[a-z]+)*", PAGE))
    codes = {row[0] for row in REFUSED} | FAULTY
    assert len(codes) > 25
    assert codes - words == set()
    assert set(KINDS) - words == set()
