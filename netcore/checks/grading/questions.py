"""Questions: the truth from the engine, and the learner's answer beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

from pydantic import ValidationError

from netcore.checks.diff import diff
from netcore.checks.divergence import first_divergence
from netcore.checks.grading import changing, estimates, names
from netcore.checks.grading.case import PASSED, CannotGrade, Case, Finding, failed
from netcore.checks.grading.packets import (
    Selected,
    address_of,
    hop_of,
    measured,
    nic_of,
    same_place,
    selected,
    shown_row,
    to_look_up,
    vm_of,
)
from netcore.checks.grading.structure import COMPARING, PACKETS
from netcore.checks.language.part import Flow
from netcore.checks.language.questions import (
    ROUTE_FIELDS,
    Diagnose,
    DiffersAt,
    Explain,
    Predict,
    Question,
    VerdictForm,
)
from netcore.checks.misconceptions import Break, Misconception, name_of
from netcore.checks.predictions import Prediction, judge
from netcore.checks.reading import compiled
from netcore.checks.route_ideas import route_idea
from netcore.control.routes import EffectiveRoute
from netcore.document.models import Topology
from netcore.document.values import Network
from netcore.forwarding.view import guest_view
from netcore.profiles import profile_title
from netcore.trace.effects import Effect
from netcore.trace.model import Outcome, Trace
from netcore.trace.packet import Packet
from netcore.words import say, say_many

NO_ANSWER = "No answer was given."


def answer_of(question: Question, case: Case) -> Any:
    """Return what the learner said to a question; None: nothing."""
    return given_to(question, case.answers)


def given_to(question: Question, answer: Any) -> Any:
    """Return the part of an answer to a check that is for one question; None: nothing."""
    if question.ask is None:
        return answer
    return answer.get(question.ask) if isinstance(answer, Mapping) else None


def about(question: Question, case: Case) -> Case:
    """Return the case of the drawing that a question is about."""
    base = case.at_start() if question.of == "start" else case
    base = changing.changed(base, question.given)
    return base.under(question.profile) if question.profile else base


def predict(part: Predict, case: Case) -> Finding:
    """Return whether a prediction came true."""
    said = answer_of(part, case)
    if said is None:
        return failed(say(NO_ANSWER))
    form = getattr(part, part.form)
    if part.form == "choice":
        return PASSED if said == form.truth else failed(say("Another answer is right."))
    return _FORMS[part.form](form, about(part, case), said)


def _route(form: Any, base: Case, said: Any) -> Finding:
    if not isinstance(said, Mapping):
        return failed(say("The answer names no route."))
    rows = selected(base, form.nic, form.to)
    shown = base.counterexample(to_look_up(base, form.nic, form.to))
    if not rows:
        return Finding(0.0, say("There is no route at all."), shown)
    for row in rows:
        wrong = [field for field in form.fields if not _fits_row(base, row, field, said.get(field))]
        if not wrong:
            return PASSED
    idea = _idea_of_route(form, base, said)
    shown = shown if idea is None else {**shown, "misconception": idea.as_dict()}
    words = ", ".join(say(ROUTE_FIELDS[field]) for field in wrong)
    return Finding(0.0, say("Not right: {wrong}.", wrong=words), shown)


def _idea_of_route(form: Any, base: Case, said: Mapping[str, Any]) -> Misconception | None:
    """Return the idea of whoever named another route; None: the answer does not tell."""
    if not any(str(said.get(field) or "").strip() for field in form.fields):
        return None

    def fits(row: EffectiveRoute, prefix: Network) -> bool:
        one = shown_row(row, prefix)
        return all(_fits_row(base, one, field, said.get(field)) for field in form.fields)

    named = {field: str(said.get(field) or "").strip() for field in form.fields}
    nic = nic_of(base.topology, form.nic)
    return route_idea(base.network, nic, address_of(base.topology, form.to), named, fits)


def _fits_row(base: Case, row: Selected, field: str, said: Any) -> bool:
    text = str(said or "").strip()
    if field != "hop":
        return text.casefold() == str(getattr(row, field)).casefold()
    return _hop_said(base, text) in row.hops if text else not row.hops


def _hop_said(base: Case, text: str) -> str | None:
    """Return the address that a learner named; None: it is none of one thing."""
    try:
        return hop_of(base.topology, text)
    except names.Unknown:
        return None


def _verdict(form: VerdictForm, base: Case, said: Any) -> Finding:
    if not form.profiles:
        return _one_verdict(form.flow, base, said)
    if not isinstance(said, Mapping):
        return failed(say("The answer says nothing for each profile."))
    found = [_one_verdict(form.flow, base.under(profile), said.get(profile)) for profile in form.profiles]
    wrong = [finding for finding in found if not finding.passed]
    if not wrong:
        return PASSED
    return replace(wrong[0], share=1 - len(wrong) / len(form.profiles))


def _one_verdict(flow: Flow, base: Case, said: Any) -> Finding:
    done, packet = _traced(base, flow)
    truth = done.verdict.code or "delivered"
    if str(said).casefold() == truth.casefold():
        return PASSED
    under = say("Under {profile}: ", profile=profile_title(base.profile)) if base.profile else ""
    expected = Outcome.DELIVERED if str(said).casefold() == Outcome.DELIVERED else None
    shown = _shown(base, packet, _idea(base, done, packet, expected, done.verdict.outcome))
    return Finding(0.0, f"{under}{done.verdict.sentence}", shown)


def _idea(base: Case, done: Trace, packet: Packet, said: str | None, was: str) -> Misconception | None:
    """Return the idea of whoever expected a packet to arrive, or to come to a VM; None: none shows.

    Whoever expected another loss has thought of one, so no idea is named.

    Args:
        said: the outcome or the stop that was expected, as in ``Break``; None: it was a loss.
        was: the same in truth.
    """
    if said is None:
        return None
    answers = done.back is not None and done.verdict is done.back.verdict
    leg = done.back if answers and done.back is not None else done.forward
    return name_of(
        Break(
            network=base.network,
            direction="back" if answers else "forward",
            at=(done.forward.verdict.at or "") if answers else packet.source,
            said=said,
            was=was,
            verdict=leg.verdict,
            outward=(),
            destination=leg.steps[0].before.destination if leg.steps else None,
        )
    )


def _shown(base: Case, packet: Packet, idea: Misconception | None) -> dict[str, Any]:
    """Return the packet that shows how it is, with the idea behind the wrong answer where one shows."""
    found = base.counterexample(packet)
    return found if idea is None else {**found, "misconception": idea.as_dict()}


def _hops(form: Any, base: Case, said: Any) -> Finding:
    try:
        prediction = Prediction.model_validate(said)
    except ValidationError:
        return failed(say("The answer is no prediction of hops."))
    done, packet = _traced(base, form.flow)
    judged = judge(base.network, done, prediction)
    missing = form.back and prediction.back is None and done.back is not None
    if judged.right and judged.whole and not missing:
        return PASSED
    right, of = judged.score
    leg = judged.forward if not judged.forward.right else judged.back
    reason = "" if leg is None else leg.reason
    if not judged.whole:
        reason = reason or say("It was not said how the packet ends.")
    elif leg is None or missing:
        reason = say("Nothing was said of the answer.")
    # Nobody who left something out has all of it; of what nothing was said of, the way there is half.
    share = right / (2 * of if missing else max(of, right + 1))
    return Finding(share, reason, _shown(base, packet, None if leg is None else leg.misconception))


def _receiver(form: Any, base: Case, said: Any) -> Finding:
    done, packet = _traced(base, form.flow)
    verdict = done.forward.verdict
    at = verdict.at if verdict.outcome is Outcome.DELIVERED else None
    right = said == "nobody" if at is None else same_place(base.topology, str(said), at)
    if right:
        return PASSED
    try:
        expected = f"vms/{names.entry(base.topology, 'vms', str(said))}"
    except names.Unknown:  # nobody, or what is no VM
        expected = None
    was = verdict.outcome if at is None else vm_of(base.topology, at) or at
    return Finding(0.0, verdict.sentence, _shown(base, packet, _idea(base, done, packet, expected, was)))


def _arp(form: Any, base: Case, said: Any) -> Finding:
    if not isinstance(said, Mapping):
        return failed(say("The answer names no entries."))
    vm = names.entry(base.topology, "vms", form.vm)
    lines = {line.address: line for line in guest_view(base.network, vm).neighbours}
    router = next((line.mac for line in lines.values() if line.kind == "router"), None)
    wrong: list[str] = []
    for to in form.to:
        address = hop_of(base.topology, to) or to
        line = lines.get(address)
        text = str(said.get(to, said.get(address, ""))).casefold()
        if line is None or line.mac is None:
            right = text == "nobody"
        else:
            own = line.mac == line.own_mac
            right = (
                text == line.mac
                or (text == "router" and line.mac == router)
                or (own and _hop_said(base, text) == address)
            )
        if not right:
            wrong.append(address)
    if not wrong:
        return PASSED
    request = Packet(source=f"vms/{vm}", destination=min(wrong, key=ip_address), frame="arp")
    message = say("Not right: {wrong} of {entries}.", wrong=len(wrong), entries=len(form.to))
    return Finding(1 - len(wrong) / len(form.to), message, base.counterexample(request))


_FORMS: dict[str, Callable[[Any, Case, Any], Finding]] = {
    "route": _route,
    "verdict": _verdict,
    "hops": _hops,
    "receiver": _receiver,
    "arp": _arp,
    "number": estimates.number,
    "bucket": estimates.bucket,
    "ranking": estimates.ranking,
    "design": estimates.design,
}
"""Form -> how an answer is judged; a choice asks no engine."""


def explain(part: Explain, case: Case) -> Finding:
    """Return whether the learner marked the place where a packet ends, and named the reason."""
    said = answer_of(part, case)
    if not isinstance(said, Mapping):
        return failed(say(NO_ANSWER))
    base = about(part, case)
    done, packet = _traced(base, part.flow)
    verdict = done.verdict
    if verdict.code is None:
        raise CannotGrade(say("The packet is delivered, so there is nothing to explain."))
    right_code = said.get("code") in (verdict.code, *part.accept)
    right_hop = not part.hop or same_place(base.topology, str(said.get("hop") or ""), verdict.at)
    if right_code and right_hop:
        return PASSED
    share = (right_code + right_hop) / 2 if part.hop else 0.0
    wrong = say("The reason is another one.") if right_hop else say("The packet does not end there.")
    return Finding(share, wrong, base.counterexample(packet))


def differs_at(part: DiffersAt, case: Case) -> Finding:
    """Return whether the learner marked the first hop at which two profiles differ, and named the rule."""
    said = answer_of(part, case)
    if not isinstance(said, Mapping):
        return failed(say(NO_ANSWER))
    base = about(part, case)
    if base.drawing is None:
        raise CannotGrade(say("There is no drawing to compare."))
    packet = one_packet(base, part.flow)
    base.budget.spend(2_000)
    found = first_divergence(base.drawing, packet, *part.profiles)
    if found.same:
        raise CannotGrade(
            say(
                "{one} and {other} do the same with this packet.",
                one=part.profiles[0],
                other=part.profiles[1],
            )
        )
    sides = (found.a, found.b)
    places = [side.step.at for side in sides if side.step is not None]
    right_hop = any(same_place(base.topology, str(said.get("hop") or ""), place) for place in places)
    cards = [side.card.id for side in sides if side.card is not None]
    right_rule = not part.rules or said.get("rule") in cards
    if right_hop and right_rule:
        return PASSED
    share = (right_hop + right_rule) / 2 if part.rules else 0.0
    wrong = say("The rule is another one.") if right_hop else say("They part at another hop.")
    return Finding(share, wrong, base.counterexample(packet))


def diagnose(part: Diagnose, case: Case) -> Finding:
    """Return how many faults were found; each pays half for its place and half for its kind there."""
    said = answer_of(part, case)
    if not isinstance(said, Mapping):
        return failed(say(NO_ANSWER))
    if not case.faults:
        raise CannotGrade(say("No faults were put into the drawing."))
    topology = case.start.topology
    rows = [(str(said.get(f"hop-{n}") or ""), said.get(f"kind-{n}")) for n in range(1, part.faults + 1)]
    hidden = list(case.faults)
    found_for: list[float] = []
    for pays in (1.0, 0.5):  # right in both comes first, so that nothing is paid for less than it is worth
        for hop, kind in list(rows):
            found = next(
                (one for one in hidden if _names(topology, hop, one[0]) and (pays < 1 or kind == one[1])),
                None,
            )
            if found is not None:
                hidden.remove(found)
                rows.remove((hop, kind))
                found_for.append(pays)
    share = sum(found_for) / len(case.faults)
    if share == 1:
        return PASSED
    whole, half = (sum(worth == pays for worth in found_for) for pays in (1.0, 0.5))
    message = say_many(
        "Of {count} fault, {whole} named with place and kind, {half} with the place alone.",
        "Of {count} faults, {whole} named with place and kind, {half} with the place alone.",
        len(case.faults),
        whole=whole,
        half=half,
    )
    return Finding(share, message, _silenced(case))


def _silenced(case: Case) -> dict[str, Any] | None:
    """Return the smallest packet of those that faults have stopped; None where no single packet shows it."""
    before = compiled(case.healthy)[0] if case.healthy else None
    start = case.at_start()
    if before is None:
        return None
    start.budget.spend(COMPARING)
    lost = [change.packet for change in diff(before, start.network, limit=PACKETS).of(Effect.CLOSED)]
    traced = [(measured(start, packet), packet) for packet in lost]
    return start.counterexample(min(traced, key=lambda one: one[0])[1]) if traced else None


def _names(topology: Topology, said: str, at: str) -> bool:
    """Return whether a name means the place of a fault; subnets and NICs mean their table or group too."""
    if not said:
        return False
    kind, _, key = at.partition("/")
    field = {"route_tables": "route_table", "security_groups": "security_group"}.get(kind, "")
    users = [
        f"{holder}/{one}"
        for holder in ("subnets", "nics")
        for one, thing in getattr(topology, holder).items()
        if field and getattr(thing, field, None) == key
    ]
    return any(same_place(topology, said, place) for place in (at, *users))


def one_packet(base: Case, flow: Flow) -> Packet:
    """Return the packet of a flow that is exactly one.

    Raises:
        CannotGrade: it stands for none or several.
    """
    found = list(names.packets(base.topology, flow))
    if len(found) != 1:
        raise CannotGrade(
            say_many(
                "{text} stands for {count} packet, and one is meant.",
                "{text} stands for {count} packets, and one is meant.",
                len(found),
                text=flow.text,
            )
        )
    return found[0]


def _traced(base: Case, flow: Flow) -> tuple[Trace, Packet]:
    packet = one_packet(base, flow)
    return base.trace(packet), packet
