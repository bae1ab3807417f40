"""What goes to a server: the compose file and the production settings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sandbox.common.launch.checks import PRODUCTION
from tests.conftest import ROOT

COMPOSE = ROOT / "docker-compose.yml"


def _validate(path: Path) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).parent / "check-jsonschema"
    command = [tool, "--builtin-schema", "vendor.compose-spec", str(path)]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_compose_file_is_valid() -> None:
    assert _validate(COMPOSE).returncode == 0


def test_a_mistyped_key_in_the_compose_file_is_found(tmp_path: Path) -> None:
    wrong = tmp_path / "docker-compose.yml"
    wrong.write_text(
        COMPOSE.read_text(encoding="utf-8").replace("healthcheck:", "healthchek:"), encoding="utf-8"
    )
    done = _validate(wrong)
    assert done.returncode == 1
    assert "healthchek" in done.stdout


def _check(**changes: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    # What the harness of these tests sets for itself is not production's.
    env = {**os.environ, **dict(PRODUCTION), **changes}
    env.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)


def test_production_settings_pass_the_deployment_check() -> None:
    done = _check()
    assert done.returncode == 0, done.stderr


def test_the_deployment_check_bites() -> None:
    assert "security.W012" in _check(HTTPS="false").stderr
    assert "sandbox.W001" in _check(DATABASE_URL="sqlite:////tmp/none.sqlite3").stderr


def test_production_asks_for_its_secret() -> None:
    env = {key: value for key, value in os.environ.items() if key != "SECRET_KEY"}
    env |= {key: value for key, value in PRODUCTION if key != "SECRET_KEY"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "SECRET_KEY" in done.stderr
