"""Open points of the sources as named options: a document sets them otherwise than its profile does.

Each is for one row of section N of the fact sheet. Numbers of N6 and N9 that a race draws at random are those
of the timing profile; here is what holds for a moment and for published windows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_network
from types import MappingProxyType
from typing import Any

from netcore.profiles.model import Profile

Choice = bool | int | str
"""What a document writes for a switch."""


@dataclass(frozen=True, slots=True)
class Switch:
    """One option.

    Args:
        point: row of section N.
        text: what it decides.
        facts: fact ids it changes.
        choices: what a document may write -> the fields of the profile that it sets.
    """

    point: str
    text: str
    facts: tuple[str, ...]
    choices: Mapping[Choice, Mapping[str, Any]]

    def default(self, profile: Profile) -> Choice | None:
        """Return the choice that a profile has made; None where the switch means nothing to it."""
        for choice, fields in self.choices.items():
            if all(getattr(profile, field) == value for field, value in fields.items()):
                return choice
        return None


def _flag(point: str, text: str, facts: str, field: str) -> Switch:
    return Switch(point, text, tuple(facts.split()), {value: {field: value} for value in (False, True)})


_SEED = frozenset({1, 6, 17, 58})
_HOPS = frozenset({"VirtualAppliance", "VirtualNetworkGateway"})
_BLOCKS = tuple(
    ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)

SWITCHES: Mapping[str, Switch] = MappingProxyType(
    {
        "protocols": Switch(
            "N1",
            "IP protocols carried between VMs: the list of 2019, or that of 2024 with ESP and AH.",
            ("C1", "C7"),
            {"seed2019": {"protocols": _SEED}, "docs2024": {"protocols": _SEED | {50, 51}}},
        ),
        "probe_counting": Switch(
            "N2",
            "How many probes take a backend out and bring it back.",
            ("J8", "J10"),
            {name: {"probe_counting": name} for name in ("threshold", "number-of-probes", "one")},
        ),
        "icmp_ha_ports": _flag("N3", "HA-ports rules carry ICMP.", "J5", "icmp_ha_ports"),
        "none_rows_gone_with_internet": Switch(
            "N4",
            "A default route of type Internet removes the built-in None routes as well.",
            ("D6",),
            {
                False: {"none_rows_removed_by": _HOPS},
                True: {"none_rows_removed_by": _HOPS | {"Internet"}},
            },
        ),
        "none_rows_gone_with_learned_default": _flag(
            "N4",
            "A learned default route removes the built-in None routes.",
            "D6",
            "none_rows_removed_by_gateway",
        ),
        "security_change_cuts_flows": _flag(
            "N5", "A flow ends when the rules no longer allow it.", "F5", "security_change_cuts_flows"
        ),
        "vpn_failover": Switch(
            "N6",
            "Whose text tells how long a VPN gateway's traffic stands still when an instance goes.",
            ("H2",),
            {year: {"vpn_failover": year} for year in ("2016", "2025")},
        ),
        "default_outbound": _flag(
            "N7", "A subnet that does not say so has default outbound access.", "K3", "default_outbound"
        ),
        "traceroute": _flag("N8", "Traceroute works.", "B9", "traceroute"),
        "address_move": Switch(
            "N9",
            "How long an address moves by calls: one minute, two, or the several that the text also has.",
            ("A21",),
            {
                "one-minute": {"address_move_s": 60},
                "two-minutes": {"address_move_s": 120},
                "several-minutes": {"address_move_s": 300},
            },
        ),
        "route_programming": Switch(
            "N9",
            "How long a host may send by its old routes: a few seconds, or half a minute.",
            ("D65",),
            {"seconds": {"route_programming_s": 5}, "half-a-minute": {"route_programming_s": 30}},
        ),
        "none_route_172_16": Switch(
            "N10",
            "172.16.0.0/12 is among the built-in None routes.",
            ("D1",),
            {
                True: {"none_prefixes": _BLOCKS},
                False: {"none_prefixes": tuple(block for block in _BLOCKS if block != _BLOCKS[1])},
            },
        ),
    }
)
"""Every switch by the name that documents use."""


def choices(profile: Profile) -> dict[str, tuple[Choice, ...]]:
    """Return the switches that mean something to a profile, and what each may be set to."""
    return {
        name: tuple(switch.choices)
        for name, switch in SWITCHES.items()
        if switch.default(profile) is not None
    }


def switched(profile: Profile, chosen: Mapping[str, Choice]) -> Profile:
    """Return a profile with some switches set; those that mean nothing to it change nothing."""
    fields: dict[str, Any] = {}
    for name, choice in chosen.items():
        switch = SWITCHES.get(name)
        if switch is not None and switch.default(profile) is not None:
            fields.update(switch.choices.get(choice, {}))
    return replace(profile, **fields) if fields else profile
