"""Whether who calls the control plane can reach it: asked of forwarding, moment by moment.

Source: reference on failover, section 4, scenario 13: an agent behind the failed appliance never gets its
call out.
"""

from __future__ import annotations

from collections.abc import Iterator

from netcore.failover.moments import Assumption, Moment
from netcore.failover.scene import Scene
from netcore.forwarding import walk
from netcore.trace.model import Outcome
from netcore.trace.packet import Packet
from netcore.words import say

MANAGEMENT = "4.150.240.10"
"""An address of the management endpoint; any public one that nobody drew would do."""


class Reach:
    """The way from one VM to the control plane.

    Args:
        vm: who calls.
    """

    def __init__(self, scene: Scene, vm: str) -> None:
        self.caller = f"vms/{vm}"
        self._scene = scene
        self._packet = Packet(source=self.caller, destination=MANAGEMENT, destination_port=443)
        self._known: dict[Moment, bool] = {}
        self._never: bool | None = None

    def assumptions(self) -> Iterator[Assumption]:
        """Yield what is taken for granted about the call."""
        name = self.caller.partition("/")[2]
        if self._unreachable():
            text = say(
                "the drawing shows no way from {name} to the Internet; its calls are taken to arrive",
                name=name,
            )
            yield Assumption(say("control plane: reached"), text, "D", say("ours; a private endpoint, say"))
        else:
            text = say(
                "{name} calls by the way a packet to {management} takes at that moment",
                name=name,
                management=MANAGEMENT,
            )
            yield Assumption(
                say("control plane: reached"), text, None, say("the drawing, as forwarding sees it")
            )

    def after(self, time_us: int) -> int | None:
        """Return the first time from ``time_us`` on at which a call gets out; None is never."""
        if self._unreachable():
            return time_us
        moments = [(0, self._scene.start), *self._scene.after(self._scene.breakage.timed)]
        now = [moment for start_us, moment in moments if start_us <= time_us][-1:]
        for start_us, moment in [(time_us, one) for one in now] + [m for m in moments if m[0] > time_us]:
            if self._reaches(moment):
                return start_us
        return None

    def _unreachable(self) -> bool:
        """Return whether no call gets out even on a quiet day."""
        if self._never is None:
            self._never = not self._reaches(self._scene.start)
        return self._never

    def _reaches(self, moment: Moment) -> bool:
        found = self._known.get(moment)
        if found is None:
            view = moment.settings
            state = self._scene.state(moment, view)
            done = walk.follow(self._scene.network(view), self._packet, state)
            verdicts = [done.forward.verdict, done.back.verdict if done.back is not None else None]
            found = all(one is not None and one.outcome is Outcome.DELIVERED for one in verdicts)
            self._known[moment] = found
        return found
