"""Whose calls a design makes: each control plane has its own."""

from __future__ import annotations

from netcore.errors import NotModelled
from netcore.failover.scene import Scene
from netcore.profiles import profile


def only(scene: Scene, provider: str) -> None:
    """Refuse a drawing of another provider.

    Raises:
        NotModelled: the profile of the drawing is not of this provider.
    """
    drawn = profile(scene.drawn.profile).drawing.name
    if drawn != provider:
        raise NotModelled(f"This design calls the control plane of {provider}; the drawing is of {drawn}.")
