"""One learner's copy of a pack: the same seed gives the same bytes; seed 0 is the pack as it is written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from netcore.checks.packs.mapping import between, drawn, mapper, shuffled
from netcore.checks.packs.models import Checks, Entry, Pack, Solution

LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True)
class Variant:
    """What one learner gets.

    Args:
        document: the starting drawing, as plain data.
        text: story and task in Markdown.
        hints: three, from a question to the mechanism.
    """

    seed: int
    title: str
    objective: str
    document: dict[str, Any]
    text: str
    hints: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "seed": self.seed,
            "title": self.title,
            "objective": self.objective,
            "document": self.document,
            "text": self.text,
            "hints": list(self.hints),
        }


def variant(pack: Pack, seed: int) -> Variant:
    """Return the variant of a seed, 0 to 2**63 - 1; no two parts of it share anything that can be changed."""
    about = pack.about
    rewritten = mapper(about.variants, seed)
    document = rewritten.data(pack.raw["scenario"])
    if about.variants.shuffle:
        document = shuffled(document, seed)
    if seed:
        document["seed"] = seed
    return Variant(
        seed=seed,
        title=rewritten.text(about.title),
        objective=rewritten.text(about.objective),
        document=document,
        text=rewritten.text(pack.raw["text"]),
        hints=tuple(rewritten.text(hint) for hint in about.hints),
    )


@lru_cache(256)
def _entries(seed: int, pack: _ByDigest) -> tuple[Entry, ...]:
    made = mapper(pack.pack.about.variants, seed)
    return Checks.model_validate(made.data(pack.pack.raw["checks"])).checks


class _ByDigest:
    """A pack that equals another of the same digest, so that its checks are read once a variant."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByDigest) and self.pack.digest == other.pack.digest

    def __hash__(self) -> int:
        return hash(self.pack.digest)


def entries(pack: Pack, seed: int) -> tuple[Entry, ...]:
    """Return the checks of a variant, in the order of the pack."""
    return pack.checks if seed == 0 else _entries(seed, _ByDigest(pack))


def solution(pack: Pack, folder: str, name: str, seed: int) -> Solution:
    """Return a solution of ``reference`` or ``wrong`` as it would be for a variant."""
    made = mapper(pack.about.variants, seed)
    key = f"{folder}/{name}"
    return Solution.model_validate(made.data(pack.raw[key]))


def in_order(options: dict[str, str], seed: int, name: str) -> dict[str, str]:
    """Return options of a question in an order of the variant's."""
    return dict(
        sorted(options.items(), key=lambda item: drawn(seed, f"option|{name}|{item[0]}", 1 << 30))
        if seed
        else options.items()
    )


def as_written(pack: Pack, seed: int, text: str) -> str:
    """Return a text of a learner's variant as the pack has it, so that what learners did is comparable."""
    return between(pack.about.variants, seed, 0).text(text)
