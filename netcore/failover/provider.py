"""Whose design it is: each provider has its own calls, probes and gateways."""

from __future__ import annotations

from netcore.errors import NotModelled
from netcore.failover.scene import Scene
from netcore.profiles import profile
from netcore.words import say


def need_provider(scene: Scene, name: str) -> None:
    """Refuse a drawing whose profile is another provider's.

    Raises:
        NotModelled: it is.
    """
    found = profile(scene.drawn.profile).drawing.name
    if found != name:
        raise NotModelled(
            say(
                "This design is one of {name}, and the drawing is read as {found} reads it.",
                name=name,
                found=found,
            )
        )
