"""A small picture of a drawing for cards: server-drawn SVG, from the raw document.

Everything that comes from people is escaped; nothing of it becomes an address, a style or a script.
The picture shows structure, not positions: virtual networks as frames, subnets as inner frames, VMs as
marks. Colours come from the page (``currentColor``) so that it fits light and dark.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from html import escape
from typing import Any, Final

from django.utils.translation import gettext, ngettext

Resident = tuple[str, str]
"""What stands in a subnet: its kind, and its name."""

WIDTH: Final = 320
HEIGHT: Final = 160

_PAD: Final = 8
_GAP: Final = 6
_HEAD: Final = 15
_MARK: Final = 11
_SMALL: Final = 6.5
_LETTER: Final = 3.7
"""Size of the letters of names, and how wide one is."""

_MOST_NETWORKS: Final = 4
_MOST_SUBNETS: Final = 4
_MOST_MARKS: Final = 18
_HUES: Final = ("#5b8def", "#3fa58c", "#a07be0", "#d08a3c")


def picture(document: Mapping[str, Any], *, named: bool = False) -> str:
    """Return an SVG of ``WIDTH`` x ``HEIGHT``.

    Args:
        document: a scenario document as plain data; missing or odd parts are drawn as missing.
        named: subnets and what stands in them have their names, for a picture that is shown larger.
    """
    topology = _map(document.get("topology"))
    name = _text(document.get("name"), 60) or gettext("scenario")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(_summary(name, topology))}" font-family="Inter, system-ui, sans-serif">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="6" fill="#8a94a6" fill-opacity="0.06"/>',
        *_networks(topology, named),
        "</svg>",
    ]
    return "".join(parts)


def _networks(topology: Mapping[str, Any], named: bool) -> list[str]:
    networks = list(_map(topology.get("vnets")).items())
    outside = len(_map(topology.get("hosts")))
    width = WIDTH - 2 * _PAD - (44 if outside else 0)
    if not networks:
        words = escape(gettext("No virtual network yet") if outside else gettext("Nothing drawn yet"))
        return [
            f'<text x="{WIDTH // 2}" y="{HEIGHT // 2 + 4}" text-anchor="middle" font-size="11" '
            f'fill="#8a94a6">{words}</text>'
        ]
    shown = networks[:_MOST_NETWORKS]
    each = (width - _GAP * (len(shown) - 1)) / len(shown)
    subnets_of = _by(topology.get("subnets"), "vnet")
    residents = _residents(topology)
    drawn = []
    for place, (key, network) in enumerate(shown):
        x = _PAD + place * (each + _GAP)
        label = _text(_map(network).get("name"), 40) or key
        more = (
            f" +{len(networks) - len(shown)}"
            if place == len(shown) - 1 and len(networks) > len(shown)
            else ""
        )
        drawn += _frame(x, _PAD, each, HEIGHT - 2 * _PAD, label + more, _HUES[place % len(_HUES)])
        drawn += _subnets(x, each, subnets_of.get(key, []), residents, _HUES[place % len(_HUES)], named)
    if outside:
        drawn += _outside(outside, bool(_map(topology.get("load_balancers"))))
    return drawn


def _subnets(
    x: float,
    width: float,
    subnets: list[tuple[str, Any]],
    residents: Mapping[str, list[Resident]],
    hue: str,
    named: bool,
) -> list[str]:
    if not subnets:
        return []
    shown = subnets[:_MOST_SUBNETS]
    top = _PAD + _HEAD + 4
    height = (HEIGHT - _PAD - 4 - top - _GAP * (len(shown) - 1)) / len(shown)
    drawn = []
    for place, (key, subnet) in enumerate(shown):
        y = top + place * (height + _GAP)
        drawn.append(
            f'<rect x="{x + 5:.1f}" y="{y:.1f}" width="{width - 10:.1f}" height="{height:.1f}" rx="3" '
            f'fill="{hue}" fill-opacity="0.07" stroke="{hue}" stroke-opacity="0.45"/>'
        )
        if named:
            more = f" +{len(subnets) - len(shown)}" if place == len(shown) - 1 < len(subnets) - 1 else ""
            label = (_text(_map(subnet).get("name"), 40) or key) + more
            # At the right: at the left stands what the subnet holds.
            drawn.append(_label(x + width - 8, y + 8, width / 2, label, hue, anchor="end"))
        drawn += _marks(x + 11, y + height / 2, width - 22, residents.get(key, []), hue, named)
    return drawn


def _label(x: float, y: float, width: float, text: str, hue: str, anchor: str = "start") -> str:
    words = escape(_short(text, max(2, int(width / _LETTER))))
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{_SMALL}" text-anchor="{anchor}"'
    return f'<text {place} fill="{hue}">{words}</text>'


def _marks(
    x: float, middle: float, width: float, residents: list[Resident], hue: str, named: bool
) -> list[str]:
    most = max(1, min(_MOST_MARKS, int((width + 4) // (_MARK + 4))))
    step = max(_MARK + 4, min(70.0, width / max(1, len(residents)))) if named else _MARK + 4
    drawn = []
    for place, (kind, name) in enumerate(residents[:most]):
        left, top = x + place * step, middle - _MARK / 2
        if named and step > 2 * _MARK:
            drawn.append(_label(left + _MARK + 2, middle + 2.2, step - _MARK - 4, name, hue))
        if kind == "balancer":
            drawn.append(
                f'<rect x="{left:.1f}" y="{top + 2:.1f}" width="{_MARK}" height="{_MARK - 4}" rx="3.5" '
                f'fill="none" stroke="{hue}" stroke-width="1.5"/>'
            )
            continue
        drawn.append(
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{_MARK}" height="{_MARK}" rx="2" fill="{hue}" '
            f'fill-opacity="{"0.35" if kind == "appliance" else "0.85"}" stroke="{hue}" stroke-width="1.5"/>'
        )
    return drawn


def _frame(x: float, y: float, width: float, height: float, label: str, hue: str) -> list[str]:
    words = escape(_short(label, max(3, int((width - 10) / 5.6))))
    return [
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="5" fill="{hue}" '
        f'fill-opacity="0.08" stroke="{hue}" stroke-opacity="0.7"/>',
        f'<text x="{x + 6:.1f}" y="{y + 12:.1f}" font-size="9.5" fill="{hue}">{words}</text>',
    ]


def _outside(hosts: int, balanced: bool) -> list[str]:
    x, y, grey = WIDTH - _PAD - 18, HEIGHT // 2, 'stroke="#8a94a6" stroke-width="1.5"'
    drawn = [
        f'<circle cx="{x}" cy="{y}" r="12" fill="none" {grey}/>',
        f'<text x="{x}" y="{y + 3.5}" text-anchor="middle" font-size="10" fill="#8a94a6">{hosts}</text>',
    ]
    if balanced:
        drawn.append(f'<path d="M{x - 14} {y}h-12" {grey} stroke-dasharray="2 2"/>')
    return drawn


def _residents(topology: Mapping[str, Any]) -> dict[str, list[Resident]]:
    """Return what stands in each subnet, kind and name: balancers, appliances, VMs, in this order."""
    machines = _map(topology.get("vms"))
    found: dict[str, list[Resident]] = defaultdict(list)
    for key, balancer in _map(topology.get("load_balancers")).items():
        for frontend in _map(_map(balancer).get("frontends")).values():
            if isinstance(subnet := _map(frontend).get("subnet"), str):
                found[subnet].append(("balancer", _text(_map(balancer).get("name"), 40) or key))
    for nic in _map(topology.get("nics")).values():
        if isinstance(subnet := _map(nic).get("subnet"), str):
            key = str(_map(nic).get("vm") or "")
            machine = _map(machines.get(key))
            kind = "appliance" if _map(machine.get("guest")).get("forwarding") is True else "vm"
            found[subnet].append((kind, _text(machine.get("name"), 40) or _short(key, 40)))
    order = ("balancer", "appliance", "vm")
    return {subnet: sorted(rows, key=lambda row: order.index(row[0])) for subnet, rows in found.items()}


def _by(collection: Any, field: str) -> dict[str, list[tuple[str, Any]]]:
    groups: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    for key, item in _map(collection).items():
        groups[str(_map(item).get(field))].append((key, item))
    return groups


def _summary(name: str, topology: Mapping[str, Any]) -> str:
    vnets, subnets, vms = (len(_map(topology.get(kind))) for kind in ("vnets", "subnets", "vms"))
    counts = (
        ngettext("{count} virtual network", "{count} virtual networks", vnets).format(count=vnets),
        ngettext("{count} subnet", "{count} subnets", subnets).format(count=subnets),
        ngettext("{count} VM", "{count} VMs", vms).format(count=vms),
    )
    return f"{name}: {', '.join(counts)}"


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any, most: int) -> str:
    return _short(value, most) if isinstance(value, str) else ""


def _short(text: str, most: int) -> str:
    # Control characters are not allowed in XML, escaped or not.
    clean = "".join(letter for letter in text if letter.isprintable())
    return clean if len(clean) <= most else clean[: most - 1] + "…"
