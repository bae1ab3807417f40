"""The peer in C: the arrays that ``kernel.c`` takes, made from the workload without the engine."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.bench.peers.loop import NO_UDP, hop, table
from tests.bench.peers.programs import compiled
from tests.bench.workload import ANY, TCP, UDP, Flows, Hop, Rule, Workload

_POINTERS = (
    *("address", "subnet", "atom", "direct", "blocks", "hop", "source_class", "destination_class"),
    *("port_class", "source_bits", "destination_bits", "port_bits", "allow", "port_atom", "no_udp"),
    "vm",
)
_SIZES = ("atoms", "port_atoms", "words", "members")

CLASSES = 256
PORTS = 65_536

Array = NDArray[Any]


class _Network(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_void_p) for name in _POINTERS),
        *((name, ctypes.c_int64) for name in _SIZES),
    )


class PlainC:
    """The peer, ready for flows.

    Raises:
        NotMeasured: there is no C compiler.
    """

    SOURCE = ("kernel.c", "-shared", "-fPIC")
    """What is compiled, and how."""

    def __init__(self, network: Workload) -> None:
        self._library = ctypes.CDLL(str(compiled(*self.SOURCE)))
        self._kept = arrays(network)
        sizes = (self._kept["hop"].shape[1], self._kept["port_class"].shape[1], self._kept["allow"].shape[1])
        addresses = [self._kept[name].ctypes.data for name in _POINTERS]
        self._network = _Network(*addresses, *sizes, network.size.pool)

    def fates(self, flows: Flows) -> tuple[Array, Array]:
        """Return int8, what becomes of packets and of their answers, in the words of ``loop``."""
        count = len(flows.source)
        found = [np.empty(count, kind) for kind in (np.int8, np.int8, np.uint8, np.uint32)]
        columns = [ctypes.c_void_p(column.ctypes.data) for column in (*flows, *found)]
        self._library.fates(ctypes.byref(self._network), ctypes.c_int64(count), *columns)
        return found[0], found[1]


def arrays(network: Workload) -> dict[str, Array]:
    """Return the arrays by name; see the structure in ``kernel.c``."""
    tables = [table(routes) for routes in network.routes]
    groups = [rules for both in network.rules for rules in both]
    ranges = {_range(route.prefix, route.length) for routes in tables for route in routes}
    for rule in (rule for rules in groups for rule in rules):
        ranges |= {_range(rule.source, rule.source_length), _range(rule.destination, rule.destination_length)}
    ranges |= {_range(address, 32) for address in network.vm_address.tolist()}
    edges = {0} | {edge for both in ranges for edge in both if edge < 1 << 32}
    starts = np.array(sorted(edges), np.int64)
    atom = np.searchsorted(starts, network.vm_address)
    vm = np.full(len(starts), -1, np.int32)
    vm[atom] = np.arange(len(atom))
    hops = np.full((len(tables), len(starts)), int(Hop.NONE), np.uint8)
    for row, routes in zip(hops, tables, strict=True):
        for route in sorted(routes, key=lambda one: one.length):
            first, end = np.searchsorted(starts, _range(route.prefix, route.length))
            row[first:end] = hop(route)
    direct, blocks = _direct(starts)
    return {
        "address": network.vm_address.astype(np.uint32),
        "subnet": network.vm_subnet.astype(np.int32),
        "atom": atom.astype(np.int32),
        "direct": direct,
        "blocks": blocks,
        "hop": hops,
        "vm": vm,
        **_rules(groups, starts),
    }


def _rules(groups: list[list[Rule]], starts: Array) -> dict[str, Array]:
    words = -(-max(map(len, groups)) // 64)
    ports = {edge for rules in groups for rule in rules for edge in (rule.first_port, rule.last_port + 1)}
    port_starts = np.array(sorted({0} | {port for port in ports if port < PORTS}), np.int64)
    found: dict[str, list[Array]] = {
        f"{name}_{what}": [] for name in ("source", "destination", "port") for what in ("class", "bits")
    }
    allow = []
    for rules in groups:
        sides = {
            "source": (starts, [_range(rule.source, rule.source_length) for rule in rules]),
            "destination": (starts, [_range(rule.destination, rule.destination_length) for rule in rules]),
            "port": (port_starts, [(rule.first_port, rule.last_port + 1) for rule in rules]),
        }
        for name, (edges, limits) in sides.items():
            kinds, matched = _classes(edges, np.array(limits))
            each = [matched]
            if name == "port":
                each = [matched & _speaks(rules, protocol) for protocol in (TCP, UDP, ANY)]
            found[f"{name}_class"].append(kinds)
            found[f"{name}_bits"].append(np.stack([_packed(one, words, CLASSES) for one in each]))
        allow.append(_packed(np.array([[rule.allow for rule in rules]]), words, 1)[0])
    port_atom = np.searchsorted(port_starts, np.arange(PORTS), side="right") - 1
    return {
        **{name: np.ascontiguousarray(np.stack(each)) for name, each in found.items()},
        "allow": np.stack(allow),
        "port_atom": port_atom.astype(np.uint16),
        "no_udp": np.isin(np.arange(PORTS), list(NO_UDP)).astype(np.uint8),
    }


def _speaks(rules: list[Rule], protocol: int) -> Array:
    """Return which rules are about a protocol; ``ANY`` stands for one that no rule names."""
    return np.array([rule.protocol in (ANY, protocol) for rule in rules])


def _classes(starts: Array, limits: Array) -> tuple[Array, Array]:
    """Return the class of each atom, and which rules match the atoms of a class: bool [class, rule]."""
    firsts, ends = np.searchsorted(starts, limits).T
    edges = np.unique(np.concatenate([[0], firsts, ends]))
    edges = edges[edges < len(starts)]
    if len(edges) > CLASSES:
        raise ValueError("a group has more rules than classes have numbers")
    kinds = np.repeat(np.arange(len(edges), dtype=np.uint8), np.diff(edges, append=len(starts)))
    return kinds, (firsts <= edges[:, None]) & (edges[:, None] < ends)


def _packed(matched: Array, words: int, rows: int) -> Array:
    """Return bool [row, rule] as bits: uint64 [row, word], filled up to so many rows."""
    found = np.zeros((rows, words * 8), np.uint8)
    packed = np.packbits(matched, axis=1, bitorder="little")
    found[: len(packed), : packed.shape[1]] = packed
    return found.view("<u8")


def _direct(starts: Array) -> tuple[Array, Array]:
    """Return the atom of every first 24 bits, and by the last 8 where there are several (DIR-24-8)."""
    heads = np.arange(1 << 24, dtype=np.int64) << 8
    direct = np.repeat(np.arange(len(starts)), np.diff(np.searchsorted(heads, starts), append=1 << 24))
    several = np.unique(starts[starts & 255 != 0] >> 8)
    inner = (several[:, None] << 8) + np.arange(256)
    blocks = np.searchsorted(starts, inner.ravel(), side="right") - 1
    direct[several] = -1 - np.arange(len(several))
    return direct.astype(np.int32), blocks.astype(np.int32)


def _range(prefix: int, length: int) -> tuple[int, int]:
    """Return the first address of a prefix and the one behind its last."""
    return prefix, prefix + (1 << (32 - length))
