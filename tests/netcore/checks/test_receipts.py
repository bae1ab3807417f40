"""Receipts: repeated to the verdict, and broken by whatever is changed."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

import netcore
from netcore.__main__ import main
from netcore.checks.grading import receipts
from netcore.command_line import grading
from tests.netcore.checks.grade import files, pack_of
from tests.netcore.checks.test_packs import CHECKS, VARIANTS, WRONG, pair, tried

KEY = b"a key of the tests"


def made(seed: int = 4, key: bytes | None = KEY) -> dict[str, Any]:
    pack = tried()
    document = netcore.variant(pack, seed).document
    found = netcore.grade(pack, document, {}, seed)
    plain: dict[str, Any] = json.loads(json.dumps(netcore.receipt(pack, document, {}, seed, found, key)))
    return plain


def test_a_receipt_can_be_repeated_by_whoever_has_the_pack() -> None:
    found = netcore.verify_receipt(made(), tried(), KEY)
    assert (found.good, found.signature, found.document, found.repeated) == (True, "right", True, True)
    assert found.differences == ()
    assert netcore.verify_receipt(made(key=None)).as_dict() == {
        "good": False,
        "verdict": "unverified",
        "signature": "unchecked",
        "document": True,
        "repeated": None,
        "differences": [],
    }


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("seed",), 5),
        (("engine",), "0"),
        (("checks", 0, "earned"), 60),
        (("pack", "version"), 2),
        (("document", "drawing", "name"), "other"),
        (("answers",), "0"),
    ],
)
def test_whatever_is_changed_breaks_the_signature(path: tuple[Any, ...], value: Any) -> None:
    forged = made()
    at: Any = forged
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = value
    found = netcore.verify_receipt(forged, None, KEY)
    assert not found.good and found.signature == "wrong"
    assert netcore.verify_receipt(made(), None, b"another").signature == "wrong"


def test_verdicts_that_do_not_come_again_are_named() -> None:
    forged = made(key=None)
    forged["checks"][0] |= {"state": "passed", "earned": 60}
    found = netcore.verify_receipt(forged, tried())
    assert found.repeated is False and found.differences == ("works ends otherwise than the receipt says.",)
    other = pack_of(pair(), CHECKS, about={"variants": VARIANTS, "version": 2})
    assert "another one" in netcore.verify_receipt(made(), other).differences[0]


def test_a_receipt_is_good_only_where_something_proves_it() -> None:
    forged = made(key=None)
    forged["checks"][0] |= {"state": "passed", "earned": 60}
    assert netcore.verify_receipt(forged).verdict == "unverified"
    assert netcore.verify_receipt(forged, None, KEY).verdict == "unverified", "it has no signature"
    assert netcore.verify_receipt({**forged, "signature": "0" * 64}).verdict == "unverified"
    assert netcore.verify_receipt(forged, tried()).verdict == "bad"
    assert netcore.verify_receipt(made(key=None), tried()).verdict == "good"
    assert netcore.verify_receipt(made(), None, KEY).verdict == "good"


def _files() -> dict[str, bytes]:
    """Return the files of the pack that ``made`` is about."""
    reference = {"edits": [{"start": "b1"}]}
    return files(pair(), CHECKS, about={"variants": VARIANTS}, reference=reference, wrong=WRONG)


def test_the_command_line_says_how_much_a_receipt_proves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, key, folder = tmp_path / "receipt.json", tmp_path / "key", tmp_path / "pack"
    key.write_bytes(KEY)
    for name, content in _files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    file.write_text(json.dumps(made()), encoding="utf-8")
    asked = ["verify", str(file)]
    assert main(asked) == 3
    assert "Unverified: nothing proves the receipt" in capsys.readouterr().out
    assert main([*asked, "--key", str(key)]) == 0
    assert main([*asked, str(folder)]) == 0
    assert "The receipt is proved." in capsys.readouterr().out
    forged = made()
    forged["checks"][0] |= {"state": "passed", "earned": 60}
    file.write_text(json.dumps(forged), encoding="utf-8")
    assert main(asked) == 3
    assert main([*asked, "--key", str(key)]) == 1
    assert main([*asked, str(folder)]) == 1
    assert "The receipt is not as it says." in capsys.readouterr().out


def test_a_receipt_of_a_pack_that_comes_with_the_program_is_repeated_without_naming_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, file = grading.SHIPPED / "lab-01-first-packet", tmp_path / "receipt.json"
    solution = next(iter(sorted((folder / "reference").iterdir())))
    assert main(["receipt", str(folder), str(solution), "--seed", "3"]) == 0
    receipt = json.loads(capsys.readouterr().out)
    file.write_text(json.dumps(receipt), encoding="utf-8")
    assert main(["verify", str(file)]) == 0
    assert "The grading was repeated, with the same verdicts." in capsys.readouterr().out
    forged = {**receipt, "checks": [{**receipt["checks"][0], "earned": 0}, *receipt["checks"][1:]]}
    file.write_text(json.dumps(forged), encoding="utf-8")
    assert main(["verify", str(file)]) == 1


@pytest.mark.parametrize(
    ("pack", "needed"),
    [
        ({"digest": "0" * 64}, "those in"),
        ({"id": "somebodys-own"}, "give the folder of the pack somebodys-own: none of this id"),
        ({"id": "../classes/packs/lab-01-first-packet"}, "none of this id"),
    ],
)
def test_where_the_pack_is_not_here_it_is_said_what_is_needed(
    pack: dict[str, Any], needed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = made()
    shipped = netcore.read_pack(folder_files("lab-01-first-packet"))
    given["pack"] = {"id": shipped.id, "version": shipped.version, "digest": shipped.digest, **pack}
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(given), encoding="utf-8")
    assert main(["verify", str(file)]) == 3
    assert needed in capsys.readouterr().out
    assert main(["verify", "--json", str(file)]) == 3
    assert needed in json.loads(capsys.readouterr().out)["needed"]
    assert main(["verify", "--packs", str(tmp_path), str(file)]) == 3


def folder_files(name: str) -> dict[str, bytes]:
    """Return the files of a pack that comes with the program."""
    return grading.files_of(str(grading.SHIPPED / name))


def test_where_things_are_drawn_is_no_part_of_a_drawing() -> None:
    drawing = netcore.variant(tried(), 0).document
    moved = copy.deepcopy(drawing) | {"layout": {"vms/a1": {"x": 1, "y": 2}}}
    assert receipts.digest(moved) == receipts.digest(drawing)
    assert receipts.digest(dict(reversed(list(drawing.items())))) == receipts.digest(drawing)


def test_a_receipt_names_no_hidden_check() -> None:
    rows = made()["checks"]
    assert [row["check"] for row in rows] == ["works", "quiet", "hidden 1"]
    assert "grows" not in json.dumps(made())


@pytest.mark.parametrize(
    "given", [{}, [], {"format": receipts.FORMAT}, {**made(), "seed": -1}, {**made(), "checks": 3}]
)
def test_what_is_no_receipt_is_refused(given: Any) -> None:
    with pytest.raises(netcore.FormatError):
        netcore.verify_receipt(given)
