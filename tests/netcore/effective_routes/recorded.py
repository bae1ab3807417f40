"""Recorded answers as tables: one row per line, `source state prefix type next-hops`, next hops by comma."""

from __future__ import annotations

from tests.netcore.build import Net

Row = tuple[str, str, str, str, tuple[str, ...]]

_SOURCES = {"D": "Default", "U": "User", "G": "VirtualNetworkGateway"}
_TYPES = {
    "Local": "VnetLocal",
    "Peering": "VNetPeering",
    "Gateway": "VirtualNetworkGateway",
    "Appliance": "VirtualAppliance",
}


def recorded(table: str) -> set[Row]:
    """Return the rows of a table. ``D``, ``U``, ``G`` stand for the source; ``-`` before it means Invalid."""
    rows: set[Row] = set()
    for line in filter(None, map(str.strip, table.splitlines())):
        mark, prefix, hop, *hops = line.split()
        state = "Invalid" if mark.startswith("-") else "Active"
        addresses = tuple(hops[0].split(",")) if hops else ()
        rows.add((_SOURCES[mark.lstrip("-")], state, prefix, _TYPES.get(hop, hop), addresses))
    return rows


def shown(drawn: Net, nic: str) -> set[Row]:
    """Return the effective routes of a NIC, without the built-in None rows."""
    return {
        (
            row.source.value,
            row.state.value,
            str(prefix),
            row.next_hop_type.value,
            tuple(str(hop) for hop in row.next_hop_ips),
        )
        for row in drawn.network().routes(nic).rows
        for prefix in row.prefixes
        if not (row.source.value == "Default" and row.next_hop_type.value == "None")
    }
