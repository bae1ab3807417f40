"""Programs that tests need and Python cannot bring: Redis, a browser, gettext, a guest made of Linux."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from sandbox.common.launch.stages import Trouble, explain, stage

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_NAMESPACE_TOOLS = {"ip": "iproute2", "nft": "nftables"}
_MAC_APPS = ("Chromium.app/Contents/MacOS/Chromium", "Google Chrome.app/Contents/MacOS/Google Chrome")


def find_redis() -> str | None:
    """Return the path of a Redis server."""
    return shutil.which("redis-server") or shutil.which("valkey-server")


def find_chromium() -> str | None:
    """Return the path of a Chromium: CHROMIUM, one on the PATH, one of macOS, or Playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    for name in _CHROMIUM:
        found = shutil.which(name)
        if found and not _is_snap_stub(found):
            return found
    apps = [Path("/Applications") / app for app in _MAC_APPS]
    own = sorted(_playwright_folder().glob("chromium-*/chrome-linux*/chrome"))
    own += sorted(_playwright_folder().glob("chromium-*/chrome-mac*/*.app/Contents/MacOS/*"))
    return next((str(path) for path in [*own, *apps] if path.exists()), None)


def install_missing() -> None:
    """Install Redis, Chromium and gettext where missing, and what makes network namespaces where root may.

    Raises:
        Trouble: this machine has no way that we know, or it failed.
    """
    if not find_redis():
        _install("redis-server", brew=["redis"])
    if not find_chromium():
        if _is_ubuntu():
            # Ubuntu's chromium package is a snap, which does not start in containers.
            _run([sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"], "chromium")
        else:
            _install("chromium", brew=["--cask", "chromium"])
    if not shutil.which("msgfmt"):
        _install("gettext", brew=["gettext"])
    for program, package in _NAMESPACE_TOOLS.items():
        if _can_make_namespaces() and not shutil.which(program):
            _install(package, brew=[])
    for name, found in (("redis-server", find_redis()), ("chromium", find_chromium())):
        if not found:
            raise Trouble(f"{name} was installed, but is not on the PATH.")


def _can_make_namespaces() -> bool:
    return sys.platform.startswith("linux") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install(package: str, brew: list[str]) -> None:
    if shutil.which("apt-get") and (os.geteuid() == 0 or shutil.which("sudo")):
        apt = ["apt-get"] if os.geteuid() == 0 else ["sudo", "apt-get"]
        _run([*apt, "update", "-qq"], "package lists")
        _run([*apt, "install", "-y", "-qq", "--no-install-recommends", package], package)
    elif shutil.which("brew"):
        _run(["brew", "install", *brew], package)
    else:
        raise Trouble(
            f"The tests need {package}. Install it with your system's package manager, then run this again."
        )


def _run(command: list[str], what: str) -> None:
    with stage("tools", f"{what} ({Path(command[0]).name})"):
        # The terminal stays connected: sudo may ask for a password.
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        done = subprocess.run(command, env=env, capture_output=True, encoding="utf-8", errors="replace")
        if done.returncode:
            raise Trouble(explain(done.stdout + done.stderr, f"installing {what}"))


def _is_snap_stub(path: str) -> bool:
    return _is_ubuntu() and "google" not in path


def _is_ubuntu() -> bool:
    release = Path("/etc/os-release")
    return release.exists() and "ID=ubuntu" in release.read_text(encoding="utf-8").splitlines()


def _playwright_folder() -> Path:
    cache = "Library/Caches" if sys.platform == "darwin" else ".cache"
    return Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / cache / "ms-playwright")
