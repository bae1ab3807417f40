"""What edits make of a drawing, and the networks of it: each is made once, however many designs ask."""

from __future__ import annotations

from collections.abc import Callable

from netcore.control.network import Network
from netcore.document.faults import Break, Fault
from netcore.document.models import Scenario
from netcore.failover.edits import sound

MOST_KEPT = 512
"""Networks that are kept at once, so that a timeline of many edits of a large drawing fits into memory."""


class Drawings:
    """Drawings and networks of one question.

    Drawings are told apart by identity, for comparing large ones takes as long as making them; those that
    are known are held, so that no other can take their place.
    """

    def __init__(self) -> None:
        self._edited: dict[tuple[int, int], tuple[Scenario, Break, Scenario]] = {}
        self._sound: dict[int, Scenario] = {}
        self._networks: dict[int, Network] = {}
        self._stages: dict[tuple[int, int, tuple[int, ...]], tuple[Scenario, Fault, Scenario]] = {}
        self._faults: dict[int, Fault] = {}

    def stage(
        self, base: Scenario, fault: Fault, view: tuple[int, ...], redraw: Callable[[], Scenario]
    ) -> Scenario:
        """Return what a fault has made of a drawing once its own settings have some values."""
        found = self._stages.get((id(base), id(fault), view))
        if found is None:
            found = self._stages[id(base), id(fault), view] = base, fault, redraw()
        return found[2]

    def known(self, fault: Fault) -> bool:
        """Return whether the edits of a fault have been looked at before, and found to be sound."""
        return id(fault) in self._faults

    def know(self, fault: Fault) -> None:
        """Remember that the edits of a fault are sound."""
        self._faults[id(fault)] = fault

    def edited(self, scenario: Scenario, one: Break, edit: Callable[[Scenario, Break], Scenario]) -> Scenario:
        """Return what a part of a fault makes of a drawing."""
        found = self._edited.get((id(scenario), id(one)))
        if found is None:
            found = self._edited[id(scenario), id(one)] = scenario, one, edit(scenario, one)
        return found[2]

    def check(self, scenario: Scenario, when: str) -> None:
        """Refuse a drawing with problems; see ``sound``.

        Raises:
            NotModelled: it has.
        """
        if id(scenario) not in self._sound:
            sound(scenario, when)
            self._sound[id(scenario)] = scenario

    def network(self, scenario: Scenario) -> Network:
        """Return the compiled network of a drawing."""
        found = self._networks.get(id(scenario))
        if found is None:
            if len(self._networks) >= MOST_KEPT:
                self._networks.clear()
            found = self._networks[id(scenario)] = Network(scenario)
        return found
