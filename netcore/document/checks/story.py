"""What is told about the topology: profile, traffic, faults, layout."""

from __future__ import annotations

from difflib import get_close_matches

from netcore.document.checks import controllers, faults
from netcore.document.checks.ground import KINDS, Drawing, Ground
from netcore.document.checks.machines import protocol
from netcore.document.models import Scenario
from netcore.document.problems import Report, choices
from netcore.document.values import parse_address
from netcore.words import say


def check_profile(scenario: Scenario, ground: Ground, report: Report) -> None:
    """Report a profile or a timing profile that does not exist."""
    if scenario.profile not in ground.profiles:
        hint = say("There are: {choices}.", choices=choices(ground.profiles))
        report.add("unknown-profile", ("profile",), scenario.profile, say("the id of a profile"), hint)
    if scenario.timing not in ground.timings:
        hint = say("There are: {choices}.", choices=choices(ground.timings))
        report.add("unknown-timing", ("timing",), scenario.timing, say("the id of a timing profile"), hint)
    else:
        for name, value in scenario.timing_overrides.items():
            why = ground.override_error(scenario.timing, name, value)
            if why is not None:
                where = ("timing_overrides", name)
                report.add("timing-override", where, value, say("a value this number can have"), why)
    check_designs(scenario, ground, report)
    known = ground.switches.get(scenario.profile)
    if known is None:
        return
    for name, value in scenario.switches.items():
        if name not in known:
            there = say("It has: {choices}.", choices=choices(known)) if known else say("It has none.")
            report.add("unknown-switch", ("switches", name), name, say("a switch of the profile"), there)
        # True and 1 are equal, and a document means only one of them.
        elif not any(value == choice and type(value) is type(choice) for choice in known[name]):
            words = " or ".join(str(choice).lower() for choice in known[name])
            hint = say("Write one of these, or remove the switch to keep what the profile says.")
            report.add("switch-value", ("switches", name), value, words, hint)


def check_designs(scenario: Scenario, ground: Ground, report: Report) -> None:
    """Report designs of faults that do not exist, or are there twice."""
    for fault_id, fault in scenario.faults.items():
        for place, design in enumerate(fault.designs):
            if design not in ground.designs:
                close = get_close_matches(design, ground.designs)
                hint = (
                    say("Did you mean {close}?", close=" or ".join(close))
                    if close
                    else say("There are: {choices}.", choices=choices(ground.designs))
                )
                where = ("faults", fault_id, "designs", place)
                report.add("unknown-design", where, design, say("the id of a failover design"), hint)
            elif design in fault.designs[:place]:
                where, hint = (
                    ("faults", fault_id, "designs", place),
                    say("A design races once; remove this one."),
                )
                report.add("design-twice", where, design, say("each design once"), hint)


def check(drawing: Drawing) -> None:
    """Report what is wrong with traffic, faults and layout."""
    scenario = drawing.scenario
    for flow_id, flow in scenario.traffic.items():
        _end(
            drawing,
            ("traffic", flow_id, "source"),
            flow.source,
            say("vms/ID or hosts/ID"),
            is_destination=False,
        )
        _end(
            drawing,
            ("traffic", flow_id, "destination"),
            flow.destination,
            say("vms/ID, hosts/ID, traffic_managers/ID or an address"),
            is_destination=True,
        )
        protocol(drawing, ("traffic", flow_id, "protocol"), flow.protocol)
    faults.check(drawing)
    controllers.check(drawing)
    for key in scenario.layout:
        collection, _, thing = key.partition("/")
        # A position whose thing was deleted harms nobody; one that can never name a thing is a mistake.
        # Notes are drawn as well, and so is the Internet, of which there is one.
        if key != "internet" and (collection not in {*KINDS, "notes"} or not thing):
            hint = say("Collections are: {choices}.", choices=choices(KINDS, len(KINDS)))
            drawing.report.add(
                "bad-layout-key", ("layout", key), key, say("collection/id, such as vms/web1"), hint
            )


def _end(drawing: Drawing, path: tuple[object, ...], text: str, forms: str, *, is_destination: bool) -> None:
    """Report an end of a flow that names nothing."""
    collection, _, key = text.partition("/")
    named = ("vms", "hosts", "traffic_managers") if is_destination else ("vms", "hosts")
    if collection in named and key:
        there = getattr(drawing.topology, collection)
        if key not in there:
            drawing.dangling(path, text, say(KINDS[collection]), [f"{collection}/{thing}" for thing in there])
        return
    if is_destination:
        try:
            parse_address(text)
        except ValueError:
            pass
        else:
            return
    drawing.report.add("bad-flow-end", path, text, forms, say("Name a VM or a host of the drawing."))
