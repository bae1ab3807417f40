"""Ports, the data folder and its lock."""

from __future__ import annotations

import contextlib
import secrets
import socket
from pathlib import Path
from typing import IO

from sandbox.common.launch.stages import Trouble

FIRST_PORT = 8000
_TRIES = 100


def choose_port(wanted: int | None) -> int:
    """Return the wanted port, or 8000 or the next free one.

    Raises:
        Trouble: the wanted port cannot be used.
    """
    if wanted is not None:
        problem = port_problem(wanted)
        if problem:
            raise Trouble(problem)
        return wanted
    for port in range(FIRST_PORT, FIRST_PORT + _TRIES):
        if not port_problem(port):
            return port
    raise Trouble(
        f"The ports {FIRST_PORT} to {FIRST_PORT + _TRIES - 1} are all in use. Choose one with --port."
    )


def port_problem(port: int) -> str:
    """Return why a port of this machine cannot be used, or nothing."""
    if not 0 < port < 65536:
        return f"{port} is no port: choose one from 1024 to 65535."
    with socket.socket() as probe:
        # Some systems let two servers bind one port on different addresses, so asking comes first.
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            return f"Port {port} is in use. Choose another with --port, or leave it out."
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            return f"Port {port} needs more rights than you have. Choose one above 1023 with --port."
        except OSError:
            return f"Port {port} is in use. Choose another with --port, or leave it out."
    return ""


def prepare_folder(folder: Path) -> IO[str]:
    """Make the data folder and take its lock; keep the returned file open as long as the folder is used.

    Raises:
        Trouble: it cannot be written, or another demo uses it.
    """
    try:
        (folder / "logs").mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise Trouble(f"The data folder {folder} cannot be written: {error.strerror}.") from error
    with contextlib.suppress(ImportError):  # Windows has no fcntl; there nobody is warned
        import fcntl

        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise Trouble(
                f"Another demo uses {folder}. End it, or choose another folder with --data."
            ) from error
    return lock


def secret_key(folder: Path) -> str:
    """Return the key that signs sessions, made at the first start and kept in the data folder."""
    path = folder / "secret-key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50), encoding="utf-8")
    return path.read_text(encoding="utf-8")
