"""Receipts: what was graded with what, signed, so that anybody with the pack can repeat it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from netcore.checks.grading.grade import CheckResult, grade
from netcore.checks.packs.models import Pack
from netcore.errors import FormatError
from netcore.version import ENGINE_VERSION
from netcore.words import say

FORMAT = "netcore-receipt/1"

_FIELDS = ("format", "pack", "engine", "profile", "seed", "drawing", "answers", "document", "checks")


@dataclass(frozen=True)
class Verification:
    """What was found of a receipt.

    Args:
        signature: right, wrong, or not looked at, because no key was given or the receipt has none.
        document: the drawing and the answers in the receipt are those that it names by digest.
        repeated: the same verdicts came again; None: not tried, for the pack was not given or is another one.
        differences: in words: what is not as the receipt says.
    """

    signature: Literal["right", "wrong", "unchecked"]
    document: bool
    repeated: bool | None
    differences: tuple[str, ...]

    @property
    def verdict(self) -> Literal["good", "bad", "unverified"]:
        """Return ``bad`` where something speaks against the receipt, and ``good`` where something proves it.

        Whoever forges one makes digests that fit. So without a right signature and the same verdicts again,
        at least one of the two, it is ``unverified``.
        """
        if self.signature == "wrong" or not self.document or self.repeated is False:
            return "bad"
        return "good" if self.signature == "right" or self.repeated else "unverified"

    @property
    def good(self) -> bool:
        """Return whether the receipt is proved."""
        return self.verdict == "good"

    @property
    def text(self) -> str:
        """Return what was found in words, the verdict first."""
        verdicts = {
            "good": say("The receipt is proved."),
            "bad": say("The receipt is not as it says."),
            "unverified": say(
                "Unverified: nothing proves the receipt, and anybody could have written it. Give its pack, "
                "so that the grading is repeated, or the key of its signature."
            ),
        }
        signatures = {
            "right": say("The signature is right."),
            "wrong": say("The signature is wrong."),
            "unchecked": say("No signature was looked at."),
        }
        repetitions = {
            True: say("The grading was repeated, with the same verdicts."),
            False: say("The grading was repeated, with other verdicts."),
            None: say("The grading was not repeated."),
        }
        found = [signatures[self.signature], repetitions[self.repeated], *self.differences]
        return "\n  ".join([verdicts[self.verdict], *found])

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "good": self.good,
            "verdict": self.verdict,
            "signature": self.signature,
            "document": self.document,
            "repeated": self.repeated,
            "differences": list(self.differences),
        }


def digest(data: Any) -> str:
    """Return the SHA-256 of plain JSON data, whatever the order of its keys.

    Of a drawing the layout is left out: where things are drawn means nothing.
    """
    if isinstance(data, Mapping) and "topology" in data:
        data = {key: value for key, value in data.items() if key != "layout"}
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def receipt(
    pack: Pack,
    document: Mapping[str, Any],
    answers: Mapping[str, Any],
    seed: int,
    results: Iterable[CheckResult],
    key: bytes | None = None,
) -> dict[str, Any]:
    """Return the receipt of a grading, as plain JSON data.

    Drawing and answers are in it, so that it can be repeated; of hidden checks there is only what the learner
    may know.

    Args:
        document: what was handed in, as plain data.
        key: of the signature, HMAC-SHA-256; None leaves the receipt unsigned.
    """
    made: dict[str, Any] = {
        "format": FORMAT,
        "pack": {"id": pack.id, "version": pack.version, "digest": pack.digest},
        "engine": ENGINE_VERSION,
        "profile": document.get("profile"),
        "seed": seed,
        "drawing": digest(dict(document)),
        "answers": digest(dict(answers)),
        "document": {"drawing": dict(document), "answers": dict(answers)},
        "checks": _rows(results),
    }
    return made if key is None else {**made, "signature": signature(made, key)}


def signature(made: Mapping[str, Any], key: bytes) -> str:
    """Return the signature of a receipt: HMAC-SHA-256 (RFC 2104) of its fields without the signature."""
    text = json.dumps({field: made.get(field) for field in _FIELDS}, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def verify_receipt(
    made: Mapping[str, Any], pack: Pack | None = None, key: bytes | None = None
) -> Verification:
    """Return what speaks for and against a receipt; with the pack the grading is repeated.

    Raises:
        FormatError: it is no receipt.
    """
    _check_form(made)
    said = made.get("signature")
    signed: Literal["right", "wrong", "unchecked"] = "unchecked"
    if key is not None and said is not None:
        right = isinstance(said, str) and hmac.compare_digest(said, signature(made, key))
        signed = "right" if right else "wrong"
    inside = made["document"]
    differences = [
        say("The {name} in the receipt is not the one that was graded.", name=name)
        for name in ("drawing", "answers")
        if digest(inside[name]) != made[name]
    ]
    whole = not differences
    if signed == "wrong":
        differences.append(
            say("The signature is another one: something was changed, or the key is not this one.")
        )
    repeated = None
    if pack is not None:
        repeated, found = _repeated(made, pack)
        differences += found
    return Verification(signed, whole, repeated, tuple(differences))


def _repeated(made: Mapping[str, Any], pack: Pack) -> tuple[bool | None, list[str]]:
    named = made["pack"]
    if named.get("digest") != pack.digest:
        shown = say("{pack} version {version}", pack=named.get("id"), version=named.get("version"))
        return None, [say("The pack is another one: the receipt is about {shown}.", shown=shown)]
    notes = []
    if made["engine"] != ENGINE_VERSION:
        notes.append(
            say(
                "It was graded by engine {made}; this is {engine_version}.",
                made=made["engine"],
                engine_version=ENGINE_VERSION,
            )
        )
    inside = made["document"]
    rows = _rows(grade(pack, inside["drawing"], inside["answers"], made["seed"]))
    said = {row.get("check"): row for row in made["checks"] if isinstance(row, Mapping)}
    other = [row["check"] for row in rows if said.get(row["check"]) != row]
    other += [str(key) for key in said if key not in {row["check"] for row in rows}]
    return not other, [
        *notes,
        *(say("{check} ends otherwise than the receipt says.", check=check) for check in other),
    ]


def _rows(results: Iterable[CheckResult]) -> list[dict[str, Any]]:
    """Return the verdicts; hidden checks are numbered, for their ids may say what they look at."""
    kept = ("check", "kind", "hidden", "points", "earned", "state")
    rows = [{key: value for key, value in one.as_dict().items() if key in kept} for one in results]
    for number, row in enumerate((row for row in rows if row["hidden"]), start=1):
        row["check"] = f"hidden {number}"  # a key, which repeats in every language
    return rows


def _check_form(made: Any) -> None:
    inside = made.get("document") if isinstance(made, Mapping) else None
    good = (
        isinstance(inside, Mapping)
        and made.get("format") == FORMAT
        and all(field in made for field in _FIELDS)
        and all(isinstance(inside.get(name), Mapping) for name in ("drawing", "answers"))
        and isinstance(made["pack"], Mapping)
        and isinstance(made["checks"], list)
        and isinstance(made["seed"], int)
        and not isinstance(made["seed"], bool)
        and 0 <= made["seed"] < 2**63
    )
    if not good:
        raise FormatError(say("It is no receipt of the form {format}.", format=FORMAT), say("the receipt"))
