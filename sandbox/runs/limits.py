"""A bound on the memory of one run inside its worker process."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

if sys.platform.startswith("linux"):
    import resource

RUN_MEMORY_BYTES: Final = 1_500_000_000

_before: list[tuple[int, int]] = []
"""The limits of the process outside of the blocks it is in, outermost first."""

log = logging.getLogger(__name__)


@contextlib.contextmanager
def memory(allowance_bytes: int = RUN_MEMORY_BYTES) -> Iterator[None]:
    """Let the process grow by an allowance inside the block; beyond it Python raises MemoryError.

    Linux only, where the limit is exact; elsewhere the block runs without one. The limit counts for the
    whole process, so this is for workers that do one run at a time.
    """
    if not sys.platform.startswith("linux"):
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    try:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        limit = used + allowance_bytes
        resource.setrlimit(resource.RLIMIT_AS, (limit if hard == -1 else min(limit, hard), hard))
    except (OSError, ValueError):
        log.warning("the memory limit could not be set", exc_info=True)
    _before.append((soft, hard))
    try:
        yield
    finally:
        _before.pop()
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def lift(error: MemoryError) -> None:
    """Let go of what an error holds, and let the process grow freely until the end of its block.

    Without that there may be no memory left to say that there is none; a second MemoryError, which nobody
    expects, would end the worker.
    """
    error.__traceback__ = error.__context__ = None
    if _before:
        resource.setrlimit(resource.RLIMIT_AS, _before[0])
