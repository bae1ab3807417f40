"""Controllers: programs outside the drawing that rewrite routes when an appliance fails, and their rights.

Source: Azure/ha-nva-fo README (interval, tries, a role on what the tables are in); Azure RBAC overview and
best practices (a role assignment is who, what and on which scope).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from netcore.document.part import Part
from netcore.document.values import Id, Name

Scope = Literal["subscription", "tables"]
"""Where the role of a controller's identity is assigned: on everything, or on single route tables."""


MOST_TABLES = 500
"""Tables that one controller may have rights to one by one. Ours: beyond that a wider scope is meant."""


class Controller(Part):
    """One controller of ``route-pollers``: how it looks, and what its identity may write.

    The design ``route-poller`` goes by the first one.

    Args:
        interval_s: how often it looks, 1 s to a day; None: as ``poller.wait`` of the timing profile says.
        tries_s: how long it tries before it believes that nobody answers, up to a day; None: as
            ``poller.tries`` says.
        scope: ``subscription``: it may write every table and all else, ``tables`` then adds nothing, as roles
            add up; ``tables``: those that ``tables`` names, and no more.
        tables: ids of route tables, 500 at most.
    """

    name: Name
    interval_s: Annotated[float, Field(ge=1, le=86_400)] | None = None
    tries_s: Annotated[float, Field(ge=0, le=86_400)] | None = None
    scope: Scope = "subscription"
    tables: Annotated[tuple[Id, ...], Field(max_length=MOST_TABLES)] = ()
