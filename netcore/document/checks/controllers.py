"""Controllers: what they may write is drawn."""

from __future__ import annotations

from netcore.document.checks.ground import Drawing
from netcore.words import say


def check(drawing: Drawing) -> None:
    """Report rights to route tables that are not drawn."""
    there = drawing.topology.route_tables
    for key, controller in drawing.scenario.controllers.items():
        for place, table in enumerate(controller.tables):
            if table not in there:
                drawing.dangling(("controllers", key, "tables", place), table, say("route table"), there)
