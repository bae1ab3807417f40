"""Sizes, links, and what must never be written into a file."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

LONGEST = 800


def tracked(*folders: str) -> list[Path]:
    """Return the files that git knows or would add, in order."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", *folders]
    try:
        names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.fail("the files of the project are listed by git, and git does not answer here")
    return sorted(ROOT / name for name in set(names.split("\0")) if name and (ROOT / name).is_file())


def test_no_file_is_longer_than_800_lines() -> None:
    code = [
        path
        for path in tracked("netcore", "sandbox", "static/src")
        if path.suffix in {".py", ".ts", ".tsx", ".js", ".css"}
        and "migrations" not in path.parts
        and path.name != "schema.ts"  # generated
    ]
    assert len(code) > 50
    lines = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in code}
    assert not {name: count for name, count in lines.items() if count > LONGEST}


def test_links_in_the_docs_lead_somewhere() -> None:
    pages = [path for path in tracked() if path.suffix == ".md"]
    assert pages
    broken = []
    for page in pages:
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            there = (page.parent / file).resolve() if file else page
            if not there.exists() or (anchor and anchor not in _anchors(there)):
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert not broken


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_no_file_names_a_machine_or_a_registry() -> None:
    # Written in halves, so that this file does not find itself.
    hosts = ["pypi" + r"\.org", "python" + r"hosted\.org", "registry" + r"\.npmjs", "registry" + r"\.yarnpkg"]
    paths = ["/wo" + "rk/", "/ro" + "ot/", r"/ho" + r"me/\w+/", "/Us" + r"ers/\w+/"]
    # A path begins there; subnets/work/prefixes is a place in a drawing.
    forbidden = re.compile("|".join([*hosts, *(rf"(?<!\w){path}" for path in paths)]))
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if match := forbidden.search(text):
            found.append(f"{path.relative_to(ROOT)}: {match.group()}")
    assert not found


def test_an_old_python_can_read_manage_py() -> None:
    ast.parse((ROOT / "manage.py").read_text(encoding="utf-8"), feature_version=(3, 8))


def test_the_lock_names_every_dependency_with_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", lock, flags=re.MULTILINE))
    names = [re.match(r"[a-z0-9-]+", text).group() for text in wanted]  # type: ignore[union-attr]
    assert not [name for name in names if name not in locked]
    assert lock.count("--hash=sha256:") > len(locked)
