"""Telling in rounds until nothing changes: only what changed is told again, and only to whom it concerns.

Knows nothing of prefixes' meaning: what is told, refused and preferred is asked of the rules it is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from netcore.control.bgp import End, Session
from netcore.document.values import Address, Network

ROUNDS = 64
"""Most rounds of telling; paths only grow, so that far fewer are needed."""


@dataclass(frozen=True, slots=True)
class Told:
    """A prefix as one speaker told it to another.

    Args:
        way: what kind of place it comes from, for preferences of a route server (fact I13).
    """

    prefix: Network
    as_path: tuple[int, ...]
    next_hop: Address | None
    no_advertise: bool = False
    way: str = "nva"


@dataclass(slots=True)
class Side:
    """One direction of a session that is up.

    Args:
        number: of the session.
        near: who tells.
        far: who hears.
        policy: sides of one speaker with the same policy tell the same.
        told: what was told, by the number of the prefix.
    """

    number: int
    session: Session
    near: End
    far: End
    policy: tuple[object, ...]
    told: dict[int, Told] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The best of a prefix. ``side`` is None where the speaker announces it itself."""

    rank: tuple[Any, ...]
    told: Told
    side: Side | None

    @property
    def session(self) -> Session | None:
        """Return the session it came by."""
        return None if self.side is None else self.side.session

    @property
    def teller(self) -> str | None:
        """Return the speaker it came from."""
        return None if self.side is None else self.side.near.speaker


class Rules(Protocol):
    """What speakers tell, take and prefer."""

    def tell(self, side: Side, told: Told, came: Session | None) -> Told | None:
        """Return what one side says of a choice; None: it keeps it to itself."""

    def refused(self, ref: str, session: Session, told: Told) -> str | None:
        """Return why a speaker does not take it."""

    def first(self, ref: str, told: Told, session: Session | None) -> tuple[int, ...]:
        """Return the part of the rank that makes routes equal, smallest best."""

    def rank(self, ref: str, told: Told, session: Session | None) -> tuple[Any, ...]:
        """Return the sort key of candidates for one prefix; begins with ``first``."""


Changed = dict[str, dict[int, Chosen | None]]
"""Speaker -> number of the prefix -> what it had chosen before."""


class Settling:
    """Settles who has chosen what.

    Args:
        own: speaker -> what it announces itself.
        sides: both directions of every session that is up, in the order of the sessions.

    After ``run``, ``best`` holds the choices by speaker and number of the prefix, and ``heard`` the sides by
    receiver.
    ``tellings`` counts what was said, and is what the time grows with.
    """

    def __init__(self, own: Mapping[str, Iterable[Told]], sides: Iterable[Side], rules: Rules) -> None:
        self._rules = rules
        self._own: dict[str, dict[int, Chosen]] = {}
        self._telling: dict[str, dict[tuple[object, ...], list[Side]]] = {}
        self.heard: dict[str, list[Side]] = {}
        self.tellings = 0
        for side in sides:
            self._telling.setdefault(side.near.speaker, {}).setdefault(side.policy, []).append(side)
            self.heard.setdefault(side.far.speaker, []).append(side)
        # Prefixes are numbered, for they are looked up millions of times and are slow to hash.
        numbers: dict[Network, int] = {}
        for ref, announced in own.items():
            mine = self._own[ref] = {}
            for told in announced:
                rank = rules.rank(ref, told, None)
                number = numbers.setdefault(told.prefix, len(numbers))
                if number not in mine or rank < mine[number].rank:
                    mine[number] = Chosen(rank, told, None)
        self.best = {ref: dict(mine) for ref, mine in self._own.items()}

    def run(self) -> None:
        """Tell in rounds until nothing changes.

        Rounds are synchronous: all speak, then all choose, so that nothing depends on who begins.
        """
        news: dict[str, Iterable[int]] = {ref: list(mine) for ref, mine in self.best.items()}
        for _ in range(ROUNDS):
            said = [item for ref, prefixes in news.items() for item in self._say(ref, prefixes)]
            if not said:
                return
            news = self._choose(said)

    def _say(self, ref: str, prefixes: Iterable[int]) -> list[tuple[Side, list[tuple[int, Any]]]]:
        """Return what a speaker says otherwise than before, by side; None takes a prefix back."""
        chosen = self.best[ref]
        found = []
        for sides in self._telling.get(ref, {}).values():
            items = []
            for prefix in prefixes:
                choice = chosen.get(prefix)
                told = None if choice is None else self._rules.tell(sides[0], choice.told, choice.session)
                items.append((prefix, told, None if choice is None else choice.teller))
            for side in sides:
                said, listener = side.told, side.far.speaker
                # Nobody is told what came from it.
                now = [(prefix, None if teller == listener else told) for prefix, told, teller in items]
                changed = [item for item in now if said.get(item[0]) != item[1]]
                if changed:
                    found.append((side, changed))
                    self.tellings += len(changed)
        return found

    def _choose(self, said: list[tuple[Side, list[tuple[int, Any]]]]) -> dict[str, Iterable[int]]:
        """Take what was said, and return the prefixes whose choice changed, by speaker."""
        before: Changed = {}
        lost: dict[str, set[int]] = {}
        for side, items in said:
            ref, heard = side.far.speaker, side.told
            chosen = self.best.get(ref)
            for prefix, told in items:
                if told is None:
                    heard.pop(prefix, None)
                else:
                    heard[prefix] = told
                if chosen is None:
                    continue
                current = chosen.get(prefix)
                if current is not None and current.side is side:
                    lost.setdefault(ref, set()).add(prefix)
                elif told is not None and self._better(side, told, current):
                    before.setdefault(ref, {}).setdefault(prefix, current)
                    chosen[prefix] = Chosen(self._rules.rank(ref, told, side.session), told, side)
        self._choose_anew(lost, before)
        return {
            ref: [prefix for prefix, old in items.items() if _differ(old, self.best[ref].get(prefix))]
            for ref, items in before.items()
        }

    def _choose_anew(self, lost: Mapping[str, set[int]], before: Changed) -> None:
        """Choose among everything heard where the choice itself was said otherwise."""
        for ref, prefixes in lost.items():
            chosen = self.best[ref]
            for prefix in prefixes:
                before.setdefault(ref, {}).setdefault(prefix, chosen.pop(prefix, None))
                best = self._own[ref].get(prefix)
                for side in self.heard[ref]:
                    told = side.told.get(prefix)
                    if told is not None and self._better(side, told, best):
                        best = Chosen(self._rules.rank(ref, told, side.session), told, side)
                if best is not None:
                    chosen[prefix] = best
                else:
                    chosen.pop(prefix, None)

    def _better(self, side: Side, told: Told, current: Chosen | None) -> bool:
        """Return whether something said is taken, and goes before the choice there is."""
        ref, session = side.far.speaker, side.session
        if current is not None:
            first = self._rules.first(ref, told, session)
            if first > current.rank[0]:
                return False
            if first == current.rank[0]:
                # Where even the names are alike, the session that comes first.
                number = -1 if current.side is None else current.side.number
                if (self._rules.rank(ref, told, session), side.number) >= (current.rank, number):
                    return False
        return self._rules.refused(ref, session, told) is None


def _differ(old: Chosen | None, new: Chosen | None) -> bool:
    if old is None or new is None:
        return old is not new
    return old.side is not new.side or old.told != new.told
