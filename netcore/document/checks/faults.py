"""Faults: each kind names what it breaks, and nothing else."""

from __future__ import annotations

from netcore.document.checks.ground import Drawing
from netcore.document.faults import FIELDS, Break, FaultKind
from netcore.words import say

OF_VMS = {kind for kind, fields in FIELDS.items() if "vm" in fields}
OF_GATEWAYS = {kind for kind, fields in FIELDS.items() if "gateway" in fields}

Path = tuple[object, ...]


def check(drawing: Drawing) -> None:
    """Report what is wrong with faults and the steps behind them."""
    for fault_id, fault in drawing.scenario.faults.items():
        _check(drawing, ("faults", fault_id), fault)
        for number, step in enumerate(fault.then):
            _check(drawing, ("faults", fault_id, "then", number), step)


def _check(drawing: Drawing, path: Path, one: Break) -> None:
    topology, kind = drawing.topology, one.kind
    if kind in OF_VMS:
        if one.vm is None:
            _missing(drawing, (*path, "vm"), one, say("the id of a VM"))
        elif one.vm not in topology.vms:
            drawing.dangling((*path, "vm"), one.vm, "VM", topology.vms)
    elif one.vm is not None and one.vm not in topology.vms:
        drawing.dangling((*path, "vm"), one.vm, "VM", topology.vms)
    if kind in OF_GATEWAYS:
        if one.gateway is None:
            _missing(drawing, (*path, "gateway"), one, say("the id of a gateway"))
        elif one.gateway not in topology.gateways:
            drawing.dangling((*path, "gateway"), one.gateway, "gateway", topology.gateways)
    if kind is FaultKind.ZONE_LOST and one.zone is None:
        _missing(drawing, (*path, "zone"), one, say("the number of a zone"))
    if kind is FaultKind.REGION_LOST:
        _region(drawing, path, one)
    if kind is FaultKind.MOVE_ADDRESS:
        if one.address is None:
            _missing(drawing, (*path, "address"), one, say("the address that moves"))
        if one.nic is None:
            _missing(drawing, (*path, "nic"), one, say("the id of the NIC that takes it"))
        elif one.nic not in topology.nics:
            drawing.dangling((*path, "nic"), one.nic, "NIC", topology.nics)
    if kind is FaultKind.LINK_LOST:
        _link(drawing, path, one)
    if kind is FaultKind.EDIT:
        if not one.edits:
            _missing(drawing, (*path, "edits"), one, say("at least one edit"))
        for number, edit in enumerate(one.edits):
            if not edit.pointer.startswith(("/topology/", "/traffic/")):
                drawing.report.add(
                    "bad-edit",
                    (*path, "edits", number, "pointer"),
                    edit.pointer,
                    say("a place below /topology or /traffic"),
                    say("Name what changes, such as /topology/nics/fw1/ip_forwarding."),
                )


def _region(drawing: Drawing, path: Path, one: Break) -> None:
    regions = sorted({vnet.region for vnet in drawing.topology.vnets.values()})
    if one.region is None:
        _missing(drawing, (*path, "region"), one, say("the name of a region"))
    elif one.region not in regions:
        drawing.dangling((*path, "region"), one.region, "region", regions)


def _link(drawing: Drawing, path: Path, one: Break) -> None:
    topology = drawing.topology
    there = [f"peerings/{key}" for key in topology.peerings]
    there += [f"connections/{key}" for key in topology.connections]
    if one.link is None:
        _missing(drawing, (*path, "link"), one, say("peerings/ID or connections/ID"))
    elif one.link not in there:
        drawing.dangling((*path, "link"), one.link, say("peering or connection"), there)


def _missing(drawing: Drawing, path: Path, one: Break, form: str) -> None:
    hint = say("A fault of kind {value} names what it breaks.", value=one.kind.value)
    drawing.report.add("fault-incomplete", path, say("nothing"), form, hint)
