"""manage.py before Django: one clear line for each thing that a person can mend."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def manage() -> ModuleType:
    spec = importlib.util.spec_from_file_location("manage", ROOT / "manage.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_without_a_network_one_line_says_so(tmp_path: Path) -> None:
    """A fresh clone on a machine without uv, without caches and without a network."""
    for name in ("manage.py", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    nowhere = "http://127.0.0.1:9/simple"
    env = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": nowhere,
        "UV_DEFAULT_INDEX": nowhere,
        "UV_CACHE_DIR": str(tmp_path / "cache"),
    }
    python = Path(sys.base_prefix) / "bin" / "python3"
    done = subprocess.run(
        [python, "manage.py", "demo"], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "No network: the packages could not be fetched. Connect and run this again."
    ]


@pytest.mark.parametrize(
    ("output", "line"),
    [
        (
            "error: failed to write to file\n  Caused by: No space left on device (os error 28)",
            "The disk is full",
        ),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("error: Failed to fetch: ...\n  dns error: failed to lookup address information", "No network"),
        ("ERROR: No matching distribution found for uv==0.13.9", "No network"),
        (
            "error: hash mismatch for amqp",
            "The environment could not be made:\nerror: hash mismatch for amqp",
        ),
    ],
)
def test_a_failure_is_named_by_its_cause(manage: ModuleType, output: str, line: str) -> None:
    with pytest.raises(SystemExit) as end:
        manage.complain(output)
    assert str(end.value).startswith(line)


def test_an_old_python_looks_for_a_newer_one_and_else_says_so(
    manage: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit) as end:
        manage.use_newer_python()
    assert str(end.value).startswith("VNet Sandbox needs Python 3.11 or newer; this is ")

    newer = tmp_path / "python3.12"
    newer.symlink_to(sys.executable)
    started: list[str] = []
    monkeypatch.setattr(manage, "start_again", lambda python: started.append(python) or sys.exit(0))
    with pytest.raises(SystemExit):
        manage.use_newer_python()
    assert started == [str(newer)]


def test_only_a_changed_lock_installs_again(
    manage: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The second start must not ask the installer anything."""
    venv, lock = tmp_path / ".venv", tmp_path / "requirements.lock"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").touch()
    lock.write_text("one", encoding="utf-8")
    for name, value in (("VENV", venv), ("LOCK", lock), ("PYTHON", venv / "bin" / "python")):
        monkeypatch.setattr(manage, name, value)
    monkeypatch.delenv("SANDBOX_ENV", raising=False)
    done: list[str] = []
    monkeypatch.setattr(manage, "make_environment", lambda: done.append("install"))
    monkeypatch.setattr(manage, "start_again", lambda python: done.append(python.name))

    manage.enter_environment()
    manage.enter_environment()
    lock.write_text("two", encoding="utf-8")
    manage.enter_environment()
    assert done == ["install", "python", "python", "install", "python"]
