"""The peer that forwards: real packets through routers of the Linux kernel, each a network namespace.

    [source] --- [router 1] --- [router 2] --- [sink]

Each of the first three has the same table of routes, and every route leads on to the next. It knows no rules,
nothing answers, and the sink throws away what arrives. All of it is the work of one core: of the program that
sends, within whose calls the kernel forwards, and of the kernel's thread that does so where it is much.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import subprocess
import sys
import weakref
from collections.abc import Sequence
from ipaddress import IPv4Address
from itertools import pairwise
from pathlib import Path
from typing import Final

from tests.bench.measure import Mismatch, NotMeasured, same
from tests.bench.peers.prefixes import Prefixes
from tests.bench.peers.programs import compiled
from tests.bench.workload import mask

ROUTERS: Final = 2
TARGETS: Final = 64
COUNTED: Final = 10_000
"""Packets that all must arrive before anything is measured."""


class Chain:
    """Namespaces in a row, with routes; they go when this goes.

    Raises:
        NotMeasured: the machine cannot have them.
    """

    def __init__(self, prefixes: Prefixes) -> None:
        if not sys.platform.startswith("linux") or not shutil.which("ip") or not shutil.which("taskset"):
            raise NotMeasured("namespaces of the Linux kernel and the programs ip and taskset are not here")
        if os.geteuid() != 0:
            raise NotMeasured("namespaces of the kernel need root")
        self._flood = compiled("flood.c")
        self._core = max(os.sched_getaffinity(0))
        self._thread = _thread(f"ksoftirqd/{self._core}")
        self._prefixes = prefixes
        self._names = [f"bench{os.getpid()}-{place}" for place in range(ROUTERS + 2)]
        self._targets = _targets(prefixes)
        weakref.finalize(self, _removed, self._names)
        self._build()
        self._check()

    def seconds(self, longest: float) -> float:
        """Return the processor time of one packet, after some have been sent for so many seconds."""
        before, kernel = self._arrived(), self._kernel_seconds()
        _, used = self._send(longest, 0)
        arrived = self._arrived() - before
        return (used + self._kernel_seconds() - kernel) / arrived

    def _build(self) -> None:
        for name in self._names:
            _must(["ip", "netns", "add", name])
            self._within(name, "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.conf.all.rp_filter=0")
        for number, (here, there) in enumerate(pairwise(self._names)):
            link = f"link add on{number} netns {here} type veth peer name back{number} netns {there}"
            _must(["ip", *link.split()])
            for name, device, host in ((here, f"on{number}", 1), (there, f"back{number}", 2)):
                _must(["ip", "-n", name, "addr", "add", f"198.18.{number}.{host}/30", "dev", device])
                _must(["ip", "-n", name, "link", "set", device, "up"])
            routes = [
                f"route replace {IPv4Address(base)}/{length} via 198.18.{number}.2\n"
                for base, length, _ in self._prefixes
            ]
            _must(["ip", "-n", here, "-batch", "-"], "".join(routes))
        for target in self._targets:
            _must(["ip", "-n", self._names[-1], "route", "replace", "blackhole", f"{target}/32"])

    def _check(self) -> None:
        """Pass if the kernel picks the longest prefixes and every packet arrives."""
        name = self._names[1]
        for target in self._targets:
            said = _must(["ip", "-n", name, "route", "get", "fibmatch", target])
            found = re.match(r"(default|[\d.]+)(?:/(\d+))?", said)
            if found is None:
                raise Mismatch(f"the kernel's route to {target}: {said[:80]}")
            base, length = found.groups()
            kernel = (0, 0) if base == "default" else (int(IPv4Address(base)), int(length or 32))
            same(f"longest prefix of {target}", _longest(self._prefixes, int(IPv4Address(target))), kernel)
        before = self._arrived()
        sent, _ = self._send(60, COUNTED)
        same("packets that arrive", self._arrived() - before, sent)

    def _send(self, longest: float, most: int) -> tuple[int, float]:
        flood = ["taskset", "-c", str(self._core), str(self._flood), str(longest), str(most)]
        said = self._within(self._names[0], *flood, *self._targets)
        sent, used = said.split()
        return int(sent), float(used)

    def _arrived(self) -> int:
        """Return how many IPv4 packets the sink has received."""
        lines = self._within(self._names[-1], "cat", "/proc/net/snmp").splitlines()
        names, values = (line.split() for line in lines if line.startswith("Ip:"))
        return int(values[names.index("InReceives")])

    def _kernel_seconds(self) -> float:
        """Return the processor time of the kernel's thread for packets on the core so far."""
        return int((self._thread / "schedstat").read_text().split()[0]) / 1e9

    def _within(self, name: str, *command: str) -> str:
        return _must(["ip", "netns", "exec", name, *command])


def _targets(prefixes: Prefixes) -> list[str]:
    """Return addresses within the table, some of each length of prefix."""
    draw = random.Random(1)
    found: list[int] = []
    while len(found) < TARGETS:
        base, length, _ = draw.choice(prefixes)
        address = base + draw.randrange(1 << (32 - length))
        if 1 << 24 <= address < 224 << 24 and address >> 24 != 127:
            found.append(address)
    return [str(IPv4Address(address)) for address in found]


def _longest(prefixes: Prefixes, address: int) -> tuple[int, int]:
    held = [(length, base) for base, length, _ in prefixes if address & mask(length) == base]
    length, base = max(held)
    return base, length


def _thread(name: str) -> Path:
    """Return the folder of a thread of the kernel.

    Raises:
        NotMeasured: it cannot be seen, as in a container; what it forwards would cost nothing.
    """
    for comm in Path("/proc").glob("[0-9]*/comm"):
        with contextlib.suppress(OSError):  # it may have ended
            if comm.read_text().strip() == name:
                return comm.parent
    raise NotMeasured(f"the kernel's thread {name} cannot be seen here")


def _removed(names: Sequence[str]) -> None:
    """Remove namespaces; what is in them goes with them."""
    for name in names:
        subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def _must(command: Sequence[str], given: str = "") -> str:
    """Return what a program says.

    Raises:
        NotMeasured: it fails.
    """
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        why = (done.stderr or done.stdout).strip().splitlines()[:1]
        raise NotMeasured(f"{command[0]} {command[1]} fails here: {why}")
    return done.stdout
