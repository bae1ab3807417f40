"""What a packet of a run may name."""

from __future__ import annotations

import pytest
from django.test import SimpleTestCase

import netcore
from netcore.failover.validation.drawings import named
from sandbox.runs.parameters import BadParameters, _check_packet


class PacketTest(SimpleTestCase):
    def test_a_name_is_a_destination(self) -> None:
        packet = netcore.Packet(source="hosts/client", destination="traffic_managers/site")
        _check_packet(packet, named({}), "/parameters")

    def test_a_name_that_is_not_drawn(self) -> None:
        packet = netcore.Packet(source="hosts/client", destination="traffic_managers/other")
        with pytest.raises(BadParameters) as caught:
            _check_packet(packet, named({}), "/parameters")
        assert caught.value.pointer == "/parameters/destination"
