"""The way to the broker: settings arrive, messages go and come, and one client does it."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from kombu import Queue

from sandbox.broker import Channel, Transport
from sandbox.celery import app


def test_all_settings_of_django_reach_celery() -> None:
    names = [name for name in dir(settings) if name.startswith("CELERY_")]
    assert len(names) > 10
    for name in names:
        assert app.conf[name.removeprefix("CELERY_").lower()] == getattr(settings, name), name


@pytest.mark.parametrize("address", ["redis://h:1/0", "rediss://h:1/0", "rediss://h:1/0?ssl_cert_reqs=none"])
def test_an_address_keeps_its_name_and_what_it_says_of_tls(address: str) -> None:
    connection = app.connection_for_write(url=address)
    assert connection.get_transport_cls() is Transport
    assert connection.as_uri().split(":")[0] == address.split(":")[0]
    assert bool(connection.ssl) == address.startswith("rediss")


def test_one_client_sends_and_takes_until_its_pool_ends() -> None:
    with app.connection_for_write() as connection:
        channel: Any = connection.default_channel
        assert isinstance(channel, Channel)
        queue = Queue("of-a-test", channel=channel)
        queue.declare()
        clients = []
        for number in range(2):
            with connection.Producer() as producer:
                producer.publish({"number": number}, routing_key=queue.name, exchange="")
            found = queue.get()
            assert found is not None
            assert found.payload == {"number": number}
            found.ack()
            with channel.conn_or_acquire() as client:
                clients.append(client)
        assert clients[0] is clients[1]
        assert channel.client is not clients[0]  # the one that waits for messages is another
        channel._disconnect_pools()  # type: ignore[attr-defined]
        queue.delete()
        with channel.conn_or_acquire() as client:
            assert client is not clients[0]
            assert client.connection_pool is channel.pool
