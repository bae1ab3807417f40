"""A drawing is known by its shape, whatever its things are called and whichever addresses they have."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import yaml
from django.conf import settings

import netcore
from sandbox.scenarios import restrictions, services
from sandbox.scenarios.models import Scenario
from sandbox.scenarios.shape import MOST_THINGS, shape
from tests.netcore.build import net
from tests.sandbox.base import SandboxTest, seed

PACKS: Final = Path(settings.BASE_DIR) / "sandbox/classes/packs"

WITHHELD = [{"title": "Which way", "url": "/x", "told": "packets"}]


def drawing(name: str) -> dict[str, Any]:
    return netcore.dump(netcore.load(seed(name)))


def start_of(lab: str) -> dict[str, Any]:
    """Return the drawing that a lab begins with."""
    (folder,) = PACKS.glob(f"{lab}-*")
    return netcore.dump(netcore.load(yaml.safe_load((folder / "scenario.yml").read_text())))


def disguised(document: dict[str, Any]) -> dict[str, Any]:
    """Return a drawing with the id of every thing and every IPv4 address replaced, and nothing beside."""
    topology = document["topology"]
    ids = {key for things in topology.values() if isinstance(things, dict) for key in things}
    others = {one: f"zz{number}" for number, one in enumerate(sorted(ids))}

    def text(one: str) -> str:
        collection, slash, key = one.rpartition("/")
        if key in others and (collection in topology or not slash):
            return f"{collection}{slash}{others[key]}"
        return re.sub(r"^(\d+)(\.\d+\.\d+\.\d+)", lambda found: f"{int(found[1]) + 1}{found[2]}", one)

    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            chosen = all(isinstance(entry, dict) for entry in value.values())
            return {others.get(key, key) if chosen else key: renamed(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [renamed(entry) for entry in value]
        return text(value) if isinstance(value, str) else value

    bare = {"schema": document["schema"], "name": "mine", "profile": document["profile"]}
    return {**bare, "topology": {key: renamed(entry) for key, entry in topology.items()}}


def renumbered(document: dict[str, Any]) -> dict[str, Any]:
    """Return a drawing with every IPv4 address replaced, and nothing beside."""
    text = re.sub(
        r'"(\d+)(\.\d+\.\d+\.\d+)', lambda found: f'"{int(found[1]) + 1}{found[2]}', json.dumps(document)
    )
    return json.loads(text)  # type: ignore[no-any-return]


def with_vm(document: dict[str, Any]) -> dict[str, Any]:
    """Return a drawing with one plain VM more, in its first subnet."""
    made = json.loads(json.dumps(document))
    topology = made["topology"]
    key, subnet = next(iter(topology["subnets"].items()))
    address = subnet["prefixes"][0].rpartition(".")[0] + ".99"
    topology["vms"]["more"] = {"name": "more"}
    configurations = {"ip1": {"address": address, "primary": True}}
    topology["nics"]["more-nic"] = {
        "name": "more-nic",
        "vm": "more",
        "subnet": key,
        "configurations": configurations,
    }
    return netcore.dump(netcore.load(made))


def with_subnet(document: dict[str, Any]) -> dict[str, Any]:
    """Return a drawing with one empty subnet more, in its first network."""
    made = json.loads(json.dumps(document))
    key, vnet = next(iter(made["topology"]["vnets"].items()))
    prefix = ".".join(vnet["address_space"][0].split(".")[:2]) + ".240.0/24"
    made["topology"]["subnets"]["more"] = {"name": "more", "vnet": key, "prefixes": [prefix]}
    return netcore.dump(netcore.load(made))


def without_vm(document: dict[str, Any]) -> dict[str, Any]:
    """Return a drawing without its first VM and what that one is attached by."""
    made = json.loads(json.dumps(document))
    topology = made["topology"]
    gone = next(iter(topology["vms"]))
    del topology["vms"][gone]
    topology["nics"] = {key: nic for key, nic in topology["nics"].items() if nic["vm"] != gone}
    return made  # type: ignore[no-any-return]


def honest_drawings() -> list[dict[str, Any]]:
    """Return small drawings that somebody makes who looks at no exercise."""
    two = net().vnet("vnet1", "10.0.0.0/16").subnet("subnet1", "10.0.0.0/24").subnet("subnet2", "10.0.1.0/24")
    shop = net().vnet("store", "10.3.0.0/16").subnet("web", "10.3.0.0/24").subnet("data", "10.3.1.0/24")
    row = net().vnet("v", "10.4.0.0/16").subnet("s", "10.4.0.0/24")
    for number in range(4, 9):
        row.vm(f"vm{number}", "s", f"10.4.0.{number}")
    guarded = net().vnet("v", "10.5.0.0/16").subnet("s", "10.5.0.0/24").appliance("fw", "s", "10.5.0.4")
    pair = net().vnet("v", "10.6.0.0/16").subnet("a", "10.6.0.0/24").subnet("b", "10.6.1.0/24")
    led = net().vnet("v", "10.7.0.0/16").table("t", {"0.0.0.0/0": "10.7.0.4"}).subnet("a", "10.7.0.0/24")
    made = [
        two.vm("vm1", "subnet1", "10.0.0.4")
        .vm("vm2", "subnet2", "10.0.1.4")
        .vm("vm3", "subnet2", "10.0.1.5"),
        shop.vm("web1", "web", "10.3.0.4").vm("web2", "web", "10.3.0.5").vm("db1", "data", "10.3.1.4"),
        row,
        guarded.vm("a", "s", "10.5.0.5").vm("b", "s", "10.5.0.6"),
        pair.appliance("fw1", "a", "10.6.0.4").appliance("fw2", "b", "10.6.1.4"),
        led.subnet("b", "10.7.1.0/24", table="t").appliance("fw", "a", "10.7.0.4").vm("c", "b", "10.7.1.4"),
    ]
    return [netcore.dump(one.scenario()) for one in made]


def test_names_and_addresses_are_no_part_of_it() -> None:
    for name in ("two-firewalls", "hub-and-spokes", "failover-10-gateways"):
        document = drawing(name)
        other = disguised(document)
        assert other["topology"] != document["topology"]
        assert shape(other) == shape(document) != set()


def test_what_is_added_takes_nothing_away_and_what_is_set_counts() -> None:
    document = drawing("hub-and-spokes")
    more = json.loads(json.dumps(document))
    more["topology"]["vms"]["extra"] = {"name": "extra", "zone": 3}
    assert shape(more) > shape(document)
    for vm in more["topology"]["vms"].values():
        vm["power"] = "stopped"
    assert not shape(more) >= shape(document)


def test_where_an_address_leads_counts() -> None:
    def routed(hop: str) -> set[str]:
        drawn = (
            net()
            .vnet("v", "10.0.0.0/16")
            .table("t", {"10.0.2.0/24": hop})
            .subnet("s", "10.0.0.0/24", table="t")
            .subnet("other", "10.0.1.0/24")
            .appliance("fw", "s", "10.0.0.4")
            .vm("plain", "other", "10.0.1.4")
        )
        return shape(netcore.dump(drawn.scenario()))

    assert routed("10.0.0.4") != routed("10.0.1.4") != routed("10.0.9.9")


def test_other_drawings_have_another_shape_and_a_huge_one_has_none() -> None:
    one, other = shape(drawing("two-firewalls")), shape(drawing("hub-and-spokes"))
    assert len(one & other) < len(one) / 2
    vms = {f"v{number}": {"name": f"v{number}"} for number in range(MOST_THINGS + 1)}
    assert shape({"topology": {"vms": vms}}) == set()
    for nonsense in (None, [], {}, {"topology": None}, {"topology": {"vms": []}}):
        assert shape(nonsense) == set()


class FollowingTest(SandboxTest):
    """A person's drawing that is a restricted one in disguise."""

    def restricted(self, document: dict[str, Any]) -> Scenario:
        made = services.create(self.owner, document)
        restrictions.restrict(made, [], False, WITHHELD)
        return made

    def test_a_copy_with_other_names_and_addresses_follows(self) -> None:
        source = self.restricted(drawing("hub-and-spokes"))
        assert not set(restrictions.marks(disguised(drawing("hub-and-spokes")))) & {
            mark for mark in Scenario.objects.get(pk=source.pk).marks if "." in mark
        }
        copy = services.create(self.owner, disguised(drawing("hub-and-spokes")))
        assert (copy.follows_id, copy.withheld) == (source.pk, WITHHELD)
        assert services.create(self.owner, drawing("two-firewalls")).follows_id is None
        mate = services.create(self.mate, disguised(drawing("hub-and-spokes")))
        assert mate.follows_id is None, "another person's"

    def test_a_small_drawing_with_other_names_and_addresses_follows(self) -> None:
        for lab in ("lab-01", "lab-02", "lab-04", "lab-12", "lab-21"):
            document = start_of(lab)
            source = self.restricted(document)
            copy = services.create(self.owner, disguised(document))
            assert (copy.follows_id, copy.withheld) == (source.pk, WITHHELD), lab
            restrictions.restrict(source, [], False)
            copy.refresh_from_db()
            assert copy.withheld == [], lab
            free = services.create(self.owner, disguised(document))
            assert free.follows_id is None, (lab, "nothing is restricted any more")

    def test_plain_vms_in_a_plain_subnet_are_not_told_from_others(self) -> None:
        def plain(prefix: str, last: int) -> dict[str, Any]:
            drawn = net().vnet("v", f"{prefix}.0.0/16").subnet("s", f"{prefix}.0.0/24")
            for number in range(4, last):
                drawn.vm(f"vm{number}", "s", f"{prefix}.0.{number}")
            return netcore.dump(drawn.scenario())

        source = self.restricted(plain("10.1", 10))
        for last in (6, 9, 11):
            assert services.create(self.owner, plain("10.2", last)).follows_id is None, last
        assert services.create(self.owner, plain("10.2", 10)).follows_id == source.pk, "the very same"

    def test_a_small_drawing_with_one_thing_more_or_less_follows_by_what_tells_it(self) -> None:
        """Lab 21 has two appliances that speak BGP: all its ids and addresses are replaced."""
        source = self.restricted(start_of("lab-21"))
        for change in (with_vm, with_subnet):
            copy = services.create(self.owner, change(disguised(start_of("lab-21"))))
            assert copy.follows_id == source.pk, change

    def test_a_plain_drawing_with_one_thing_more_or_less_follows_where_its_ids_were_kept(self) -> None:
        for lab in ("lab-01", "lab-02", "lab-04", "lab-12"):
            document = start_of(lab)
            source = self.restricted(document)
            for change in (with_vm, with_subnet, *([without_vm] if lab in ("lab-04", "lab-12") else [])):
                copy = services.create(self.owner, change(renumbered(document)))
                assert copy.follows_id == source.pk, (lab, change)
            restrictions.restrict(source, [], False)

    def test_what_is_drawn_from_nothing_follows_no_small_drawing(self) -> None:
        for lab in ("lab-01", "lab-02", "lab-04", "lab-12", "lab-21", "lab-22"):
            self.restricted(start_of(lab))
        for honest in honest_drawings():
            assert services.create(self.owner, honest).follows_id is None, honest
