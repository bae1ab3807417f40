"""The drawing of a pack on the command line: its YAML, its folder, and what is wrong with other files."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from netcore.__main__ import main
from tests.conftest import ROOT

LAB = ROOT / "sandbox" / "classes" / "packs" / "lab-13-three-in-a-row"


def broken(capsys: pytest.CaptureFixture[str], file: Path | str) -> str:
    assert main(["break", str(file)]) == 0
    shown = capsys.readouterr()
    assert "of 5)" in shown.err
    return shown.out


def test_faults_are_put_into_the_drawing_of_a_pack_however_it_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its YAML, its folder, standard input, and the JSON of a pack that is written so."""
    yaml = LAB / "scenario.yml"
    expected = broken(capsys, yaml)
    assert json.loads(expected)["topology"]["vms"]
    assert broken(capsys, LAB) == expected
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(yaml.read_bytes())))
    assert broken(capsys, "-") == expected
    (tmp_path / "scenario.json").write_text(expected)
    assert broken(capsys, tmp_path) == broken(capsys, tmp_path / "scenario.json")


def test_other_questions_take_the_drawing_of_a_pack_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(LAB)]) == 0
    assert main(["warnings", str(LAB / "scenario.yml")]) in (0, 1)
    assert main(["switches", str(LAB)]) == 0
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("scenario.yml", "schema: 1\nname: [x\n", ["scenario.yml", "line 3", "Mend the YAML there"]),
        ("scenario.yml", "a: &b 1\nc: *b\n", ["scenario.yml", "line 1", "Mend the YAML there"]),
        ("checks.yml", "checks: []\n", ["checks.yml", "/topology", "scenario.yml"]),
        ("scenario.yml", "just words\n", ["scenario.yml", "/topology", "scenario.yml"]),
        (
            "scenario.yml",
            "schema: 1\nname: x\ntopology:\n  vnets:\n    a: {nam: a}\n",
            ["/topology/vnets/a/nam", "unknown-field", "did you mean name"],
        ),
        ("scenario.json", '{"schema": 1,}', ["not-json", "line 1", "JSON"]),
        ("text.md", "", ["text.md", "/topology"]),
    ],
)
def test_what_is_no_drawing_is_refused_with_its_place_and_what_mends_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, text: str, told: list[str]
) -> None:
    file = tmp_path / name
    file.write_text(text)
    assert main(["break", str(file)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    for words in told:
        assert words in shown.err, shown.err


def test_a_folder_without_a_drawing_says_which_files_it_may_be(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["break", str(tmp_path)]) == 2
    assert "scenario.yml" in capsys.readouterr().err
    (tmp_path / "scenario.yml").write_text("")
    (tmp_path / "scenario.json").write_text("{}")
    assert main(["break", str(tmp_path)]) == 2
    assert "scenario.json and scenario.yml" in capsys.readouterr().err


def test_who_grades_on_the_command_line_has_the_pack_and_is_told_of_hidden_checks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lab = ROOT / "sandbox" / "classes" / "packs" / "lab-01-first-packet"
    assert main(["grade", str(lab), str(lab / "wrong" / "own-router.yml"), "--json"]) == 1
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (hidden,) = (one for one in rows if one["hidden"])
    assert hidden["state"] == "failed" and hidden["counterexample"]["kind"] == "trace"
    assert hidden["title"] == "One more address range"


@pytest.mark.parametrize(
    ("option", "value"),
    [("--seed", str(2**64)), ("--seed", "-1"), ("--count", "0"), ("--count", "-1"), ("--sets", "0")],
)
def test_numbers_that_faults_cannot_be_drawn_by_are_refused_in_words(
    capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    assert main(["break", str(LAB), option, value]) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.startswith(f"{option} is ")
