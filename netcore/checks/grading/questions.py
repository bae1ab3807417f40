"""Questions: the truth from the engine, and the learner's answer beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from netcore.checks.divergence import first_divergence
from netcore.checks.grading import changing, estimates, names
from netcore.checks.grading.case import PASSED, CannotGrade, Case, Finding, failed
from netcore.checks.grading.packets import Selected, hop_of, same_place, selected
from netcore.checks.language.part import Flow
from netcore.checks.language.questions import Diagnose, DiffersAt, Explain, Predict, Question, VerdictForm
from netcore.checks.predictions import Prediction, judge
from netcore.document.models import Topology
from netcore.forwarding.view import guest_view
from netcore.trace.model import Outcome, Trace
from netcore.trace.packet import Packet

NO_ANSWER = "No answer was given."


def answer_of(question: Question, case: Case) -> Any:
    """Return what the learner said to a question; None: nothing."""
    if question.ask is None:
        return case.answers
    return case.answers.get(question.ask) if isinstance(case.answers, Mapping) else None


def about(question: Question, case: Case) -> Case:
    """Return the case of the drawing that a question is about."""
    base = case.at_start() if question.of == "start" else case
    base = changing.changed(base, question.given)
    return base.under(question.profile) if question.profile else base


def predict(part: Predict, case: Case) -> Finding:
    """Return whether a prediction came true."""
    said = answer_of(part, case)
    if said is None:
        return failed(NO_ANSWER)
    form = getattr(part, part.form)
    if part.form == "choice":
        return PASSED if said == form.truth else failed("Another answer is right.")
    return _FORMS[part.form](form, about(part, case), said)


def _route(form: Any, base: Case, said: Any) -> Finding:
    if not isinstance(said, Mapping):
        return failed("The answer names no route.")
    rows = selected(base, form.nic, form.to)
    if not rows:
        return failed("There is no route at all.")
    for row in rows:
        wrong = [field for field in form.fields if not _fits_row(base, row, field, said.get(field))]
        if not wrong:
            return PASSED
    return failed(f"Not right: {', '.join(wrong)}.")


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
        return failed("The answer says nothing for each profile.")
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
    under = f"Under {base.profile}: " if base.profile else ""
    return Finding(0.0, f"{under}{done.verdict.sentence}", base.counterexample(packet))


def _hops(form: Any, base: Case, said: Any) -> Finding:
    try:
        prediction = Prediction.model_validate(said)
    except ValidationError:
        return failed("The answer is no prediction of hops.")
    done, packet = _traced(base, form.flow)
    judged = judge(base.network, done, prediction)
    missing = form.back and prediction.back is None and done.back is not None
    if judged.right and not missing:
        return PASSED
    leg = judged.forward if not judged.forward.right else judged.back
    reason = "Nothing was said of the answer." if leg is None or missing else leg.reason
    found = base.counterexample(packet)
    if leg is not None and leg.misconception is not None:
        found["misconception"] = leg.misconception.as_dict()
    return Finding(0.0, reason, found)


def _receiver(form: Any, base: Case, said: Any) -> Finding:
    done, packet = _traced(base, form.flow)
    verdict = done.forward.verdict
    at = verdict.at if verdict.outcome is Outcome.DELIVERED else None
    right = said == "nobody" if at is None else same_place(base.topology, str(said), at)
    return PASSED if right else Finding(0.0, verdict.sentence, base.counterexample(packet))


def _arp(form: Any, base: Case, said: Any) -> Finding:
    if not isinstance(said, Mapping):
        return failed("The answer names no entries.")
    vm = names.entry(base.topology, "vms", form.vm)
    lines = {line.address: line for line in guest_view(base.network, vm).neighbours}
    router = next((line.mac for line in lines.values() if line.kind == "router"), None)
    wrong = 0
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
        wrong += not right
    if not wrong:
        return PASSED
    return Finding(1 - wrong / len(form.to), f"{wrong} of {len(form.to)} entries are other ones.")


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
        return failed(NO_ANSWER)
    base = about(part, case)
    done, packet = _traced(base, part.flow)
    verdict = done.verdict
    if verdict.code is None:
        raise CannotGrade("The packet is delivered, so there is nothing to explain.")
    right_code = said.get("code") in (verdict.code, *part.accept)
    right_hop = not part.hop or same_place(base.topology, str(said.get("hop") or ""), verdict.at)
    if right_code and right_hop:
        return PASSED
    share = (right_code + right_hop) / 2 if part.hop else 0.0
    wrong = "The reason is another one." if right_hop else "The packet does not end there."
    return Finding(share, wrong, base.counterexample(packet))


def differs_at(part: DiffersAt, case: Case) -> Finding:
    """Return whether the learner marked the first hop at which two profiles differ, and named the rule."""
    said = answer_of(part, case)
    if not isinstance(said, Mapping):
        return failed(NO_ANSWER)
    base = about(part, case)
    if base.drawing is None:
        raise CannotGrade("There is no drawing to compare.")
    packet = one_packet(base, part.flow)
    base.budget.spend(2_000)
    found = first_divergence(base.drawing, packet, *part.profiles)
    if found.same:
        raise CannotGrade(f"{part.profiles[0]} and {part.profiles[1]} do the same with this packet.")
    sides = (found.a, found.b)
    places = [side.step.at for side in sides if side.step is not None]
    right_hop = any(same_place(base.topology, str(said.get("hop") or ""), place) for place in places)
    cards = [side.card.id for side in sides if side.card is not None]
    right_rule = not part.rules or said.get("rule") in cards
    if right_hop and right_rule:
        return PASSED
    share = (right_hop + right_rule) / 2 if part.rules else 0.0
    wrong = "The rule is another one." if right_hop else "They part at another hop."
    return Finding(share, wrong, base.counterexample(packet))


def diagnose(part: Diagnose, case: Case) -> Finding:
    """Return how many faults were found; each pays half for its place and half for its kind there."""
    said = answer_of(part, case)
    if not isinstance(said, Mapping):
        return failed(NO_ANSWER)
    if not case.faults:
        raise CannotGrade("No faults were put into the drawing.")
    topology = case.start.topology
    rows = [(str(said.get(f"hop-{n}") or ""), said.get(f"kind-{n}")) for n in range(1, part.faults + 1)]
    hidden = list(case.faults)
    points = 0.0
    for pays in (1.0, 0.5):  # right in both comes first, so that nothing is paid for less than it is worth
        for hop, kind in list(rows):
            found = next(
                (one for one in hidden if _names(topology, hop, one[0]) and (pays < 1 or kind == one[1])),
                None,
            )
            if found is not None:
                hidden.remove(found)
                rows.remove((hop, kind))
                points += pays
    share = points / len(case.faults)
    return PASSED if share == 1 else Finding(share, f"{points:g} of {len(case.faults)} faults are found.")


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
        raise CannotGrade(f"{flow.text} stands for {len(found)} packets, and one is meant.")
    return found[0]


def _traced(base: Case, flow: Flow) -> tuple[Trace, Packet]:
    packet = one_packet(base, flow)
    return base.trace(packet), packet
