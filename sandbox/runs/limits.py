"""A bound on the memory of one run inside its worker process."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

RUN_MEMORY_BYTES: Final = 1_500_000_000

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
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    try:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        limit = used + allowance_bytes
        resource.setrlimit(resource.RLIMIT_AS, (limit if hard == -1 else min(limit, hard), hard))
    except (OSError, ValueError):
        log.warning("the memory limit could not be set", exc_info=True)
    try:
        yield
    finally:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
