"""Answers of a form: what fields a question has on a page, and the value the engine takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

OUTCOMES: Final = {"delivered": _("delivered"), "dropped": _("dropped"), "looped": _("looped")}
_STOPS: Final = ("vms", "hosts", "load_balancers", "gateways", "private_endpoints")
MAX_TEXT: Final = 300


class Incomplete(ValueError):
    """Something was not answered, or cannot be an answer; the message is for people."""


def fields_of(check: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the questions of a public check with the inputs of a page.

    Each is ``{"prompt", "unit", "flow", "profiles", "inputs": [{"name", "label", "kind", "choices"}]}``;
    ``kind`` is choice, number or text, ``names`` where names of the drawing are meant.
    """
    shown = []
    for question in check["questions"]:
        inputs = [one for field in question["fields"] for one in _inputs(check["id"], question, field)]
        kept = {key: question[key] for key in ("prompt", "unit", "flow", "profiles")}
        shown.append({**kept, "inputs": inputs})
    return shown


def _inputs(check_id: str, question: Mapping[str, Any], field: Mapping[str, Any]) -> list[dict[str, Any]]:
    name, kind = _name(check_id, question, field), field["kind"]
    label = field["name"] or (gettext("number") if kind == "number" else gettext("answer"))
    if kind == "hops":
        return [
            part
            for way, stops, ends in (
                ("forward", gettext("stops there, in order"), gettext("ends there")),
                ("back", gettext("stops back, in order"), gettext("ends back")),
            )
            for part in (
                {
                    "name": f"{name}.{way}.stops",
                    "label": stops,
                    "kind": "names",
                },
                {
                    "name": f"{name}.{way}.outcome",
                    "label": ends,
                    "kind": "choice",
                    "choices": OUTCOMES,
                    "optional": way == "back",
                },
            )
        ]
    if kind == "order":
        places = range(len(field["choices"]))
        return [
            {
                "name": f"{name}.{place}",
                "label": gettext("place {place}").format(place=place + 1),
                "kind": "choice",
                "choices": field["choices"],
                "optional": True,
            }
            for place in places
        ]
    shown = {"choice": "choice", "number": "number", "hop": "names", "owner": "names"}.get(kind, "text")
    return [{"name": name, "label": label, "kind": shown, "choices": field["choices"]}]


def _name(check_id: str, question: Mapping[str, Any], field: Mapping[str, Any]) -> str:
    return f"{check_id}|{question['ask']}|{field['name']}"


def value_of(check: Mapping[str, Any], sent: Mapping[str, str], document: Mapping[str, Any]) -> Any:
    """Return the answer to a public check from the fields of its form.

    Args:
        document: the learner's starting drawing, whose names the stops of a packet are.

    Raises:
        Incomplete: a field is empty or cannot be; the message names it.
    """
    answers = {
        question["ask"]: _question_value(check["id"], question, sent, document)
        for question in check["questions"]
    }
    return answers[""] if set(answers) == {""} else answers


def _question_value(check_id: str, question: Any, sent: Mapping[str, str], document: Any) -> Any:
    values = {
        field["name"]: _field_value(_name(check_id, question, field), field, sent, document)
        for field in question["fields"]
    }
    return values[""] if set(values) == {""} else values


def _field_value(name: str, field: Mapping[str, Any], sent: Mapping[str, str], document: Any) -> Any:
    if field["kind"] == "hops":
        forward = _leg(f"{name}.forward", sent, document)
        if forward is None:
            raise Incomplete(gettext("Say where the packet goes and how it ends."))
        back = _leg(f"{name}.back", sent, document)
        return {"forward": forward} if back is None else {"forward": forward, "back": back}
    if field["kind"] == "order":
        places = [sent.get(f"{name}.{place}", "") for place in range(len(field["choices"]))]
        order = [place for place in places if place]
        if not order or len(set(order)) < len(order) or not set(order) <= set(field["choices"]):
            raise Incomplete(gettext("Put each into one place, the first one first."))
        return order
    text = sent.get(name, "").strip()
    if "\0" in text:
        raise Incomplete(gettext("There is a character in the answer that is no text."))
    if len(text) > MAX_TEXT:
        raise Incomplete(gettext("An answer has {limit} characters at most.").format(limit=MAX_TEXT))
    if not text and (field["kind"], field["name"]) != ("address", "hop"):
        raise Incomplete(
            gettext("Nothing was said to: {field}.").format(field=field["name"] or gettext("the question"))
        )
    if field["kind"] == "choice" and text not in field["choices"]:
        raise Incomplete(gettext("Choose from the list."))
    if field["kind"] == "number":
        try:
            number = float(text.replace(",", "."))
        except ValueError as error:
            raise Incomplete(gettext("{text} is not a number.").format(text=text[:40])) from error
        if number != number or abs(number) > 1e15:
            raise Incomplete(gettext("{text} is not a number that can be.").format(text=text[:40]))
        return number
    return text


def _leg(name: str, sent: Mapping[str, str], document: Any) -> dict[str, Any] | None:
    outcome = sent.get(f"{name}.outcome", "")
    if not outcome:
        return None
    if outcome not in OUTCOMES:
        raise Incomplete(gettext("Choose from the list how the packet ends."))
    parts = [part.strip() for part in sent.get(f"{name}.stops", "").split(",")]
    stops = [_stop(part, document) for part in parts if part]
    if outcome == "delivered" and not stops:
        raise Incomplete(gettext("What is delivered is delivered somewhere: name at least one stop."))
    return {"stops": stops, "outcome": outcome}


def _stop(text: str, document: Any) -> str:
    """Return the path of a stop by its id, name or path."""
    known = stops_of(document)
    for path, name in known.items():
        if text.casefold() in (path.casefold(), path.split("/", 1)[-1].casefold(), name.casefold()):
            return path
    raise Incomplete(gettext("The drawing has no {text} where a packet could stop.").format(text=text[:60]))


def stops_of(document: Any) -> dict[str, str]:
    """Return where packets can stop in a drawing: path and name, and the Internet."""
    topology = document.get("topology", {}) if isinstance(document, dict) else {}
    found = {"internet": "internet"}
    for kind in _STOPS:
        for key, one in (topology.get(kind) or {}).items():
            found[f"{kind}/{key}"] = str(one.get("name") or key) if isinstance(one, dict) else key
    return found


def in_words(value: Any, check: Mapping[str, Any] | None) -> str:
    """Return a locked answer as a line of text.

    Args:
        check: the public check that asked, whose choices are said in its words; None: there is none.
    """
    asked = check["questions"] if check else ()
    questions = {one["ask"]: {field["name"]: field["choices"] for field in one["fields"]} for one in asked}
    if set(questions) == {""}:
        return _fields_in_words(value, questions[""])
    if not isinstance(value, Mapping):
        return _chosen(value, {})
    said = [(ask, _fields_in_words(one, questions.get(ask, {}))) for ask, one in value.items()]
    return said[0][1] if len(questions) == len(said) == 1 else "; ".join(map(": ".join, said))


def _fields_in_words(value: Any, choices: Mapping[str, Mapping[str, str]]) -> str:
    """Return the answer to one question; ``choices``: of each field, value -> words."""
    if set(choices) == {""}:
        return _chosen(value, choices[""])
    if not isinstance(value, Mapping):
        return _chosen(value, {})
    return "; ".join(f"{name}: {_chosen(one, choices.get(name, {}))}" for name, one in value.items())


def _chosen(value: Any, choices: Mapping[str, str]) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_chosen(one, {})}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(_chosen(one, choices) for one in value)
    text = f"{value:g}" if isinstance(value, float) else str(value)
    words = choices.get(text, text)
    # A drop code has a meaning of its own, so it is kept beside its words.
    return f"{text}: {words}" if words != text and text.isupper() else words
