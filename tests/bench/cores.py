"""The server that is measured has a core to itself; the broker, the clients and who tells have the others.

Where one core is for everybody, how late an event is says who was served first. Imported before anything is
started, for children keep to their parent's cores. Where the system cannot bind, or has one core, nothing is
bound.
"""

from __future__ import annotations

import os

_ALL = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
_APART = len(_ALL) > 1


def bind_server(pid: int) -> None:
    """Give a process the first core."""
    if _APART:
        os.sched_setaffinity(pid, _ALL[:1])


if _APART:
    os.sched_setaffinity(0, _ALL[1:])
