"""The way to the broker: kombu's, with a client of Redis that is kept.

Kombu makes one anew for each command, which takes longer than the command itself; to send a task and to take
it are three of them.
"""

from __future__ import annotations

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis


class Channel(redis.Channel):
    """Has one client as long as its pool of connections is the same."""

    _kept: Any = None

    def _create_client(self, asynchronous: bool = False) -> Any:
        if asynchronous:
            return super()._create_client(asynchronous=True)  # type: ignore[misc]
        if self._kept is None or self._kept.connection_pool is not self.pool:
            self._kept = super()._create_client()  # type: ignore[misc]
        return self._kept


class Transport(redis.Transport):
    """Kombu's for Redis in all else."""

    Channel = Channel


def use() -> None:
    """Have all addresses of Redis mean this transport: by their names, for kombu knows TLS by the name."""
    TRANSPORT_ALIASES.update(dict.fromkeys(("redis", "rediss"), f"{__name__}:{Transport.__name__}"))
