"""How the balancers of each kind probe their members: names of numbers of the timing profile, and sources.

Interval and threshold are drawn. What differs is how long a probe waits for an answer, and how long the
balancer needs to act on what it found.

Source: reference on failover, sections 1.1 (M4), 1.2 (A4, A5) and 2.2; facts J7-J9, L18, L19.
"""

from __future__ import annotations

from dataclasses import dataclass

from netcore.control import probes
from netcore.document.balancers import Probe
from netcore.failover.clock import microseconds
from netcore.failover.moments import Assumption
from netcore.profiles.timing import TimingProfile


@dataclass(frozen=True, slots=True)
class Probing:
    """How the balancers of one kind probe.

    Args:
        spread: name of the time from the last failed probe until new flows avoid the member.
        timeout: name of the wait for an answer; None: until the next probe, for HTTP at most 30 s (J9).
        source: where the meaning of the probes is told.
        notes: what else is taken for granted about them.
    """

    spread: str
    timeout: str | None
    source: str
    notes: tuple[Assumption, ...]

    @property
    def used(self) -> tuple[str, ...]:
        """Names of the numbers that its balancers use."""
        wait = self.timeout if self.timeout is not None else "probe.http_timeout"
        return ("probe.failure", wait, self.spread, "failure.balancer", "repair")

    def silence_us(self, probe: Probe, timing: TimingProfile) -> int:
        """Return after how long an unanswered probe has failed."""
        if self.timeout is not None:
            return microseconds(timing.value(self.timeout))
        return probes.wait_us(probe, "timeout", microseconds(timing.value("probe.http_timeout")))


_CHECKERS = Assumption(
    "health check: phase",
    "all nodes of a balancer check one target in step",
    "D",
    "ours; how the nodes of a balancer share their checks is not documented",
)

AZURE = Probing(
    "probe.spread",
    None,
    "facts J7-J9",
    (
        Assumption(
            "probe: phase",
            "all probes of one VM are sent in step, by the host it runs on",
            "D",
            "ours, after fact J7: each host probes its own VMs",
        ),
    ),
)

NETWORK_BALANCER = Probing(
    "aws.spread",
    "nlb.timeout",
    "AWS NLB user guide, target health checks",
    (
        _CHECKERS,
        Assumption(
            "passive checks: left out",
            "a target is only judged by the checks that are drawn, not by the flows it fails",
            "D",
            "ours; passive checks exist for TCP, and no number of them is published",
        ),
    ),
)

GATEWAY_BALANCER = Probing(
    "aws.spread", "gwlb.timeout", "AWS GWLB target-group attributes and health checks", (_CHECKERS,)
)
