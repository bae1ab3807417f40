"""Tunnels of the guest wrap and unwrap as Linux does: which header is outside, and what changes inside.

[sender] -- {guest: eth0, eth1, eth2} ==tunnel== [far]
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

import netcore
from netcore.trace.packet import Packet
from tests.kernel.lab import UDP, Lab, ipv4, udp
from tests.kernel.test_guest_against_linux import OWN, SENDER, SUBNETS, Table, drawing, fate
from tests.kernel.test_guest_against_linux import lab as lab

KINDS = {"vxlan": 17, "gre": 47, "ipip": 4}
"""Kinds of tunnel that Linux calls by the same name, and the protocol of the outer packet."""

CASES = 40
FAR_INNER = IPv4Address("172.31.0.9")
MAC = "02:00:00:00:00:01"


@pytest.fixture
def tunnel(lab: Lab, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Make a tunnel device in the Linux guest; removed afterwards."""
    made: list[str] = []

    def make(kind: str, remote: IPv4Address, local: IPv4Address, key: int, port: int) -> None:
        for name in made:
            lab.ip([f"link del dev {name}"])
        made.clear()
        more = {
            "vxlan": f"id {key} dstport {port} remote {remote} local {local}",
            "gre": f"remote {remote} local {local} key {key}",
            "ipip": f"remote {remote} local {local}",
        }[kind]
        name = f"t-{kind}"
        mac = f"address {MAC} " if kind == "vxlan" else ""
        lab.ip([f"link add name {name} {mac}type {kind} {more}", f"link set dev {name} arp off up"])
        lab.sysctl(**{f"net.ipv4.conf.{name}.rp_filter": 0})
        made.append(name)

    yield make
    for name in made:
        lab.ip([f"link del dev {name}"])


def known_kinds(lab: Lab) -> list[str]:
    """Return the kinds of tunnel that this kernel has; VXLAN is in every one we know."""
    kinds = [kind for kind in KINDS if lab.knows(kind)]
    assert "vxlan" in kinds
    return kinds


def test_what_is_wrapped_leaves_as_linux_sends_it(lab: Lab, tunnel: Any) -> None:
    """The guest's route leads into a tunnel: NIC, outer and inner header, TTL of both."""
    rng = random.Random(30)
    for kind in known_kinds(lab):
        for number in range(CASES):
            nic = rng.randrange(len(SUBNETS))
            remote, key, port = (
                SUBNETS[nic][rng.randint(10, 200)],
                rng.randint(1, 9999),
                rng.choice([4789, 8472]),
            )
            inside = IPv4Network((0xAC100000 + (rng.getrandbits(8) << 8), 24))
            table = Table((), True, False, None)
            tunnel(kind, remote, OWN[nic], key, port)
            lab.nft("")
            lab.ip([*table.lines(), f"route add {inside} dev t-{kind} proto static"])
            lab.sysctl(**{"net.ipv4.ip_forward": 1})
            drawn = drawing(table)
            end = {
                "kind": kind,
                "remote": str(remote),
                "key": key,
                **({"port": port} if kind == "vxlan" else {}),
            }
            drawn.set("vms/eth0/guest/tunnels", {"t": end})
            drawn.set("vms/eth0/guest/routes", {"in": {"prefix": str(inside), "tunnel": "t"}})
            destination, ttl = inside[rng.randint(1, 250)], rng.choice([64, 9, 2])
            packet = Packet(
                source="vms/sender", destination=str(destination), protocol="udp", destination_port=9, ttl=ttl
            )
            steps = netcore.trace(drawn.network(), packet).forward.steps
            outcome, left_by, source, to, _, outer_ttl = fate(steps)
            inner = next(step.after.inner for step in steps if step.after.inner is not None)
            identification = 1000 + number
            raw = ipv4(SENDER, destination, UDP, udp(49152, 9), identification=identification, ttl=ttl)
            seen = lab.wrapped(0, raw, OWN[0])
            assert seen is not None, (kind, remote)
            out, frame = seen
            assert (outcome, left_by) == ("forwarded", out)
            assert (frame[9], frame[8]) == (KINDS[kind], outer_ttl)
            assert (IPv4Address(frame[12:16]), IPv4Address(frame[16:20])) == (source, to)
            body, found_key, found_port = unwrapped(kind, frame)
            if kind != "ipip":
                assert found_key == key
            if kind == "vxlan":
                assert found_port == port
            assert inner is not None
            assert (IPv4Address(body[12:16]), IPv4Address(body[16:20]), body[8]) == (
                inner.source,
                inner.destination,
                inner.ttl,
            )


def test_what_is_unwrapped_goes_on_as_linux_forwards_it(lab: Lab, tunnel: Any) -> None:
    """A VXLAN packet for the guest: taken out, forwarded by its own table, or not if a key is wrong."""
    rng = random.Random(31)
    far = SUBNETS[1][50]
    kinds: dict[str, int] = {}
    for number in range(CASES):
        key, sent_key = rng.randint(1, 9999), 0
        sent_key = key if rng.random() < 0.75 else key + 1
        forwarding, ttl = rng.random() < 0.75, rng.choice([64, 3, 2])
        table = Table((), forwarding, False, None)
        tunnel("vxlan", far, OWN[1], key, 4789)
        lab.nft("")
        lab.ip(table.lines())
        lab.sysctl(**{"net.ipv4.ip_forward": int(forwarding)})
        destination = rng.choice([SUBNETS[2][77], SUBNETS[0][88], OWN[2]])
        drawn = drawing(table)
        drawn.set("vms/eth0/guest/tunnels", {"t": {"kind": "vxlan", "remote": str(far), "key": key}})
        ends = {"t": {"kind": "vxlan", "remote": str(OWN[1]), "key": sent_key, "address": str(FAR_INNER)}}
        routes = {"in": {"prefix": f"{destination}/32", "tunnel": "t"}}
        drawn.vm("far", "s1", str(far), guest={"tunnels": ends, "routes": routes})
        packet = Packet(
            source="vms/far", destination=str(destination), protocol="udp", destination_port=9, ttl=ttl
        )
        leg = netcore.trace(drawn.network(), packet).forward
        expected = fate(leg.steps)
        code = leg.verdict.code
        if expected[0] != "forwarded":
            words = {"NO_SERVICE": "accepted", "OS_FORWARDING_OFF": "silence", "TUNNEL_MISMATCH": "silence"}
            expected = (words.get(code or "", code), *expected[1:])
        identification = 3000 + number
        inner = ipv4(FAR_INNER, destination, UDP, udp(49152, 9), identification=identification, ttl=ttl)
        ethernet = bytes.fromhex(MAC.replace(":", "")) + bytes.fromhex("020000000002") + b"\x08\x00"
        data = struct.pack("!II", 0x08000000, sent_key << 8) + ethernet + inner
        outer = ipv4(far, OWN[1], UDP, udp(50_000, 4789, data), identification=identification, ttl=64)
        seen = lab.send(1, {identification: outer}, OWN[1])[identification]
        if seen.outcome == "forwarded":
            what = ("forwarded", seen.nic, seen.source, seen.destination, seen.ports, seen.ttl)
        else:
            what = (seen.outcome, None, None, None, None, None)
        assert what == expected, (key, sent_key, destination, ttl, code)
        kinds[seen.outcome] = kinds.get(seen.outcome, 0) + 1
    assert min(kinds.get(kind, 0) for kind in ("forwarded", "silence", "accepted")) > 2, kinds


def unwrapped(kind: str, frame: bytes) -> tuple[bytes, int, int]:
    """Return inner packet, key and UDP port of an outer packet."""
    if kind == "vxlan":
        return (
            frame[20 + 8 + 8 + 14 :],
            int.from_bytes(frame[32:35], "big"),
            int.from_bytes(frame[22:24], "big"),
        )
    if kind == "gre":
        return frame[28:], int.from_bytes(frame[24:28], "big"), 0
    return frame[20:], 0, 0
