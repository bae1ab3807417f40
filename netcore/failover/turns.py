"""Several pollers around the same route tables: each has its own turn, and none knows of the others.

    poller 1:   look | decide | table 1 | table 2 | table 3
    poller 2:            look | decide | left alone, or 429 and tried again ...

A look finds the appliance silent or answering. Who decides works through the tables one by one. A table takes
one write at a time; who meets another one is refused and tries again. Times are microseconds since the fault.

Source: reference on failover, sections 1.1 (M3: writes on one table serialise) and 1.3 (429 of a locked
resource); Azure RBAC, overview (a role is looked up before anything is done); what pollers do with each other
is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Literal, NoReturn

from netcore.errors import NotModelled
from netcore.failover.breakage import Silence
from netcore.failover.orchestration import Caller
from netcore.words import say

MOST_ACTS = 5000
"""So much pollers may do in one failover. Ours: nobody reads more, and memory holds it for many trials."""

MOST_LOOKS = 50_000
"""So often pollers may look in one failover. Ours: a fraction of a second of work."""

Kind = Literal["decides", "finishes", "leaves", "denied", "refused", "limited", "writes", "fails", "restarts"]


@dataclass(frozen=True, slots=True)
class Act:
    """What one poller does.

    Args:
        kind: ``finishes``: it decides as it found a switch halfway, though the appliance answers;
            ``denied``: its identity may not write the table; ``refused``: another operation is changing it;
            ``limited``: too many writes; ``leaves``: the table is left alone, as it leads there or will.
        value: 1 leads to the standby, 0 back to the appliance.
        switch: which decision of this poller it belongs to, from 0.
        table: its place; None where the act is a decision.
    """

    kind: Kind
    poller: int
    value: int
    switch: int
    begin_us: int
    end_us: int
    table: int | None = None


@dataclass(frozen=True, slots=True)
class Manner:
    """How all pollers of a run go about it.

    Args:
        reads: a table is read before it is written.
        back_us: so long an appliance must answer before the routes go back; None: they never do.
        busy_us: until a write is tried again that met another one.
        restart_us: the first poller restarts after its first write and is away so long; 0: it does not.
    """

    reads: bool
    back_us: int | None
    busy_us: int
    restart_us: int = 0


@dataclass(slots=True)
class Table:
    """Where one route table leads: ``held`` now, ``coming`` once the operation ends that changes it."""

    held: int = 0
    coming: int = 0
    busy_us: int = 0

    def busy(self, now_us: int) -> bool:
        """Return whether an operation is changing it; one that has ended counts from now on."""
        if now_us >= self.busy_us:
            self.held = self.coming
        return now_us < self.busy_us

    def leads(self, now_us: int) -> int:
        """Return where it leads, or will once the operation ends that changes it."""
        return self.coming if self.busy(now_us) else self.held


class Poller:
    """One poller in one trial.

    Args:
        first_us: its first turn; the others follow every ``every_us``.
        tries_us: how long it tries before it believes that nobody answers; ``start_us`` until it acts then.
        auth_us: its token and first read.
        durations: what its writes take, table by table, of a decision by number.
        fails: it gives up at its first write.
        may: places of the tables that its identity may write; None: all of them.

    Attributes:
        denied: places that it was refused and knows of: it expects nothing of them until it decides anew.
    """

    def __init__(
        self,
        number: int,
        times: tuple[int, int, int, int, int],
        caller: Caller,
        durations: Callable[[int], Sequence[int]],
        *,
        fails: bool,
        may: frozenset[int] | None = None,
    ) -> None:
        self.number = number
        self.first_us, self.every_us, self.tries_us, self.start_us, self.auth_us = times
        self.caller = caller
        self.durations = durations
        self.fails = fails
        self.may = may
        self.denied: set[int] = set()
        self.wants = 0
        self.switch = -1
        self.todo: list[int] = []
        self.takes: Sequence[int] = ()
        self.answers_since: int | None = None
        self.restarted = False
        self.unsure = False


class Turns:
    """All pollers of one trial at work; ``acts`` is what they did, in the order in which they began.

    Raises:
        NotModelled: they look or act too often; the message names the setting that makes them.
    """

    def __init__(
        self, pollers: Sequence[Poller], tables: int, silences: Sequence[Silence], manner: Manner
    ) -> None:
        self.tables = tuple(Table() for _ in range(tables))
        self.silences = tuple(silences)
        self.manner = manner
        self.acts: list[Act] = []
        self.looks = 0
        if not self.silences:
            return
        begun_us = self.silences[0][0]
        waiting = [(_turn_from(poller, begun_us), poller.number) for poller in pollers]
        heapify(waiting)
        while waiting:
            now_us, number = heappop(waiting)
            poller = pollers[number]
            then_us = self._work(poller, now_us) if poller.todo else self._look(poller, now_us)
            if then_us is not None:
                heappush(waiting, (then_us, number))

    def _silence(self, now_us: int) -> Silence | None:
        for begin_us, end_us in self.silences:
            if begin_us <= now_us and (end_us is None or now_us < end_us):
                return begin_us, end_us
        return None

    def _look(self, poller: Poller, now_us: int) -> int | None:
        """Let a poller look, and return when it goes on; None: it has nothing to do any more."""
        self.looks += 1
        if self.looks > MOST_LOOKS:
            raise NotModelled(
                say(
                    "The pollers look more than {most:,} times in one failover. A longer interval (the upper "
                    "end of poller.wait, or interval_s of a controller) or quicker writes (routes.base, "
                    "routes.span) make it fewer.",
                    most=MOST_LOOKS,
                )
            )
        silence = self._silence(now_us)
        tried_us = now_us + poller.tries_us
        if silence is not None and (silence[1] is None or tried_us < silence[1]):
            poller.answers_since = None
            wants: int | None = 1
        else:
            poller.answers_since = now_us if poller.answers_since is None else poller.answers_since
            back_us, tried_us = self.manner.back_us, now_us
            wants = 0 if back_us is not None and now_us - poller.answers_since >= back_us else None
        finishes = wants is None and poller.unsure and self._halfway(now_us)
        if finishes:
            wants = 1
        seems = wants is None or self._seems(poller, wants, now_us)
        poller.unsure = False
        if wants is None or seems:
            return self._next(poller, now_us)
        poller.wants, poller.switch = wants, poller.switch + 1
        poller.todo = list(range(len(self.tables)))
        poller.denied.clear()
        poller.takes = poller.durations(poller.switch)
        decided_us = tried_us + poller.start_us
        self._act("finishes" if finishes else "decides", poller, now_us, decided_us)
        return decided_us + poller.auth_us

    def _seems(self, poller: Poller, wants: int, now_us: int) -> bool:
        """Return whether the tables lead there or will, as far as a poller knows."""
        if not self.manner.reads:
            return poller.wants == wants and not poller.unsure
        return all(table.leads(now_us) == wants for table in self._known(poller))

    def _halfway(self, now_us: int) -> bool:
        """Return whether a switch may be half done, as far as one knows that has forgotten what it did."""
        return not self.manner.reads or len({table.leads(now_us) for table in self.tables}) > 1

    def _is(self, poller: Poller, wants: int, now_us: int) -> bool:
        """Return whether the tables lead there by now, as far as a poller knows."""
        if not self.manner.reads:
            return poller.wants == wants
        return all(not table.busy(now_us) and table.held == wants for table in self._known(poller))

    def _known(self, poller: Poller) -> Iterator[Table]:
        """Yield the tables that a poller expects something of: all but those that it was refused."""
        return (table for place, table in enumerate(self.tables) if place not in poller.denied)

    def _next(self, poller: Poller, now_us: int) -> int | None:
        """Return the next turn at which a look may find something; None is never."""
        silence = self._silence(now_us)
        if silence is not None:
            wake_us = silence[1] if self._is(poller, 1, now_us) else now_us
        else:
            begins = [begin_us for begin_us, _ in self.silences if begin_us > now_us]
            back_us, since_us = self.manner.back_us, poller.answers_since
            if back_us is not None and not self._is(poller, 0, now_us):
                begins.append(max(now_us, (now_us if since_us is None else since_us) + back_us))
            wake_us = min(begins, default=None)
        return None if wake_us is None else _turn_from(poller, max(wake_us, now_us + 1))

    def _work(self, poller: Poller, now_us: int) -> int | None:
        """Let a poller go on with its tables, and return when it goes on; None: it gives up."""
        place = poller.todo[0]
        table = self.tables[place]
        busy = table.busy(now_us)
        if self.manner.reads and table.leads(now_us) == poller.wants:
            self._act("leaves", poller, now_us, now_us, place)
            return self._after(poller, now_us)
        if poller.may is not None and place not in poller.may:
            poller.denied.add(place)
            self._act("denied", poller, now_us, now_us, place)
            return self._after(poller, now_us)
        if busy:
            self._act("refused", poller, now_us, now_us + self.manner.busy_us, place)
            return now_us + self.manner.busy_us
        operation = poller.caller.write(now_us, poller.takes[place])
        for time_us, wait_s in operation.refusals:
            self._act("limited", poller, time_us, time_us + wait_s * 1_000_000, place)
        table.busy_us = operation.ended_us
        self._act("fails" if poller.fails else "writes", poller, operation.sent_us, operation.ended_us, place)
        if poller.fails:
            return None
        table.coming = poller.wants
        if self.manner.restart_us and poller.number == 0 and not poller.restarted:
            return self._restart(poller, operation.ended_us)
        return self._after(poller, operation.ended_us)

    def _restart(self, poller: Poller, now_us: int) -> int:
        """Let a poller forget what it wanted and had still to do, and return when it looks again.

        It knows that it was at work: where the appliance answers by then, and the way back is not due, it
        finishes the switch.
        """
        back_us = now_us + self.manner.restart_us
        self._act("restarts", poller, now_us, back_us)
        poller.restarted = poller.unsure = True
        poller.todo, poller.wants, poller.answers_since = [], 0, None
        poller.denied.clear()
        return _turn_from(poller, back_us)

    def _after(self, poller: Poller, now_us: int) -> int | None:
        """Return when a poller goes on that is done with a table."""
        del poller.todo[0]
        return now_us if poller.todo else self._next(poller, now_us)

    def _act(self, kind: Kind, poller: Poller, begin_us: int, end_us: int, table: int | None = None) -> None:
        if len(self.acts) >= MOST_ACTS:
            self._refuse()
        self.acts.append(Act(kind, poller.number, poller.wants, poller.switch, begin_us, end_us, table))

    def _refuse(self) -> NoReturn:
        """Say what makes the pollers do too much: writes that meet others, or many tables."""
        if 2 * sum(act.kind == "refused" for act in self.acts) > len(self.acts):
            raise NotModelled(
                say(
                    "The pollers do more than {most:,} things in one failover, most of them writes that are "
                    "refused and tried again. A longer pollers.busy or quicker writes (routes.base, "
                    "routes.span) make it fewer.",
                    most=MOST_ACTS,
                )
            )
        raise NotModelled(
            say(
                "The pollers do more than {most:,} things in one failover. A smaller pollers.count or fewer "
                "controllers, fewer route tables or fewer steps of the fault make it fewer.",
                most=MOST_ACTS,
            )
        )


def _turn_from(poller: Poller, time_us: int) -> int:
    """Return the first turn of a poller that is not before a time."""
    passed = max(0, -((poller.first_us - time_us) // poller.every_us))
    return poller.first_us + passed * poller.every_us
