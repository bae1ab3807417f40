"""Ready-made drawings to begin with: the files in ``seeds``, by their names."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext

SEEDS: Final = Path(__file__).parent / "seeds"
_FAILOVERS: Final = tuple(sorted(path.stem for path in SEEDS.glob("failover-*.json")))
NAMES: Final = (
    "two-firewalls",
    "first-packet",
    "hub-and-spokes",
    "both-clouds",
    "with-problems",
    *_FAILOVERS,
)
"""Names of the files in the order in which they are shown."""


class Template(NamedTuple):
    """One ready-made drawing. ``document`` is plain data; do not change it."""

    id: str
    document: dict[str, Any]

    @property
    def name(self) -> str:
        """Return what it is called."""
        return str(self.document["name"])

    @property
    def description(self) -> str:
        """Return what it is for."""
        return str(self.document.get("description", ""))

    @property
    def group(self) -> str:
        """Return under which heading it stands: ``Packets`` or ``Failovers``."""
        return gettext("Failovers") if self.id in _FAILOVERS else gettext("Packets")


@cache
def templates() -> dict[str, Template]:
    """Return all templates by id, in their order; read from disk once."""
    read = {name: json.loads((SEEDS / f"{name}.json").read_text(encoding="utf-8")) for name in NAMES}
    return {name: Template(name, document) for name, document in read.items()}
