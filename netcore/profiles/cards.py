"""All rule cards, in the order of the fact sheet."""

from __future__ import annotations

from netcore.profiles.model import RuleCard

CARDS: tuple[RuleCard, ...] = ()
