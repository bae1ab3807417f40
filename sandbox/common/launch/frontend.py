"""The browser's part: install its packages and build it, when it is not built from the files of now."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

from sandbox.common.launch.stages import ROOT, Trouble, run, stage

SOURCES = ROOT / "static" / "src"
MANIFEST = ROOT / "static" / "dist" / "manifest.json"
_STAMP = SOURCES / "node_modules" / ".package-lock.sha256"


def build() -> None:
    """Make static/dist what the sources say; quick when it is."""
    install()
    if not is_built():
        with stage("front end", "vite build"):
            vite = [program("node"), "node_modules/vite/bin/vite.js", "build"]
            run(vite, "vite build", cwd=SOURCES, env=environment())


def install() -> None:
    """Make node_modules what package-lock.json says; quick when it is."""
    lock = hashlib.sha256((SOURCES / "package-lock.json").read_bytes()).hexdigest()
    if _STAMP.exists() and _STAMP.read_text() == lock:
        return
    with stage("front end", "npm ci"):
        # --prefer-offline: what the cache has needs no network.
        npm = [program("npm"), "ci", "--prefer-offline", "--fetch-retries=1"]
        run(npm, "npm ci", cwd=SOURCES, env=environment())
        _STAMP.write_text(lock)


def is_built() -> bool:
    """Tell whether static/dist is younger than every source."""
    if not MANIFEST.exists():
        return False
    built = MANIFEST.stat().st_mtime
    for folder, folders, files in os.walk(SOURCES):
        if "node_modules" in folders:
            folders.remove("node_modules")
        if any((Path(folder) / name).stat().st_mtime > built for name in files):
            return False
    return True


def program(name: str) -> str:
    """Return the path of node or npm: the one of our environment, else the machine's.

    Raises:
        Trouble: there is none.
    """
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if not found:
        raise Trouble(
            f"There is no {name} here. Install Node.js 20 or newer, or run `uv pip sync requirements.lock`."
        )
    return found


def environment() -> dict[str, str]:
    """Return the environment in which scripts of npm find the same node."""
    return {**os.environ, "PATH": str(Path(program("node")).parent) + os.pathsep + os.environ.get("PATH", "")}
