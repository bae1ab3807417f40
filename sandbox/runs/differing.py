"""The difference of two revisions as a run: what an edit did to all flows, in words and as columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import netcore
from sandbox.runs.columns import Layout
from sandbox.runs.events import Payload, WithColumns
from sandbox.runs.reaching import TOLD
from sandbox.scenarios import queries as scenario_queries
from sandbox.scenarios.models import Revision

EFFECTS: Final = tuple(effect.value for effect in netcore.OF_FLOWS)
"""In ``effects`` of a change, the lowest bit is the first of these."""

CHANGES: Final = Layout(
    "changes", (("protocol", "text"), ("pairs", "u4"), ("effects", "u1"), ("spread", "u1"))
)
PORTS: Final = Layout("ports", (("change", "u4"), ("first", "u2"), ("last", "u2")))
ENDS: Final = Layout("ends", (("path", "text"), ("address", "text")))
BLOCKS: Final = Layout("blocks", (("change", "u4"),))
MEMBERS: Final = Layout("members", (("block", "u4"), ("end", "u4"), ("receives", "u1")))


def difference(before: Revision, after: Revision) -> Iterator[Payload | None]:
    """Yield the changes that flows meet between two revisions; some are also told in words.

    Told are the first ones, and before them what people seldom mean: side effects.
    """
    yield {
        "event": "difference.began",
        "before": before.number,
        "after": after.number,
        "effects": list(EFFECTS),
    }
    arrays = scenario_queries.compared(before)
    yield None
    network = scenario_queries.network(after)
    yield None
    found = netcore.difference(arrays, network)
    if found.later is not None:
        scenario_queries.compared.keep(after, found.later)
    yield {"event": "difference.progress", "asked": found.asked, "changes": len(found.changes)}
    yield from _tables(found)
    aside = found.changes.aside().tolist()
    order = sorted(range(len(found.changes)), key=lambda number: not aside[number])
    for number in order[:TOLD]:
        change = found.changes[number]
        told = change.as_dict()
        blocks = told.pop("blocks")
        first = blocks[0]
        yield {
            "event": "difference.change",
            "number": number,
            **told,
            "side_effect": aside[number],
            "senders": first["senders"][:TOLD],
            "receivers": first["receivers"][:TOLD],
        }
        yield None
    counts = {
        effect.value: int(found.changes.pairs[found.changes.having(effect)].sum())
        for effect in netcore.OF_FLOWS
    }
    yield {
        "event": "difference.done",
        "changes": len(found.changes),
        "counts": counts,
        "side_effects": sum(aside),
        "edited": list(found.edited[:TOLD]),
        "edits": len(found.edited),
        "asked": found.asked,
        "source_ports": list(found.source_ports),
        "not_modelled": list(found.notes),
    }


def _tables(found: netcore.Difference) -> Iterator[Payload]:
    changes = found.changes
    yield WithColumns(
        CHANGES.rows(
            {
                "protocol": [change.protocol for change in changes],
                "pairs": changes.pairs.tolist(),
                "effects": changes.effects.tolist(),
                "spread": [change.spread for change in changes],
            }
        )
    )
    runs = [(number, *span) for number, change in enumerate(changes) for span in change.ports]
    yield WithColumns(
        PORTS.rows(
            {
                "change": [run[0] for run in runs],
                "first": [run[1] for run in runs],
                "last": [run[2] for run in runs],
            }
        )
    )
    blocks = [(number, block) for number, change in enumerate(changes) for block in change.blocks]
    yield WithColumns(BLOCKS.rows({"change": [number for number, _ in blocks]}))
    ends: dict[tuple[str, str], int] = {}
    members: list[tuple[int, int, bool]] = []
    for number, (_, block) in enumerate(blocks):
        members += [(number, ends.setdefault((path, ""), len(ends)), False) for path in block.senders]
        members += [(number, ends.setdefault(to, len(ends)), True) for to in block.receivers]
    yield WithColumns(
        ENDS.rows({"path": [path for path, _ in ends], "address": [address for _, address in ends]})
    )
    yield WithColumns(
        MEMBERS.rows(
            {
                "block": [one[0] for one in members],
                "end": [one[1] for one in members],
                "receives": [one[2] for one in members],
            }
        )
    )
