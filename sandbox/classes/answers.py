"""Answers of a form: what fields a question has on a page, and the value the engine takes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any, Final

from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

OUTCOMES: Final = {"delivered": _("delivered"), "dropped": _("dropped"), "looped": _("looped")}
_STOPS: Final = ("vms", "hosts", "load_balancers", "gateways", "private_endpoints")
_OWNERS: Final = ("router", "nobody")
_NOWHERE: Final = ("internet", "nobody")
_MAC: Final = re.compile(r"(?i)^[0-9a-f]{2}(:[0-9a-f]{2}){5}$")
MAX_TEXT: Final = 300
MAX_OPTION: Final = 40
"""Characters of an option that a menu shows whole; longer ones stand below each other."""
MAX_OPTIONS: Final = 9
"""Options that stand below each other at most; more are in a menu, however long."""
MAX_PROMPT: Final = 60
"""Characters of a question that stand before its answer, where all answers stand in one line."""


class Incomplete(ValueError):
    """Something was not answered, or cannot be an answer; the message is for people."""


def fields_of(check: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the questions of a public check with the inputs of a page.

    Each is ``{"prompt", "unit", "flow", "profiles", "inputs": [{"name", "label", "kind", "choices"}]}``;
    ``kind`` is choice, number or text, ``sentences`` of a choice whose options are long, ``names`` where
    names of the drawing are meant. ``label`` and the
    choices (value -> words) are words, never keys of the pack.
    """
    shown = []
    for question in check["questions"]:
        inputs = [one for field in question["fields"] for one in _inputs(check["id"], question, field)]
        kept = {key: question[key] for key in ("prompt", "unit", "flow", "profiles")}
        shown.append({**kept, "inputs": inputs})
    return shown


def _inputs(check_id: str, question: Mapping[str, Any], field: Mapping[str, Any]) -> list[dict[str, Any]]:
    name, kind = _name(check_id, question, field), field["kind"]
    label = field["label"] or (gettext("number") if kind == "number" else gettext("answer"))
    choices = {value: _choice(value, words) for value, words in field["choices"].items()}
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
                "choices": choices,
                "optional": True,
            }
            for place in places
        ]
    longest = max(map(len, choices.values()), default=0)
    if kind == "choice" and longest > MAX_OPTION and len(choices) <= MAX_OPTIONS:
        return [{"name": name, "label": label, "kind": "sentences", "choices": choices}]
    shown = {"choice": "choice", "number": "number", "hop": "names", "owner": "names"}.get(kind, "text")
    return [{"name": name, "label": label, "kind": shown, "choices": choices}]


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
            gettext("Nothing was said to: {field}.").format(field=field["label"] or gettext("the question"))
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
    if field["kind"] == "hop":
        return _named(text, document)
    if field["kind"] == "owner":
        return text if _is_address(text) else _named(text, document, _OWNERS)
    return text


def _named(text: str, document: Any, others: Sequence[str] = _NOWHERE) -> str:
    """Return what names a thing of the drawing as it is written there: a name, an id, or kind and id.

    A fault can be in a thing that no packet stops at, such as a route table, so every thing is known.

    Raises:
        Incomplete: nothing is called so.
    """
    topology = document.get("topology", {}) if isinstance(document, dict) else {}
    known = [*others]
    for kind, things in topology.items():
        for key, one in (things if isinstance(things, dict) else {}).items():
            name = one.get("name") if isinstance(one, dict) else None
            known += [key, f"{kind}/{key}", *([str(name)] if name else ())]
    place = "/".join(text.split("/")[:2])  # a part of a thing is a place as well
    if text in known or (place != text and place in known):
        return text
    for one in known:
        if one.casefold() == text.casefold():
            return one
    raise Incomplete(gettext("Nothing in the drawing is called {text}.").format(text=text[:60]))


def _is_address(text: str) -> bool:
    if _MAC.match(text):
        return True
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


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


def in_words(value: Any, check: Mapping[str, Any] | None, stops: Mapping[str, str] | None = None) -> str:
    """Return a locked answer as a line of text; each of several questions begins with its own words.

    Args:
        check, stops: as of ``said_of``.
    """
    told = said_of(value, check, stops)
    if len(told) == 1:
        return told[0]["words"]
    shorter = [(Truncator(one["prompt"]).chars(MAX_PROMPT), one["words"]) for one in told]
    return "; ".join(f"{prompt} {words}".strip() for prompt, words in shorter)


def said_of(
    value: Any, check: Mapping[str, Any] | None, stops: Mapping[str, str] | None = None
) -> list[dict[str, str]]:
    """Return what was said to each question of a check: ``{"prompt", "words"}``, in their order.

    What answers none of them, and what is not in the form of an answer, is told as it stands.

    Args:
        check: the public check that asked, whose choices are said in its words; None: there is none.
        stops: of ``stops_of``, by whose names the stops of a packet are told; None: by their ids.
    """
    names = stops or {}
    asked: list[Mapping[str, Any]] = list(check["questions"]) if check else []
    if [one["ask"] for one in asked] == [""]:
        return [{"prompt": asked[0].get("prompt", ""), "words": _fields_in_words(value, asked[0], names)}]
    if not isinstance(value, Mapping):
        return [{"prompt": "", "words": _chosen(value, {})}]
    known = {one["ask"]: one for one in asked}
    order = [*(ask for ask in known if ask in value), *(ask for ask in value if ask not in known)]
    return [
        {
            "prompt": known[ask].get("prompt", "") if ask in known else f"{ask}:",
            "words": _fields_in_words(value[ask], known.get(ask), names),
        }
        for ask in order
    ]


def _fields_in_words(value: Any, question: Mapping[str, Any] | None, stops: Mapping[str, str]) -> str:
    """Return the answer to one question."""
    fields = {field["name"]: field for field in question["fields"]} if question else {}
    if set(fields) == {""}:
        only = fields[""]
        return _way(value, stops) if only.get("kind") == "hops" else _chosen(value, only["choices"])
    if not isinstance(value, Mapping):
        return _chosen(value, {})
    order = [*(name for name in fields if name in value), *(name for name in value if name not in fields)]
    return "; ".join(
        f"{fields[name].get('label') or name}: {_chosen(value[name], fields[name]['choices'])}"
        if name in fields
        else f"{name}: {_chosen(value[name], {})}"
        for name in order
    )


def _way(value: Any, stops: Mapping[str, str]) -> str:
    """Return the way of a packet: its stops by name, and how it ends; what is no way, as it stands."""
    legs = [(gettext("there"), "forward"), (gettext("back"), "back")]
    said = []
    for words, key in legs:
        leg = value.get(key) if isinstance(value, Mapping) else None
        if not isinstance(leg, Mapping) or not isinstance(leg.get("stops"), list):
            continue
        names = [stops.get(str(stop), str(stop).split("/", 1)[-1]) for stop in leg["stops"]]
        outcome = str(leg.get("outcome") or "")
        ends = [str(OUTCOMES.get(outcome, outcome))] if outcome else []
        said.append(f"{words}: {', '.join([*names, *ends])}")
    return "; ".join(said) or _chosen(value, {})


def _chosen(value: Any, choices: Mapping[str, str]) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_chosen(one, {})}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(_chosen(one, choices) for one in value)
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return _choice(text, choices.get(text, text))


def _choice(value: str, words: str) -> str:
    """Return what may be chosen in words; a drop code has a meaning of its own, so it stands before them."""
    return f"{value}: {words}" if words != value and value.isupper() else words
