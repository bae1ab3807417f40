#!/usr/bin/env python3
"""The one command of VNet Sandbox: `python3 manage.py demo`, `test`, `check_all`, and Django's own.

The first part uses nothing but the standard library. It makes `.venv` from `requirements.lock` when that is
missing or out of date, and starts this file again inside it. Keep its syntax readable by Python 3.8, so that
an old Python gets a sentence instead of a SyntaxError.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
OLDEST = (3, 11)
UV_VERSION = "0.13.9"
BIN = "Scripts" if os.name == "nt" else "bin"
PYTHON = VENV / BIN / ("python.exe" if os.name == "nt" else "python")


def enter_environment():
    """Return inside the locked environment; make it and start again in it when we are outside.

    `SANDBOX_ENV=1` says that the packages are there already (containers).
    """
    if os.environ.get("SANDBOX_ENV") == "1" or Path(sys.prefix) == VENV:
        return
    stamp = VENV / "requirements.sha256"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not (PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted):
        if sys.version_info[:2] < OLDEST:
            use_newer_python()
        make_environment()
        stamp.write_text(wanted)
    start_again(PYTHON)


def use_newer_python():
    """Start again with the newest Python on the PATH that will do, or end with a sentence."""
    for minor in range(20, OLDEST[1] - 1, -1):
        name = "python3.%d" % minor
        found = shutil.which(name)
        # A version manager leaves names on the PATH that start nothing; only a Python that answers counts.
        if found and not run([found, "-c", ""]).returncode:
            start_again(found)
    here = sys.version.split()[0]
    sys.exit("VNet Sandbox needs Python 3.11 or newer; this is %s. Install one and run this again." % here)


def make_environment():
    """Fill `.venv` with exactly what the lock names."""
    began = time.monotonic()
    print("environment   packages of requirements.lock, about 1 GB at the first start ...", flush=True)
    uv = find_uv()
    if run([str(PYTHON), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]).returncode:
        must([uv, "venv", "--quiet", "--clear", "--no-project", "--python", sys.executable, str(VENV)])
    sync = [uv, "pip", "sync", "--quiet", "--python", str(PYTHON), str(LOCK)]
    done = run(sync)
    if done.returncode and run([*sync, "--offline"]).returncode:  # a full cache needs no network
        complain(done.stdout)
    print("environment   ready after %.1f s" % (time.monotonic() - began), flush=True)


def find_uv():
    """Return the path of uv; install it beside the project when the machine has none."""
    tool = ROOT / ".venv-uv"
    own = tool / BIN / ("uv.exe" if os.name == "nt" else "uv")
    found = shutil.which("uv")
    if found and not run([found, "--version"]).returncode:
        return found
    if not own.exists():
        venv = [sys.executable, "-m", "venv", "--clear", str(tool)]
        done = run(venv)
        if done.returncode and "ensurepip" in done.stdout and shutil.which("apt-get"):
            # Debian and Ubuntu ship python3 without its venv module.
            print("environment   installing python3-venv with apt-get ...", flush=True)
            apt = ["apt-get"] if os.geteuid() == 0 else ["sudo", "apt-get"]
            must([*apt, "update", "-qq"])
            must([*apt, "install", "-y", "-qq", "python%d.%d-venv" % sys.version_info[:2]])
            done = run(venv)
        if done.returncode:
            complain(done.stdout)
        must(
            [str(tool / BIN / "python"), "-m", "pip", "install", "-q", "--retries", "1", "uv==" + UV_VERSION]
        )
    return str(own)


def run(command):
    """Run a command and return it with its output; a missing program counts as a failure."""
    try:
        return subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace"
        )
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, stdout=str(error))


def must(command):
    """Run a command; end with a sentence when it fails."""
    done = run(command)
    if done.returncode:
        complain(done.stdout)


def complain(output):
    """End with one sentence that says why the environment could not be made."""
    text = output.lower()
    if "no space left" in text or "os error 28" in text or "disk quota" in text:
        sys.exit("The disk is full: make about 1 GB free and run this again.")
    away = (
        "resolve",
        "dns",
        "connect",
        "timed out",
        "unreachable",
        "failed to fetch",
        "no matching distribution",
    )
    if any(word in text for word in away):
        sys.exit("No network: the packages could not be fetched. Connect and run this again.")
    sys.exit("The environment could not be made:\n" + output.strip()[-2000:])


def start_again(python):
    """Replace this process by the same command under another Python."""
    command = [str(python), str(ROOT / "manage.py"), *sys.argv[1:]]
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    sys.stdout.flush()
    os.execv(str(python), command)


def main():
    """Hand over to Django."""
    try:
        enter_environment()
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        complain(str(error))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandbox.settings.local")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
