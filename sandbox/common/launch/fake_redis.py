"""A pretend Redis on a port of this machine: `python fake_redis.py PORT`. For a demo, not for many people."""

from __future__ import annotations

import sys

from fakeredis import TcpFakeServer

if __name__ == "__main__":
    # Without this each answer waits for the kernel to collect more bytes: 40 ms per hop (measured).
    sys.modules[TcpFakeServer.__module__].TCPFakeRequestHandler.disable_nagle_algorithm = True
    TcpFakeServer(("127.0.0.1", int(sys.argv[1]))).serve_forever()
