"""A Linux guest in a network namespace, whose NICs end in a second one where packets are made and caught.

    [world] w0 --- eth0 [guest] eth1 --- w1 [world]

The world has no addresses and answers nothing: it puts frames on the wires and reads what comes back, as a
fabric would. ARP is off in the guest, for the fabric would give the same answer to every question (fact B3).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address

UDP = 17
ICMP = 1
ETHERTYPE_IPV4 = 0x0800
_NEWNET = 0x40000000
_SENTINEL = 0xFFFF
"""ICMP identifier of the echo that says: everything before me has been dealt with."""


def missing() -> str | None:
    """Return why the machine cannot make namespaces and guests; None when it can."""
    if not sys.platform.startswith("linux"):
        return "network namespaces are Linux"
    if os.geteuid() != 0:
        return "network namespaces need root"
    for program in ("ip", "nft"):
        if not shutil.which(program):
            return f"the program {program} is absent"
    return None


@dataclass(frozen=True)
class Seen:
    """What became of one packet that was put on a wire.

    Args:
        outcome: forwarded, accepted (its port is closed, and the guest says so), expired, no route, silence.
        nic: number of the NIC it came out of.
        packet: the IP packet as it came out.
    """

    outcome: str
    nic: int | None = None
    packet: bytes = b""

    @property
    def source(self) -> IPv4Address:
        """Source address of what came out."""
        return IPv4Address(self.packet[12:16])

    @property
    def destination(self) -> IPv4Address:
        """Destination address of what came out."""
        return IPv4Address(self.packet[16:20])

    @property
    def ttl(self) -> int:
        """TTL of what came out."""
        return self.packet[8]

    @property
    def ports(self) -> tuple[int, int]:
        """Source and destination port of what came out."""
        first, second = struct.unpack("!HH", self.packet[20:24])
        return int(first), int(second)


class Lab:
    """One guest with some NICs; ``close`` removes it."""

    def __init__(self, nics: int = 3) -> None:
        self.guest, self.world = f"vs-guest-{os.getpid()}", f"vs-world-{os.getpid()}"
        self.nics = range(nics)
        for name in (self.guest, self.world):
            _run(["ip", "netns", "add", name])
        lines = [f"link add name eth{n} type veth peer name w{n} netns {self.world}" for n in self.nics]
        lines += ["link set dev lo up"] + [f"link set dev eth{n} arp off up" for n in self.nics]
        self.ip(lines)
        _batch(self.world, [f"link set dev w{n} up" for n in self.nics])
        self.sysctl(
            **{
                "net.ipv4.conf.all.rp_filter": 0,
                "net.ipv4.conf.default.rp_filter": 0,
                "net.ipv4.conf.all.send_redirects": 0,
                "net.ipv4.icmp_ratelimit": 0,
                **{f"net.ipv4.conf.eth{n}.rp_filter": 0 for n in self.nics},
                **{f"net.ipv4.conf.eth{n}.send_redirects": 0 for n in self.nics},
                **{f"net.ipv6.conf.eth{n}.disable_ipv6": 1 for n in self.nics},
            }
        )
        with _inside(self.world):
            self._wires = [
                socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) for _ in self.nics
            ]
            for number, wire in zip(self.nics, self._wires, strict=True):
                wire.bind((f"w{number}", 3))
                wire.settimeout(5)
        with _inside(self.guest):
            self._macs = [_mac(f"eth{number}") for number in self.nics]

    def close(self) -> None:
        """Remove both namespaces."""
        for wire in self._wires:
            wire.close()
        for name in (self.guest, self.world):
            subprocess.run(["ip", "netns", "del", name], check=False)

    def ip(self, lines: Sequence[str]) -> None:
        """Run lines of ``ip`` in the guest."""
        _batch(self.guest, lines)

    def route_get(self, destinations: Sequence[str]) -> list[tuple[str, str]]:
        """Return device and source that the guest takes for each destination."""
        done = _batch(self.guest, [f"route get {destination}" for destination in destinations], "-o")
        found = []
        for line in done.splitlines():
            words = line.split()
            if "dev" in words:
                found.append((words[words.index("dev") + 1], words[words.index("src") + 1]))
        return found

    def nft(self, text: str) -> None:
        """Replace the guest's packet filter."""
        _run(["ip", "netns", "exec", self.guest, "nft", "-f", "-"], "flush ruleset\n" + text)

    def sysctl(self, **values: int) -> None:
        """Set kernel switches of the guest."""
        with _inside(self.guest):
            for name, value in values.items():
                with open("/proc/sys/" + name.replace(".", "/"), "w") as file:
                    file.write(str(value))

    def knows(self, kind: str) -> bool:
        """Return whether this kernel has a kind of link."""
        more = (
            "id 1 dstport 4789 dev eth0 remote 192.0.2.1"
            if kind == "vxlan"
            else "remote 192.0.2.1 local 192.0.2.2"
        )
        done = subprocess.run(
            ["ip", "-n", self.guest, "link", "add", "name", "probe0", "type", kind, *more.split()],
            capture_output=True,
        )
        if done.returncode == 0:
            self.ip(["link del dev probe0"])
        return done.returncode == 0

    def send(self, nic: int, packets: dict[int, bytes], own: IPv4Address) -> dict[int, Seen]:
        """Put packets on the wire of a NIC and return what became of each.

        Args:
            packets: IP identification, which is unique, -> packet.
            own: an address of the guest; an echo of it marks the end.
        """
        for packet in packets.values():
            self._put(nic, packet)
        self._put(nic, ipv4(IPv4Address("192.0.2.77"), own, ICMP, _echo(), identification=0, ttl=64))
        seen: dict[int, Seen] = {}
        for number, frame in self._until_echo():
            identification, outcome = _judged(frame)
            if identification in packets and identification not in seen:
                seen[identification] = Seen(outcome, number, frame)
        return {key: seen.get(key, Seen("silence")) for key in packets}

    def wrapped(self, nic: int, packet: bytes, own: IPv4Address) -> tuple[int, bytes] | None:
        """Put a packet on a wire and return the tunnel packet that came out for it, with its NIC."""
        self._put(nic, packet)
        self._put(nic, ipv4(IPv4Address("192.0.2.77"), own, ICMP, _echo(), identification=0, ttl=64))
        caught = [(number, frame) for number, frame in self._until_echo() if packet[4:6] in frame[20:]]
        return caught[0] if caught else None

    def _put(self, nic: int, packet: bytes) -> None:
        frame = self._macs[nic] + bytes.fromhex("123456789abc") + struct.pack("!H", ETHERTYPE_IPV4) + packet
        self._wires[nic].send(frame)

    def _until_echo(self) -> Iterator[tuple[int, bytes]]:
        """Yield what came out of the guest; ends when the answer to the last echo has come."""
        import select

        numbers = {wire: number for number, wire in zip(self.nics, self._wires, strict=True)}
        caught: list[tuple[int, bytes]] = []
        ended = False
        while not ended:
            ready, _, _ = select.select(self._wires, [], [], 5)
            if not ready:
                raise TimeoutError("the guest did not answer the last echo")
            for wire in ready:
                frame, address = wire.recvfrom(65_535)
                if address[2] == socket.PACKET_OUTGOING or frame[12:14] != b"\x08\x00":
                    continue
                packet = frame[14:]
                if packet[9] == ICMP and packet[20] == 0 and packet[24:26] == struct.pack("!H", _SENTINEL):
                    ended = True
                else:
                    caught.append((numbers[wire], packet))
        for wire in self._wires:  # what came out of another NIC just before the echo
            wire.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    frame, address = wire.recvfrom(65_535)
                    if address[2] != socket.PACKET_OUTGOING and frame[12:14] == b"\x08\x00":
                        caught.append((numbers[wire], frame[14:]))
            wire.settimeout(5)
        yield from caught


def udp(source_port: int, destination_port: int, data: bytes = b"sandbox") -> bytes:
    """Return a UDP datagram; no checksum, which IPv4 allows."""
    return struct.pack("!HHHH", source_port, destination_port, 8 + len(data), 0) + data


def ipv4(
    source: IPv4Address,
    destination: IPv4Address,
    protocol: int,
    data: bytes,
    *,
    identification: int,
    ttl: int,
) -> bytes:
    """Return an IPv4 packet."""
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(data), identification, 0, ttl, protocol, 0,
                       source.packed, destination.packed)  # fmt: skip
    return head[:10] + struct.pack("!H", _checksum(head)) + head[12:] + data


def _judged(packet: bytes) -> tuple[int, str]:
    """Return which packet this is about, and what it says became of it."""
    if packet[9] != ICMP:
        return int.from_bytes(packet[4:6], "big"), "forwarded"
    kind, code = packet[20], packet[21]
    about = int.from_bytes(packet[32:34], "big")  # the identification in the quoted header
    outcome = {(3, 3): "accepted", (11, 0): "expired", (3, 0): "no route", (3, 1): "no route"}.get(
        (kind, code)
    )
    return about, outcome or f"icmp {kind}/{code}"


def _echo() -> bytes:
    data = struct.pack("!BBHHH", 8, 0, 0, _SENTINEL, 1)
    return data[:2] + struct.pack("!H", _checksum(data)) + data[4:]


def _checksum(data: bytes) -> int:
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _mac(device: str) -> bytes:
    done = _run(["ip", "-o", "link", "show", "dev", device])
    words = done.split()
    return bytes.fromhex(words[words.index("link/ether") + 1].replace(":", ""))


def _batch(namespace: str, lines: Sequence[str], *options: str) -> str:
    return _run(["ip", "-n", namespace, *options, "-batch", "-"], "\n".join(lines) + "\n")


def _run(command: list[str], text: str | None = None) -> str:
    done = subprocess.run(command, input=text, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}\n{text or ''}")
    return done.stdout


@contextlib.contextmanager
def _inside(namespace: str) -> Iterator[None]:
    """Stand in a namespace; sockets made there stay there."""
    libc = ctypes.CDLL(None, use_errno=True)

    def enter(file: int) -> None:
        if libc.setns(file, _NEWNET):
            raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")

    with open("/proc/thread-self/ns/net") as home, open(f"/run/netns/{namespace}") as there:
        enter(there.fileno())
        try:
            yield
        finally:
            enter(home.fileno())
