"""A drawing, what breaks in it, and all that may change meanwhile: what a mechanism is built upon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netcore.control.network import Network
from netcore.document.faults import Fault
from netcore.document.models import Scenario
from netcore.document.values import Address
from netcore.errors import NotModelled
from netcore.failover.breakage import Breakage, broken
from netcore.failover.drawings import Drawings
from netcore.failover.moments import Assumption, Change, Member, Moment, Redraw, Setting, Value, View
from netcore.forwarding.state import State
from netcore.profiles.timing import TimingProfile
from netcore.words import say


class Scene:
    """One drawing, one fault, and the settings and changes of one design.

    Args:
        fault: what breaks; its own changes stand first in the catalogue.
        drawings: what other designs of the same question have made of the drawing already.

    Attributes:
        drawn: the drawing as people made it.
        base: the drawing as the design needs it.
        settings: what may change, with all its values.
        catalogue: every change that can come; a play names them by number.
        out_at_start: pool members that are out of rotation before the fault.
        holders: private addresses that the design moves: the setting, and the value for each NIC.
        left_out: steps of the fault that the design cannot play: when, and why.
        breakage: when the fault's own changes come, and whom it silences.
        of_fault: how many settings are the fault's own; they stand first. None until all are known.
    """

    def __init__(
        self, scenario: Scenario, fault: Fault, timing: TimingProfile, drawings: Drawings | None = None
    ) -> None:
        self.drawings = drawings or Drawings()
        self.drawn = scenario
        self.base = scenario
        self.fault = fault
        self.timing = timing
        self.settings: list[Setting] = []
        self.catalogue: list[Change] = []
        self.notes: list[Assumption] = []
        self.out_at_start: frozenset[Member] = frozenset()
        self.holders: dict[Address, tuple[int, dict[str, int]]] = {}
        self.left_out: tuple[tuple[int, str], ...] = ()
        self._networks: dict[View, Network] = {}
        self.of_fault: int | None = None
        self.breakage: Breakage = broken(self, fault)
        self.of_fault = len(self.settings)

    def add(self, change: Change) -> int:
        """Put a change into the catalogue and return its number."""
        self.catalogue.append(change)
        return len(self.catalogue) - 1

    def set(self, name: str, *values: Value | Redraw) -> int:
        """Add a setting and return its number; a function stands for a value without lost addresses."""
        made = tuple(value if isinstance(value, Value) else Value(value) for value in values)
        self.settings.append(Setting(name, made))
        return len(self.settings) - 1

    def redraw(self, base: Scenario, notes: Sequence[Assumption] = ()) -> None:
        """Let the design begin from another drawing; ``notes`` say what was changed."""
        self.base = base
        self.notes.extend(notes)
        self._networks.clear()

    @property
    def start(self) -> Moment:
        """The moment before the fault."""
        return Moment(settings=(0,) * len(self.settings), unhealthy=self.out_at_start)

    def same_settings(self, other: Scene) -> bool:
        """Return whether moments of another scene of the same drawing and design mean the same here."""
        here, there = ([(one.name, len(one.values)) for one in scene.settings] for scene in (self, other))
        return here == there

    def network(self, view: View) -> Network:
        """Return the compiled network under these values; kept."""
        found = self._networks.get(view)
        if found is None:
            found = self._networks[view] = self.drawings.network(self.redrawn(view))
        return found

    def redrawn(self, view: View) -> Scenario:
        """Return the drawing under these values.

        Raises:
            NotModelled: an edit of the fault took away what another value redraws.
        """
        own = len(view) if self.of_fault is None else self.of_fault
        begun = self.drawings.stage(
            self.base, self.fault, view[:own], lambda: _through(self.base, self.settings[:own], view[:own])
        )
        return _through(begun, self.settings[own:], view[own:])

    def state(self, moment: Moment, view: View) -> State:
        """Return the moment as forwarding knows it."""
        lost = frozenset(
            address
            for setting, value in zip(self.settings, view, strict=True)
            for address in setting.values[value].in_transit
        )
        return State(
            down_vms=moment.down,
            unhealthy=moment.unhealthy,
            in_transit=lost,
            down_zones=moment.zones,
            down_instances=moment.instances,
            silent_instances=moment.silent,
            # Probes act in their own time, by changes of the rotation; see ``watches``.
            answers=dict(
                answer
                for setting, value in zip(self.settings, view, strict=True)
                for answer in setting.values[value].answers
            ),
            probed=None if view == self.start.settings else self.network(self.start.settings),
        )

    def after(self, changes: Sequence[tuple[int, int]]) -> Iterator[tuple[int, Moment]]:
        """Yield the moments after changes: pairs of time since the fault and moment, the start at 0 left out.

        Changes of one time make one moment.
        """
        moment = self.start
        for place, (time_us, number) in enumerate(changes):
            moment = self.catalogue[number].apply(moment)
            if place + 1 == len(changes) or changes[place + 1][0] > time_us:
                yield time_us, moment

    def name(self, vm: str) -> str:
        """Return what people call a VM."""
        return self.drawn.topology.vms[vm].name


def _through(scenario: Scenario, settings: Sequence[Setting], view: View) -> Scenario:
    for setting, value in zip(settings, view, strict=True):
        try:
            scenario = setting.values[value].redraw(scenario)
        except KeyError as error:
            text = say(
                "The drawing has no {args} any more, which {name} needs.",
                args=error.args[0],
                name=setting.name,
            )
            raise NotModelled(text) from error
    return scenario
