"""The front door of the engine: documents in, numbered facts out.

Everything outside imports from here and from nowhere deeper. A *scenario* comes from ``load`` or ``read``; a
*network* from ``compile``, once, and is then asked for many packets. Rooms that only some callers need are
opened when they are asked for.

Example:
    >>> reading = read({"schema": 1, "name": "empty"})
    >>> reading.runnable, reading.document.name
    (True, 'empty')
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from netcore import profiles as _profiles
from netcore.control import network as _control
from netcore.control.network import Network
from netcore.control.routes import EffectiveRoute
from netcore.control.rules import EffectiveRule
from netcore.document import reader as _reader
from netcore.document.checks import check as _check
from netcore.document.checks.ground import Ground as _Ground
from netcore.document.limits import LIMITS
from netcore.document.models import Direction, Scenario
from netcore.document.problems import Problem
from netcore.document.reader import Reading, dump, schema
from netcore.errors import DocumentError, FormatError, NetcoreError, NotFound, NotModelled
from netcore.profiles import ProfileInfo, RuleCard
from netcore.trace.effects import OF_FLOWS, Effect
from netcore.trace.explain import Paragraph, explain
from netcore.trace.model import Trace
from netcore.trace.packet import Packet, protocol_name, protocol_number
from netcore.version import ENGINE_VERSION
from netcore.words import Language, language_code, say, speaking

if TYPE_CHECKING:
    from netcore.batch.answers import Answers
    from netcore.batch.changes import Difference
    from netcore.batch.classes import Classes
    from netcore.batch.compile import Compiled
    from netcore.batch.exposed import Exposure
    from netcore.batch.forward import forward, packets_of, warm
    from netcore.batch.lint import Shadowed, shadowed_at
    from netcore.batch.live_routes import LiveRoutes
    from netcore.batch.lookup import lookup_table
    from netcore.batch.matrix import Counts, Matrix
    from netcore.batch.packets import Packets
    from netcore.batch.portsets import PortSet
    from netcore.batch.reach import Proof, Reach
    from netcore.batch.routed import Routed
    from netcore.batch.space import Space, space_of
    from netcore.checks.diff import Diff
    from netcore.checks.divergence import Divergence
    from netcore.checks.faults.generator import Broken, TooFew, put_faults
    from netcore.checks.grading.asked import Asked
    from netcore.checks.grading.grade import CheckResult, PublicCheck, grade, public_checks, right_choices
    from netcore.checks.grading.receipts import Verification, receipt, verify_receipt
    from netcore.checks.grading.stopping import Stopped, stop_when
    from netcore.checks.packs.lint import lint, lint_seeds, too_many_solutions
    from netcore.checks.packs.models import Pack, PackProblem, Solution
    from netcore.checks.packs.models import schemas as pack_schemas
    from netcore.checks.packs.reader import PackRefused, read_pack
    from netcore.checks.packs.solutions import handed_in, read_solution
    from netcore.checks.packs.variants import Variant, as_written, drawn_sets, in_variant, solution, variant
    from netcore.checks.packs.yaml_text import YamlRefused as PackYamlRefused
    from netcore.checks.packs.yaml_text import lines as pack_yaml_lines
    from netcore.checks.packs.yaml_text import parse as pack_yaml
    from netcore.checks.predictions import Judgement, Prediction, check_prediction, judge, told
    from netcore.checks.why import Why
    from netcore.failover import (
        Design,
        LiveRace,
        TimingProfile,
        Trials,
        availability,
        check_step,
        live_refusals,
    )
    from netcore.failover import Joined as JoinedTrials
    from netcore.failover import merge as merge_trials
    from netcore.failover import stretches as trial_stretches
    from netcore.failover.export import export_csv, export_json
    from netcore.failover.sweepable import Sweepable
    from netcore.failover.sweeping import near as near_names
    from netcore.failover.sweeping import point as sweep_point
    from netcore.failover.sweeping import summary as sweep_summary
    from netcore.failover.sweeping import varied as sweep_scenario
    from netcore.formats.arm_notes import Import, ImportNote
    from netcore.forwarding.probes import BackendHealth
    from netcore.forwarding.redundancy import RedundancyView
    from netcore.forwarding.state import State
    from netcore.forwarding.traceroute import TraceHop
    from netcore.forwarding.view import GuestView

# fmt: off
__all__ = [
    "ENGINE_VERSION", "LIMITS", "OF_FLOWS", "Answers", "Asked", "BackendHealth", "Broken", "CheckResult",
    "Classes", "Compiled", "Counts", "Design", "Diff", "Difference", "Direction", "Divergence",
    "DocumentError", "Effect", "EffectiveRoute", "EffectiveRule", "Exposure", "FormatError", "GuestView",
    "Import", "ImportNote", "JoinedTrials", "Judgement", "Language", "LiveRace", "LiveRoutes", "Matrix",
    "NetcoreError", "Network", "NotFound", "NotModelled", "Pack", "PackProblem", "PackRefused",
    "PackYamlRefused", "Packet", "Packets", "Paragraph", "PortSet", "Prediction", "Problem",
    "ProfileInfo", "Proof", "PublicCheck", "Reach", "Reading", "RedundancyView", "Routed", "RuleCard",
    "Scenario", "Shadowed", "Solution", "Space", "State", "Stopped", "TimingProfile", "TooFew", "Trace",
    "TraceHop", "Trials", "Variant", "Verification", "Why", "all_designs", "as_written", "availability",
    "backend_health", "check_prediction", "check_step", "classes_of", "compile", "compile_network",
    "designs", "diff", "difference", "drawn_sets", "dump", "effective_routes", "effective_rules",
    "explain", "export_csv", "export_json", "exposed", "exposures", "facts", "fault_kinds",
    "first_divergence", "forward", "grade", "guest_view", "handed_in", "headers_named", "import_arm",
    "in_variant", "join_trials", "judge", "language_code", "lint", "lint_seeds", "live_race",
    "live_refusals", "load", "lookup_table", "loops", "matrix", "merge_trials", "near_names", "never",
    "one_way", "pack_schemas", "pack_yaml", "pack_yaml_lines", "packets_of", "prepare_trials", "profiles",
    "protocol_name", "protocol_number", "public_checks", "put_faults", "race", "reach", "reach_counts",
    "read", "read_pack", "read_solution", "read_text", "receipt", "redundancy", "refusals",
    "right_choices", "routes_alone", "routes_shown", "rule_cards", "say", "schema", "shadowed",
    "shadowed_at", "simulate", "solution", "space_of", "speaking", "stale_routes", "stop_when", "sweep",
    "sweep_parameters", "sweep_point", "sweep_scenario", "sweep_summary", "switches", "timing_profile",
    "timing_profiles", "told", "too_many_solutions", "trace", "trace_steps", "traceroute",
    "trial_stretches", "trials", "unknown_to", "variant", "verify_receipt", "warm", "warnings", "why",
]
# fmt: on

_IN_ROOMS = {
    "netcore.batch.answers": "Answers",
    "netcore.batch.changes": "Difference",
    "netcore.batch.compile": "Compiled",
    "netcore.batch.forward": "forward packets_of warm",
    "netcore.batch.packets": "Packets",
    "netcore.batch.classes": "Classes classes_of",
    "netcore.batch.matrix": "Counts Matrix matrix reach_counts",
    "netcore.batch.exposed": "Exposure exposed exposures",
    "netcore.batch.portsets": "PortSet",
    "netcore.batch.space": "Space space_of",
    "netcore.batch.reach": "Proof Reach headers_named loops never one_way reach",
    "netcore.batch.lint": "Shadowed shadowed shadowed_at",
    "netcore.batch.lookup": "lookup_table",
    "netcore.batch.live_routes": "LiveRoutes",
    "netcore.batch.routed": "Routed routes_alone",
    "netcore.failover": "Design LiveRace TimingProfile Trials JoinedTrials availability check_step "
    "live_refusals merge_trials trial_stretches",
    "netcore.failover.export": "export_csv export_json",
    "netcore.failover.sweeping": "near_names sweep_point sweep_scenario sweep_summary",
    "netcore.checks.diff": "Diff",
    "netcore.checks.why": "Why",
    "netcore.checks.divergence": "Divergence",
    "netcore.checks.faults.generator": "Broken TooFew put_faults",
    "netcore.checks.grading.asked": "Asked",
    "netcore.checks.grading.grade": "CheckResult PublicCheck grade public_checks right_choices",
    "netcore.checks.grading.receipts": "Verification receipt verify_receipt",
    "netcore.checks.grading.stopping": "Stopped stop_when",
    "netcore.checks.packs.lint": "lint lint_seeds too_many_solutions",
    "netcore.checks.packs.models": "Pack PackProblem Solution pack_schemas",
    "netcore.checks.packs.reader": "PackRefused read_pack",
    "netcore.checks.packs.solutions": "handed_in read_solution",
    "netcore.checks.packs.variants": "Variant as_written drawn_sets in_variant solution variant",
    "netcore.checks.packs.yaml_text": "PackYamlRefused pack_yaml_lines pack_yaml",
    "netcore.checks.predictions": "Judgement Prediction check_prediction judge told",
    "netcore.failover.sweepable": "Sweepable",
    "netcore.formats.arm_notes": "Import ImportNote",
    "netcore.forwarding.state": "State",
    "netcore.forwarding.probes": "BackendHealth",
    "netcore.forwarding.traceroute": "TraceHop",
    "netcore.forwarding.view": "GuestView",
    "netcore.forwarding.redundancy": "RedundancyView",
}
"""Names that live in rooms opened on demand, by room."""

_ROOMS = {name: room for room, names in _IN_ROOMS.items() for name in names.split()}

_NAMES = {
    "JoinedTrials": "Joined",
    "merge_trials": "merge",
    "near_names": "near",
    "PackYamlRefused": "YamlRefused",
    "pack_schemas": "schemas",
    "pack_yaml": "parse",
    "pack_yaml_lines": "lines",
    "sweep_point": "point",
    "sweep_scenario": "varied",
    "sweep_summary": "summary",
    "trial_stretches": "stretches",
}
"""What those are called in their room, where it is another word."""


def __getattr__(name: str) -> Any:
    """Return a name of a room that is opened on demand."""
    if name in _ROOMS:
        return getattr(importlib.import_module(_ROOMS[name]), _NAMES.get(name, name))
    raise AttributeError(f"module 'netcore' has no attribute {name!r}")


# Documents


def _ground() -> _Ground:
    from netcore.checks.reading import ground

    return ground()


def read(raw: object) -> Reading:
    """Return the document of plain JSON data together with all its problems.

    Never raises for a JSON value. ``document`` is None when limits or shape are wrong; with other problems
    the document is there and can be saved and drawn, but is not ``runnable``.
    """
    return _known(_reader.read(raw, _ground()))


def _known(reading: Reading) -> Reading:
    """Remember that a document has no problems, so that compiling it does not look for them again."""
    if reading.document is not None and reading.runnable:
        _CHECKED[id(reading.document)] = reading.document
    return reading


def read_text(text: str | bytes) -> Reading:
    """Return the document of a JSON text together with all its problems; see ``read``.

    Bytes and depth are checked before the text is parsed. JSON errors are problems with line and column.
    """
    return _known(_reader.read_text(text, _ground()))


def load(raw: object) -> Scenario:
    """Return the document of plain JSON data.

    Raises:
        DocumentError: it has problems; all of them are in ``problems``.
    """
    scenario = _reader.load(raw, _ground())
    _CHECKED[id(scenario)] = scenario
    return scenario


# Control plane


def compile(scenario: Scenario) -> Network:  # noqa: A001 - the word for it everywhere else too
    """Return the compiled network of a scenario. Tables are made when first asked for, and kept.

    Raises:
        DocumentError: the scenario has problems.
    """
    if _CHECKED.get(id(scenario)) is not scenario:
        problems = _check(scenario, _ground())
        if problems:
            raise DocumentError(problems)
        _CHECKED[id(scenario)] = scenario
    return _control.compile(scenario)


_CHECKED: WeakValueDictionary[int, Scenario] = WeakValueDictionary()
"""Scenarios without problems, by id: they never change, so nothing is checked twice."""


def _compiled(network: Network | Scenario) -> Network:
    return network if isinstance(network, Network) else compile(network)


def effective_routes(network: Network | Scenario, nic_id: str) -> tuple[EffectiveRoute, ...]:
    """Return the effective routes of a NIC: IPv4 first, then by source and next hop type.

    Raises:
        NotFound: the document has no such NIC.
        DocumentError: a scenario was given and it has problems.
    """
    return _compiled(network).routes(nic_id).rows


def routes_shown(network: Network | Scenario, ref: str) -> tuple[bool, str]:
    """Return whether the platform would show effective routes, and in words why not (fact D12).

    Args:
        ref: path of a NIC or of a gateway, such as ``nics/fw1``.

    Raises:
        NotFound: the document has no such NIC or gateway.
        DocumentError: a scenario was given and it has problems.
    """
    from netcore.control.shown import routes_shown as shown

    return shown(_compiled(network), ref)


def backend_health(network: Network | Scenario, state: State | None = None) -> tuple[BackendHealth, ...]:
    """Return what each balancing rule holds of each backend: healthy, or why not (facts J7, J11-J13, J18).

    Raises:
        DocumentError: a scenario was given and it has problems.
    """
    from netcore.forwarding import probes

    return probes.backend_health(_compiled(network), state)


def stale_routes(
    before: Network, after: Network, elapsed_us: int, delay_us: int | None = None
) -> dict[str, Network]:
    """Return which NICs still send by the routes of the earlier network, for ``State.stale`` (fact D65).

    Args:
        elapsed_us: since the change was accepted.
        delay_us: until every host has it; None takes the 30 s of the facts.
    """
    from netcore.control import programming

    delay = programming.DELAY_US if delay_us is None else delay_us
    return programming.stale_routes(before, after, elapsed_us, delay)


def warnings(network: Network | Scenario) -> tuple[Problem, ...]:
    """Return what the maker of a drawing should know although it runs (facts D69, D42, D63; Azure RBAC).

    Raises:
        DocumentError: a scenario was given and it has problems.
    """
    from netcore.control.warnings import warnings as found
    from netcore.failover.rights import warnings as of_rights

    made = _compiled(network)
    return (*found(made), *of_rights(made.scenario))


def effective_rules(
    network: Network | Scenario, nic_id: str, direction: Direction | str
) -> tuple[EffectiveRule, ...]:
    """Return the security rules in force at a NIC in evaluation order: group by group, then by priority.

    Args:
        direction: ``Inbound`` or ``Outbound``.

    Raises:
        NotFound: the document has no such NIC, or there is no such direction.
        DocumentError: a scenario was given and it has problems.
    """
    try:
        side = Direction(direction)
    except ValueError:
        raise NotFound(
            say("There is no direction {direction}; there are Inbound and Outbound.", direction=direction)
        ) from None
    return tuple(rule for rules in _compiled(network).rules(nic_id, side) for rule in rules.rules)


# Forwarding


def trace(network: Network | Scenario, packet: Packet, state: State | None = None) -> Trace:
    """Return what happens to a packet and to its answer, step by step.

    Raises:
        NotFound: the packet names something that the document does not have.
        DocumentError: a scenario was given and it has problems.
    """
    from netcore.forwarding import walk

    return walk.trace(_compiled(network), packet, state)


def trace_steps(
    network: Network | Scenario, packet: Packet, state: State | None = None
) -> Iterator[dict[str, Any]]:
    """Yield a trace as events: ``trace.step`` for each step, ``trace.verdict`` for each direction.

    Raises:
        NotFound: the packet names something that the document does not have.
        DocumentError: a scenario was given and it has problems.
    """
    from netcore.forwarding import walk

    yield from walk.trace_steps(_compiled(network), packet, state)


# Many packets at once


def compile_network(network: Network | Scenario) -> Compiled:
    """Return a network as arrays, for ``forward``. Raises DocumentError as ``compile`` does."""
    from netcore.batch.compile import Compiled

    return Compiled(_compiled(network))


def difference(before: Compiled | Network | Scenario, after: Compiled | Network | Scenario) -> Difference:
    """Return everything that an edit did to the flows of a drawing, by classes of VMs and sets of ports.

    Where many edits of one drawing are asked about, give what ``compile_network`` returned for it: then an
    edit of routes, rules, or of who has which table or group, costs no second compilation.

    Raises:
        DocumentError: a scenario was given and it has problems.
    """
    from netcore.batch import difference as room
    from netcore.batch.compile import Compiled

    one, other = (given if isinstance(given, Compiled) else _compiled(given) for given in (before, after))
    return room.difference(one, other)


# Questions


def first_divergence(
    scenario: Scenario, packet: Packet, profile_a: str, profile_b: str, state: State | None = None
) -> Divergence:
    """Return the first step where a packet fares otherwise under another profile, with both rule cards.

    Where one of them refuses the drawing, its problems are the difference.

    Raises:
        NotFound: a profile that does not exist, or the packet names something that is not drawn.
    """
    from netcore.checks import divergence

    return divergence.first_divergence(scenario, packet, profile_a, profile_b, state)


def diff(
    before: Network | Scenario, after: Network | Scenario, packets: Iterable[Packet] | None = None
) -> Diff:
    """Return what becomes of packets otherwise in the second drawing: opened, closed, rerouted and so on.

    Args:
        packets: None asks packets that stand for both drawings; how many is in the answer.

    Raises:
        DocumentError: a scenario was given and it has problems.
    """
    from netcore.checks import diff as room

    return room.diff(_compiled(before), _compiled(after), packets)


def fault_kinds() -> dict[str, str]:
    """Return the kinds of faults that ``put_faults`` knows, and what people call each."""
    from netcore.checks.faults.kinds import KINDS

    return {kind: say(words) for kind, (words, _) in KINDS.items()}


def guest_view(network: Network | Scenario, vm_id: str, state: State | None = None) -> GuestView:
    """Return what the guest of a VM believes: addresses, neighbours, routes, tunnels, roles, firewall.

    Raises:
        NotFound: the document has no such VM.
        DocumentError: a scenario was given and it has problems.
    """
    from netcore.forwarding import view

    return view.guest_view(_compiled(network), vm_id, state)


def why(network: Network | Scenario, packet: Packet, state: State | None = None) -> Why:
    """Return every single edit that would deliver a packet that is not, best first, with its side effects.

    Each edit is a JSON Patch for the document as ``dump`` writes it; each was applied, read and traced.

    Raises:
        NotFound: the packet names something that the document does not have.
        DocumentError: a scenario was given and it has problems.
    """
    from netcore.checks import why as room

    return room.why(_compiled(network), packet, state)


def redundancy(network: Network | Scenario, state: State | None = None) -> tuple[RedundancyView, ...]:
    """Return every redundancy group of guests: members, their roles and hellos, who holds the address.

    Raises:
        DocumentError: a scenario was given and it has problems.
    """
    from netcore.forwarding import redundancy as room
    from netcore.forwarding import walk

    return room.groups(_compiled(network), walk.follow, state)


def traceroute(
    network: Network | Scenario, packet: Packet, state: State | None = None
) -> tuple[TraceHop, ...]:
    """Return the hops that a traceroute along a packet's way shows; empty where the profile has none.

    Raises:
        NotFound: the packet names something that the document does not have.
        DocumentError: a scenario was given and it has problems.

    Source: facts B9, N8.
    """
    from netcore.forwarding.traceroute import traceroute as along

    return along(_compiled(network), packet, state)


# Failover


def designs(scenario: Scenario, fault: str | None = None) -> tuple[Design, ...]:
    """Return the failover designs that a scenario can play for a fault; None: for at least one of its faults.

    Raises:
        NotFound: the scenario has no such fault.
    """
    from netcore import failover

    return failover.designs(scenario, fault)


def all_designs() -> tuple[Design, ...]:
    """Return every failover design there is, in the order of display."""
    from netcore import failover

    return failover.DESIGNS


def refusals(scenario: Scenario, fault: str) -> dict[str, str]:
    """Return why designs cannot be played for a fault, by the id of the design.

    Raises:
        NotFound: the scenario has no such fault.
    """
    from netcore import failover

    return failover.refusals(scenario, fault)


def failover_choices() -> dict[str, list[dict[str, Any]]]:
    """Return kinds of faults with their fields, conditions, and default rates, as plain JSON data."""
    from netcore.failover import choices

    return choices.choices()


def simulate(
    scenario: Scenario, design: Design, fault: str, seed: int | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the events of one failover in the order of simulated time.

    Args:
        fault: key of the scenario's faults.
        seed: None takes the scenario's.

    Raises:
        NotFound: the scenario has no such fault.
        NotModelled: the design cannot be played for this fault; the message says why.
    """
    from netcore import failover

    return failover.simulate(scenario, design, fault, seed)


def race(
    scenario: Scenario, designs: Sequence[Design], fault: str, seed: int | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the events of several designs on one clock, in the order of simulated time.

    Raises:
        NotFound: the scenario has no such fault.
        NotModelled: a design cannot be played for this fault; the message says why.
    """
    from netcore import failover

    return failover.race(scenario, designs, fault, seed)


def live_race(
    scenario: Scenario,
    designs: Sequence[Design],
    seed: int | None = None,
    protects: str | None = None,
    name: str = "Live",
) -> LiveRace:
    """Return a race that people steer while it plays; see ``LiveRace``.

    Args:
        protects: id of the VM that the designs protect; None: the first appliance in the order of ids.
        name: of the fault that holds what was played.

    Raises:
        NotFound: the scenario has no such VM.
        NotModelled: a design cannot be played here, even while nothing breaks; the message says why.
    """
    from netcore import failover

    return failover.LiveRace(scenario, designs, seed, protects, name)


def trials(
    scenario: Scenario,
    designs: Sequence[Design],
    fault: str,
    n: int,
    seed: int | None = None,
    first: int = 0,
    target: dict[str, Any] | None = None,
    rates: dict[str, float] | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield the progress and the summary of many failovers with other draws; the designs share their draws.

    Args:
        n: number of trials.
        first: number of the first one, to continue where another call ended.
        target: ``recover_s`` and ``lose_packets`` that are asked for, either may be missing.
        rates: events per month that differ from the defaults, by name.

    Raises:
        NotFound: the scenario has no such fault.
    """
    from netcore import failover

    return failover.trials(scenario, designs, fault, n, seed, first, target, rates)


def prepare_trials(
    scenario: Scenario,
    designs: Sequence[Design],
    fault: str,
    seed: int | None = None,
    target: dict[str, Any] | None = None,
) -> Trials:
    """Return the trials of one question; ``chunk(first, n)`` plays some of them and gives plain columns.

    Args:
        target: see ``trials``.

    Raises:
        NotFound: the scenario has no such fault.
        NotModelled: a design cannot be played for this fault; the message says why.
    """
    from netcore import failover

    return failover.Trials(scenario, designs, fault, seed, target)


def join_trials() -> JoinedTrials:
    """Return an empty join: it takes columns in the order of their trials and gives progress and summary."""
    from netcore import failover

    return failover.Joined()


def sweep(
    scenario: Scenario,
    designs: Sequence[Design],
    fault: str,
    parameter: str,
    values: Sequence[float | str],
    n: int,
    seed: int | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield ``sweep.point`` for each value of one number, and ``sweep.summary``.

    Raises:
        NotFound: the scenario has no such fault, or there is no such number.
        NotModelled: the drawing has nothing to vary there, or the value is out of range.
    """
    from netcore import failover

    return failover.sweep(scenario, designs, fault, parameter, values, n, seed)


def sweep_parameters(scenario: Scenario, fault: str, designs: Sequence[Design]) -> tuple[Sweepable, ...]:
    """Return the numbers that these designs use for a fault, with values worth trying; see ``sweep``.

    Raises:
        NotFound: the scenario has no such fault.
        NotModelled: a design cannot be played for it.
    """
    from netcore.failover import sweepable

    return sweepable.sweepable(scenario, fault, designs)


def timing_profiles() -> tuple[TimingProfile, ...]:
    """Return the timing profiles there are, in the order of display."""
    from netcore import failover

    return tuple(failover.timing_profile(key) for key in failover.TIMING_PROFILES)


def timing_profile(profile_id: str) -> TimingProfile:
    """Return a timing profile: every number with unit, grade and source.

    Raises:
        NotFound: there is none of that id.
    """
    from netcore import failover

    return failover.timing_profile(profile_id)


# Reference


def profiles() -> tuple[ProfileInfo, ...]:
    """Return the rule profiles there are, the newest first."""
    return _profiles.profiles()


def switches(profile_id: str) -> dict[str, dict[str, Any]]:
    """Return the switches that a document may set under a profile, by name.

    Each has ``point`` (row of section N of the facts), ``text``, ``facts``, ``choices`` and ``default``.

    Raises:
        NotFound: there is no such profile.
    """
    from netcore.profiles.switches import SWITCHES, choices

    profile = _profiles.profile(profile_id)
    return {
        name: {
            "point": SWITCHES[name].point,
            "text": say(SWITCHES[name].text),
            "facts": list(SWITCHES[name].facts),
            "choices": list(values),
            "default": SWITCHES[name].default(profile),
        }
        for name, values in choices(profile).items()
    }


def unknown_to(profile_id: str) -> dict[str, str]:
    """Return the words of drawings that a profile has nothing for, each with the fact that says so.

    Raises:
        NotFound: there is no such profile.
    """
    return dict(_profiles.profile(profile_id).drawing.unknown)


def rule_cards(profile: str | None = None) -> tuple[RuleCard, ...]:
    """Return the rule cards of a profile, or of all profiles, in the order of the fact sheet.

    Raises:
        NotFound: there is no such profile.
    """
    return _profiles.rule_cards(profile)


def facts() -> dict[str, dict[str, str]]:
    """Return every implemented fact by id: statement, source, confidence."""
    return _profiles.facts()


# Other people's files


def import_arm(raw: bytes | str) -> Import:
    """Return the scenario that an ARM template describes, and what had to be assumed or left out.

    Raises:
        FormatError: it is no ARM template, or one that cannot be read.
    """
    from netcore.formats.arm import import_arm as convert

    return convert(raw)
