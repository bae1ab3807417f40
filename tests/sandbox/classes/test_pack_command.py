"""`manage.py packs` as people run it: in a process of its own, beside a demo with its data folder."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

import netcore
from sandbox.classes.services.packs import SHIPPED, files_of, publish
from sandbox.common.launch import machine
from sandbox.common.launch.stages import ROOT

LAB = SHIPPED / "lab-01-first-packet"


def packs(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Return how `manage.py packs` ended that knows of no database and no key but those of a data folder."""
    left_out = ("SECRET_KEY", "DATABASE_URL", "SANDBOX_DATA")
    env = {name: value for name, value in os.environ.items() if name not in left_out} | environment
    command = [sys.executable, str(ROOT / "manage.py"), "packs", *map(str, words)]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def signed(secret: str) -> str:
    """Return a receipt signed as a site of this secret signs it."""
    salted = hashlib.sha256(b"sandbox.classes.receipt" + secret.encode()).digest()
    key = hmac.new(salted, b"1", hashlib.sha256).digest()
    pack = netcore.read_pack(
        {path.relative_to(LAB).as_posix(): path.read_bytes() for path in LAB.rglob("*.*")}
    )
    given = netcore.solution(pack, "reference", sorted(pack.reference)[0], 0)
    drawing = netcore.handed_in(pack, given, 0)
    results = list(netcore.grade(pack, drawing, given.answers, 0))
    return json.dumps(netcore.receipt(pack, drawing, given.answers, 0, results, key=key))


@pytest.fixture
def receipt(tmp_path: Path) -> Path:
    """Return the file of a receipt that the demo of a data folder signed."""
    folder = tmp_path / "data"
    machine.prepare_folder(folder).close()
    file = tmp_path / "receipt.json"
    file.write_text(signed(machine.secret_key(folder)), encoding="utf-8")
    return file


def test_a_receipt_of_the_demo_is_proved_with_the_key_of_its_data_folder(receipt: Path) -> None:
    data = receipt.parent / "data"
    for done in (packs("verify", receipt, "--data", data), packs("verify", receipt, SANDBOX_DATA=str(data))):
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.startswith("The receipt is proved.\n  The signature is right.")
        assert f"whose data folder is {data}, has no packs that can be read" in done.stdout
        assert "Traceback" not in done.stderr


def test_a_receipt_of_another_site_is_not_proved(receipt: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    done = packs("--data", tmp_path / "other", "verify", receipt)
    assert done.returncode == 1 and "  The signature is wrong." in done.stdout


def test_without_a_database_there_is_a_sentence_and_no_traceback(tmp_path: Path) -> None:
    for words in (("import", LAB), ("export", LAB.name, tmp_path / "out")):
        done = packs("--data", tmp_path, *words)
        assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr
        assert f"whose data folder is {tmp_path}, has no packs" in done.stderr
    done = packs("--data", tmp_path / "nowhere", "verify", LAB / "pack.yml")
    assert done.returncode == 2 and "There is no folder" in done.stderr


@pytest.mark.django_db
def test_what_cannot_be_read_or_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    latin = tmp_path / "latin"
    shutil.copytree(LAB, latin)
    (latin / "text.md").write_bytes(b"caf\xe9")
    (tmp_path / "file").write_text("")
    publish(None, None, files_of(LAB))
    for words, told in (
        (("import", "--force", latin), "latin: a file in it is not UTF-8 text"),
        (("import", "/no/such"), "There is no folder /no/such, and no pack of that id"),
        (("lint", "../packs"), "There is no folder ../packs, and no pack of that id"),
        (("export", LAB.name, tmp_path / "file"), "cannot be written into"),
    ):
        with pytest.raises(CommandError, match=told):
            call_command("packs", *map(str, words))
