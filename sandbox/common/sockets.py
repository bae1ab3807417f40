"""The socket of every address where there is none."""

from __future__ import annotations

from typing import Final

from channels.generic.websocket import AsyncWebsocketConsumer

NOT_FOUND: Final = 4404


class Nowhere(AsyncWebsocketConsumer):
    """Accepts, so that the refusal has a close code, and closes with 4404."""

    channel_layer_alias = None  # type: ignore[assignment]

    async def connect(self) -> None:
        """Refuse."""
        await self.accept()
        await self.close(NOT_FOUND)
