"""What an edit did to a drawing, in words: a comparison of two documents, thing by thing.

A comparison is plain data, kept with the revision that an edit made, so that a history reads no documents.
Words are made of it when somebody reads them, in the reader's language. What it did to flows is another
question (``netcore.difference``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext

Change = dict[str, Any]
"""``path`` (``vms/web1``; empty: the scenario itself), ``change`` (added, removed or changed), ``say`` (a key
of ``_SAYS``) and what it speaks of: ``thing`` and ``home`` as ``[kind, name, owner]``, ``before`` and
``after``, ``fields``, ``n``."""

Map = Mapping[str, Any]

KEPT: Final = 8
"""So many changes of a revision are kept with it; how many more there were is a number."""

_SHOWN_CHARS: Final = 60
_SHOWN_FIELDS: Final = 4
_SEVERAL: Final = 3
"""From so many changed fields of one thing on, they are named in one sentence."""

_SAYS: Final[dict[str, str | Promise]] = {
    "created": gettext_lazy("Created the drawing"),
    "added": gettext_lazy("Added {thing}"),
    "added_to": gettext_lazy("Added {thing} to {home}"),
    "deleted": gettext_lazy("Deleted {thing}"),
    "deleted_from": gettext_lazy("Deleted {thing} from {home}"),
    "peered": gettext_lazy("Peered {before} with {after}"),
    "renamed": gettext_lazy("Renamed {thing} to {after}"),
    "moved_to": gettext_lazy("Moved {thing} to {home}"),
    "uses": gettext_lazy("{thing} now uses {home}"),
    "uses_none": gettext_lazy("{thing} no longer uses {home}"),
    "goes": gettext_lazy("{thing} now goes to {after}"),
    "on": gettext_lazy("Switched on {field} of {thing}"),
    "off": gettext_lazy("Switched off {field} of {thing}"),
    "set": gettext_lazy("Changed {field} of {thing} from {before} to {after}"),
    "several": gettext_lazy("Changed {fields} of {thing}"),
    "drawing_renamed": gettext_lazy("Renamed the drawing to {after}"),
    "drawing_rules": gettext_lazy("Chose the rules {after}"),
    "drawing_set": gettext_lazy("Changed {field} of the drawing"),
}

_KINDS: Final[dict[str, str | Promise]] = {
    "vnets": gettext_lazy("virtual network"),
    "subnets": gettext_lazy("subnet"),
    "peerings": gettext_lazy("peering link"),
    "connected_groups": gettext_lazy("connected group"),
    "private_endpoints": gettext_lazy("private endpoint"),
    "route_tables": gettext_lazy("route table"),
    "security_groups": gettext_lazy("security group"),
    "application_groups": gettext_lazy("application group"),
    "admin_rules": gettext_lazy("admin rule"),
    "vms": gettext_lazy("VM"),
    "nics": gettext_lazy("NIC"),
    "public_ips": gettext_lazy("public IP"),
    "load_balancers": gettext_lazy("balancer"),
    "nat_gateways": gettext_lazy("NAT gateway"),
    "gateways": gettext_lazy("gateway"),
    "connections": gettext_lazy("connection"),
    "sites": gettext_lazy("site"),
    "route_servers": gettext_lazy("route server"),
    "internet_gateways": gettext_lazy("Internet gateway"),
    "transit_gateways": gettext_lazy("transit gateway"),
    "traffic_managers": gettext_lazy("traffic manager"),
    "hosts": gettext_lazy("host"),
    "service_tags": gettext_lazy("service tag"),
    "traffic": gettext_lazy("traffic"),
    "faults": gettext_lazy("fault"),
    "controllers": gettext_lazy("controller"),
    "notes": gettext_lazy("note"),
    "routes": gettext_lazy("route"),
    "rules": gettext_lazy("rule"),
    "pools": gettext_lazy("pool"),
    "members": gettext_lazy("member"),
    "frontends": gettext_lazy("frontend"),
    "probes": gettext_lazy("probe"),
    "routers": gettext_lazy("router"),
    "peers": gettext_lazy("peer"),
    "learned": gettext_lazy("learned route"),
    "attachments": gettext_lazy("attachment"),
    "tables": gettext_lazy("table"),
    "configurations": gettext_lazy("IP configuration"),
    "outbound_rules": gettext_lazy("outbound rule"),
    "inbound_nat_rules": gettext_lazy("inbound NAT rule"),
    "tunnels": gettext_lazy("tunnel"),
    "redundancy": gettext_lazy("redundancy group"),
    "interfaces": gettext_lazy("interface"),
    "services": gettext_lazy("service"),
    "port_forwards": gettext_lazy("port forward"),
    "firewall": gettext_lazy("firewall rule"),
    "neighbours": gettext_lazy("neighbour"),
    "announces": gettext_lazy("announcement"),
}
"""Words of collections; inside a thing, a map of such a name holds parts."""

_FIELDS: Final[dict[str, str | Promise]] = {
    "ip_forwarding": gettext_lazy("IP forwarding"),
    "floating_ip": gettext_lazy("floating IP"),
    "next_hop_ip": gettext_lazy("next hop IP"),
    "mac": gettext_lazy("MAC"),
    "mtu": gettext_lazy("MTU"),
    "asn": gettext_lazy("AS number"),
    "vm": gettext_lazy("VM"),
    "nic": gettext_lazy("NIC"),
    "snat": gettext_lazy("SNAT"),
    "bgp": gettext_lazy("BGP"),
    "public_ips": gettext_lazy("public IPs"),
}

_USED: Final = {
    "route_table": "route_tables",
    "main_route_table": "route_tables",
    "security_group": "security_groups",
    "nat_gateway": "nat_gateways",
    "public_ip": "public_ips",
}
_HOMES: Final = {"subnet": "subnets", "vnet": "vnets", "vm": "vms"}
_STORIES: Final = ("traffic", "faults", "controllers", "notes")
_NEXT_HOPS: Final = {"next_hop_type", "next_hop_ip", "target"}


def comparison(before: Map | None, after: Map) -> list[Change]:
    """Return what became of a document, things in the order of the document, with all of it.

    Args:
        before: raw document; None: there was none.
    """
    if before is None:
        return [{"path": "", "change": "added", "say": "created"}]
    return [*_of_drawing(before, after), *_of_things(before, after), *_of_layout(before, after)]


def kept(changes: Sequence[Change]) -> dict[str, Any]:
    """Return what is stored of a comparison: ``{"first": changes, "more": number of the others}``."""
    return {"first": list(changes[:KEPT]), "more": max(0, len(changes) - KEPT)}


def words(change: Change) -> str:
    """Return one change in a sentence without a full stop, in the language of the moment."""
    if change["say"] == "laid_out":
        text = ngettext("Moved {n} thing on the drawing", "Moved {n} things on the drawing", change["n"])
        return text.format(n=change["n"])
    values: dict[str, str] = {key: _thing(change[key]) for key in ("thing", "home") if key in change}
    values |= {key: _said(change[key]) for key in ("before", "after") if key in change}
    if fields := change.get("fields"):
        values["field"] = _field(fields[0])
        values["fields"] = _listed([_field(one) for one in fields], change.get("n", len(fields)))
    text = str(_SAYS[change["say"]]).format(**values)
    return text[:1].upper() + text[1:]


def kind_words(kind: str) -> str:
    """Return what one entry of a collection is called."""
    return str(_KINDS.get(kind, kind.replace("_", " ")))


def _thing(thing: Sequence[str]) -> str:
    kind, name, owner = thing
    said = kind_words(kind)
    if kind == "notes":
        return gettext("a note")
    if owner:
        return gettext("{kind} {name} of {owner}").format(kind=said, name=name, owner=owner)
    return gettext("{kind} {name}").format(kind=said, name=name)


def _field(path: str) -> str:
    return " ".join(str(_FIELDS.get(one, one.replace("_", " "))) for one in path.split("/"))


def _listed(fields: list[str], count: int) -> str:
    shown = ", ".join(fields[:_SHOWN_FIELDS])
    if count <= _SHOWN_FIELDS:
        return shown
    return gettext("{fields} and {n} more").format(fields=shown, n=count - _SHOWN_FIELDS)


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("on") if value else gettext("off")
    return gettext("none") if value in (None, "", []) else str(value)


def _value(value: Any) -> Any:
    """Return a value as it is kept: small, and plain."""
    if value is None or isinstance(value, bool):
        return value
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= _SHOWN_CHARS else f"{text[: _SHOWN_CHARS - 1]}…"


def _of_drawing(before: Map, after: Map) -> Iterator[Change]:
    base = {"path": "", "change": "changed"}
    for key in ("name", "description", "profile", "timing", "seed", "switches", "timing_overrides"):
        old, now = before.get(key), after.get(key)
        if old == now or not (old or now):
            continue
        if key == "name":
            yield base | {"say": "drawing_renamed", "after": _value(now)}
        elif key == "profile":
            yield base | {"say": "drawing_rules", "after": _value(now)}
        else:
            yield base | {"say": "drawing_set", "fields": [key]}


def _of_layout(before: Map, after: Map) -> Iterator[Change]:
    old, now = _map(before.get("layout")), _map(after.get("layout"))
    # What was added or deleted has a place that came or went; that is no move.
    moved = sum(old[path] != now[path] for path in old.keys() & now.keys())
    if not moved and _map(before.get("topology")) == _map(after.get("topology")):
        moved = len(old.keys() ^ now.keys())
    if moved:
        yield {"path": "", "change": "changed", "say": "laid_out", "n": moved}


def _of_things(before: Map, after: Map) -> Iterator[Change]:
    old, now = _map(before.get("topology")), _map(after.get("topology"))
    peered = _peered(_map(old.get("peerings")), _map(now.get("peerings")))
    for collection in [*now, *(one for one in old if one not in now)]:
        was, is_ = _map(old.get(collection)), _map(now.get(collection))
        if was == is_:
            continue
        for key in _keys(was, is_):
            if collection == "peerings" and key in peered:
                if change := peered[key]:
                    yield change
            else:
                yield from _of_thing(collection, key, was.get(key), is_.get(key), old, now)
    for story in _STORIES:
        was, is_ = _map(before.get(story)), _map(after.get(story))
        for key in _keys(was, is_):
            path = f"{story}/{key}" if story == "notes" else ""
            yield from _of_part(path, story, key, was.get(key), is_.get(key), None, {}, {})


def _keys(old: Map, now: Map) -> list[str]:
    """Return the keys whose values differ: those that are there, then those that are gone."""
    return [key for key in now if old.get(key) != now[key]] + [key for key in old if key not in now]


def _peered(old: Map, now: Map) -> dict[str, Change | None]:
    """Return the two links of networks that were peered at once; the second link has no words."""
    fresh = {(one.get("vnet"), one.get("remote_vnet")): key for key, one in now.items() if key not in old}
    found: dict[str, Change | None] = {}
    for (vnet, remote), key in fresh.items():
        other = fresh.get((remote, vnet))
        if other is None or key in found or other == key:
            continue
        path = f"peerings/{key}"
        found[key] = {"path": path, "change": "added", "say": "peered", "before": vnet, "after": remote}
        found[other] = None
    return found


def _of_thing(collection: str, key: str, was: Any, is_: Any, old: Map, now: Map) -> Iterator[Change]:
    path = f"{collection}/{key}"
    if collection == "nics":
        # A NIC comes and goes with its VM, which is what people drew.
        vm = _map(is_ if was is None else was).get("vm")
        whole = old if is_ is None else now if was is None else None
        other = now if is_ is None else old
        if whole is not None and vm in _map(whole.get("vms")) and vm not in _map(other.get("vms")):
            return
    yield from _of_part(path, collection, key, was, is_, None, old, now)


def _of_part(
    path: str, kind: str, key: str, was: Any, is_: Any, owner: Sequence[str] | None, old: Map, now: Map
) -> Iterator[Change]:
    """Yield what became of a thing, or of a part of the thing ``owner``."""
    if is_ is None or was is None:
        part, topology = (is_, now) if was is None else (was, old)
        change: Change = {"path": path, "change": "added" if was is None else "removed"}
        if owner:
            change["change"] = "changed"
        change["thing"] = [kind, _name(kind, key, part), ""]
        home = owner or _home(kind, key, part, topology)
        say = "added" if was is None else "deleted"
        if home:
            say += "_to" if was is None else "_from"
            change["home"] = list(home)
        yield change | {"say": say}
        return
    name = _name(kind, key, was)
    me = [kind, name, owner[1] if owner else ""]
    here = {"path": path, "change": "changed", "thing": me}
    leaves = list(_leaves("", was, is_))
    parts = [leaf for leaf in leaves if leaf[3]]
    fields = [leaf[:3] for leaf in leaves if not leaf[3]]
    if kind == "routes" and fields and {field for field, _, _ in fields} <= _NEXT_HOPS:
        hop = is_.get("next_hop_ip") or is_.get("target") or is_.get("next_hop_type")
        yield here | {"say": "goes", "after": _value(hop)}
        fields = []
    spoken = [one for one in fields if _by_itself(one)]
    for field, before, after in spoken:
        yield here | _said_of(field, before, after, old, now)
    rest = [one for one in fields if not _by_itself(one)]
    if len(rest) >= _SEVERAL:
        yield here | {"say": "several", "fields": [one[0] for one in rest[:_SHOWN_FIELDS]], "n": len(rest)}
    else:
        for field, before, after in rest:
            yield here | _said_of(field, before, after, old, now)
    for field, before, after, _ in parts:
        *_, inside = field.split("/")
        for one in _keys(_map(before), _map(after)):
            inner = (_map(before).get(one), _map(after).get(one))
            yield from _of_part(path, inside, one, *inner, [kind, name, ""], old, now)


def _by_itself(leaf: tuple[str, Any, Any]) -> bool:
    """Whether a field has a sentence of its own, however many others changed."""
    return leaf[0] == "name" or leaf[0] in _USED or leaf[0] in _HOMES


def _said_of(field: str, before: Any, after: Any, old: Map, now: Map) -> Change:
    if field == "name":
        return {"say": "renamed", "after": _value(after)}
    if field in _USED:
        kind = _USED[field]
        one, topology = (after, now) if after else (before, old)
        return {"say": "uses" if after else "uses_none", "home": _called(kind, one, topology)}
    if field in _HOMES and after:
        return {"say": "moved_to", "home": _called(_HOMES[field], after, now)}
    if isinstance(after, bool) and (before is None or isinstance(before, bool)):
        return {"say": "on" if after else "off", "fields": [field]}
    if not (_plain(before) and _plain(after)):
        return {"say": "several", "fields": [field]}
    return {"say": "set", "fields": [field], "before": _value(before), "after": _value(after)}


def _plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, (str, int, float)) for one in value)
    return not isinstance(value, dict)


def _leaves(where: str, was: Any, is_: Any) -> Iterator[tuple[str, Any, Any, bool]]:
    """Yield the fields that differ: where, before, after, and whether it is a map of parts."""
    for key in _keys(was, is_):
        field = f"{where}/{key}" if where else key
        one, other = was.get(key), is_.get(key)
        if key in _KINDS and isinstance(one or {}, dict) and isinstance(other or {}, dict):
            yield field, one, other, True
        elif isinstance(one, dict) and isinstance(other, dict):
            yield from _leaves(field, one, other)
        elif one is not None or other is not None:
            yield field, one, other, False


def _name(kind: str, key: str, part: Any) -> str:
    part = _map(part)
    if kind == "peerings":
        return f"{part.get('vnet')} → {part.get('remote_vnet')}"
    if kind in ("routes", "learned", "announces"):
        return str(part.get("prefix") or key)
    if kind == "members":
        return str(part.get("nic") or key)
    return str(part.get("name") or key)


def _home(kind: str, key: str, part: Any, topology: Map) -> list[str] | None:
    """Return what a thing lies in: of a VM, the subnet of its first NIC."""
    part = _map(part)
    if kind == "peerings":
        return None
    if kind == "vms":
        part = next((one for one in _map(topology.get("nics")).values() if one.get("vm") == key), {})
        return _called("subnets", part["subnet"], topology) if part.get("subnet") else None
    for field in ("vm", "subnet", "vnet"):
        if isinstance(part.get(field), str):
            return _called(_HOMES[field], part[field], topology)
    return None


def _called(kind: str, key: str, topology: Map) -> list[str]:
    return [kind, _name(kind, key, _map(topology.get(kind)).get(key)), ""]


def _map(value: Any) -> Map:
    return value if isinstance(value, dict) else {}
