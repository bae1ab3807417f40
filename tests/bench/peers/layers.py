"""The peers of fan-out: each event is sent to a group of a channel layer, whose consumers send it on.

``application`` is all that this needs and nothing of the product: as small as Django and Channels go, with
their settings as they come. A server of the same kind as the product's serves it.
"""

from __future__ import annotations

import os
from typing import Any, Final

import django
from asgiref.sync import async_to_sync
from celery import Celery
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import channel_layers
from channels.routing import ProtocolTypeRouter, URLRouter
from channels_redis.core import RedisChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.conf import settings
from django.urls import path

if "DJANGO_SETTINGS_MODULE" not in os.environ and not settings.configured:
    settings.configure(SECRET_KEY="of nothing", INSTALLED_APPS=["channels"])  # a server of its own
    django.setup()

GROUP: Final = "watched"
LAYERS: Final = {"pub/sub layer": RedisPubSubChannelLayer, "core layer": RedisChannelLayer}
PATHS: Final = {"pub/sub layer": "peer/pubsub/", "core layer": "peer/core/"}


def layer(name: str) -> Any:
    """Return a channel layer of a kind; one for each process."""
    return channel_layers[name]


for _name, _kind in LAYERS.items():
    channel_layers.set(_name, _kind(hosts=[os.environ["REDIS_URL"]]))


class _Watcher(AsyncWebsocketConsumer):
    groups = [GROUP]

    async def event(self, message: dict[str, Any]) -> None:
        """Send an event on."""
        await self.send(message["text"])


def _watcher(name: str) -> Any:
    return type("Watcher", (_Watcher,), {"channel_layer_alias": name}).as_asgi()  # type: ignore[attr-defined]


application: Any = ProtocolTypeRouter(
    {"websocket": URLRouter([path(where, _watcher(name)) for name, where in PATHS.items()])}
)

queue = Celery("peer", broker=os.environ["REDIS_URL"], set_as_current=False)
queue.conf.task_default_queue = "peer"
queue.conf.broker_transport = "kombu.transport.redis:Transport"  # by its name the product's would be taken


@queue.task
def first_event(text: str) -> None:
    """Tell the group of the pub/sub layer."""
    send = async_to_sync(layer("pub/sub layer").group_send)
    send(GROUP, {"type": "event", "text": text})
