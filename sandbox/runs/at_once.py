"""The matrix of a small drawing, made by the web server within the answer to the edit that asks for it.

No broker, worker or socket stands between the edit and its matrix then, and the document that was just
checked is compiled where it is. It is a run as any other, with its row and its events; what is too large,
comes while another one is made, or before the kernels are loaded, goes to a worker as all runs do.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Thread
from typing import Any, Final

from django.conf import settings

from sandbox.runs import queries, reaching
from sandbox.scenarios.models import Revision

MOST_NICS: Final = 200
"""A drawing of this many NICs takes the processor for about 50 ms, which the answer may come later."""

MOST_PARTS: Final = 5_000
"""Things, and their routes, rules, backends and all else they hold: few NICs can drag a long tail of them."""

MOST_PORTS: Final = 4

log = logging.getLogger(__name__)

_turn = Lock()
"""One at a time in a process: other requests wait no longer than for one matrix."""


class _Engine:
    """The kernels of this process, loaded in the background when they are first asked for."""

    def __init__(self) -> None:
        self.ready = False
        self._begun = Lock()

    def asked(self) -> bool:
        """Return whether they are loaded, and begin to load them where nobody has.

        While a worker compiles them for the first time nothing begins: they are read from the disk later.
        """
        if not self.ready and not queries.engine_starts() and self._begun.acquire(blocking=False):
            Thread(target=self._load, name="kernels", daemon=True).start()
        return self.ready

    def _load(self) -> None:
        try:
            reaching.warm()
        except Exception:
            # Whatever a compiler or its store of kernels raises, workers still make every matrix.
            log.exception("the kernels could not be loaded; workers make every matrix")
        else:
            self.ready = True


engine = _Engine()


@contextmanager
def turn(revision: Revision, parameters: Any) -> Iterator[bool]:
    """Yield whether the matrix that is asked for may be made here and now; while it is, no other one may."""
    may = settings.MATRIX_AT_ONCE and _is_small(revision, parameters) and engine.asked()
    if not (may and _turn.acquire(blocking=False)):
        yield False
        return
    try:
        yield True
    finally:
        _turn.release()


def _is_small(revision: Revision, parameters: Any) -> bool:
    topology = revision.document["topology"]
    if len(topology.get("nics", {})) > MOST_NICS or _parts(topology) > MOST_PARTS:
        return False
    ports = parameters.get("ports") if isinstance(parameters, dict) else None
    # A word means those that the drawing names; how many these are is not known yet.
    return ports is None or (isinstance(ports, list) and len(ports) <= MOST_PORTS)


def _parts(value: Any) -> int:
    """Return how many maps and members of lists there are in a value."""
    if isinstance(value, dict):
        return 1 + sum(_parts(one) for one in value.values() if isinstance(one, dict | list))
    return sum(_parts(one) if isinstance(one, dict | list) else 1 for one in value)
