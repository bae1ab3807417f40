"""The timing profile ``published``: the numbers of the reference on failover, sections 1.3, 2.1-2.4 and 3.1.

A table of data. Sources are named as people would look them up; ``assumption`` says that nobody has
published the number, so that it wears the grade D.
"""

from __future__ import annotations

from types import MappingProxyType

from netcore.profiles import timing_calls, timing_names
from netcore.profiles.timing import Grade, Parameter, TimingProfile
from netcore.profiles.timing_routing import ROUTING_ROWS

_HA = "Palo Alto VM-Series deployment guide, HA timers; Azure Architecture Center, highly available NVAs"
_PROBE = "Azure Load Balancer health probes page, 2023-10"
_NVA = "Azure Architecture Center, highly available NVAs, 2025-03"
_RS = "Azure Route Server FAQ, 2022; Azure Architecture Center, highly available NVAs"
_LIMITS = "Azure Resource Manager request limits page, 2024"
_ASYNC = "Azure Resource Manager, Track asynchronous operations, 2022-01; one round trip added"
_LOGS = "durations in public Terraform apply logs (n=7, 2 to 14 s)"
_TCP = "arithmetic on the Linux retransmission timer: 200 ms doubling up to 120 s"
_ASSUMED = "assumption, no published figure found"


def _constant(name: str, value: float, unit: str, grade: Grade, source: str, meaning: str) -> Parameter:
    return Parameter(name, meaning, "constant", MappingProxyType({"value": value}), unit, grade, source)


def _lognormal(name: str, median: float, sigma: float, grade: Grade, source: str, meaning: str) -> Parameter:
    values = MappingProxyType({"median": median, "sigma": sigma})
    return Parameter(name, meaning, "lognormal", values, "s", grade, source)


def _bernoulli(name: str, probability: float, grade: Grade, source: str, meaning: str) -> Parameter:
    return Parameter(
        name, meaning, "bernoulli", MappingProxyType({"probability": probability}), "1", grade, source
    )


def _choice(name: str, options: tuple[str, ...], grade: Grade, source: str, meaning: str) -> Parameter:
    return Parameter(name, meaning, "choice", MappingProxyType({}), "1", grade, source, options[0], options)


_ROWS = (
    # How an appliance pair notices that one is gone (mechanism M1).
    _constant("heartbeat.interval", 1, "s", "A", _HA, "time between two hellos of an appliance pair"),
    _constant("heartbeat.misses", 3, "1", "A", _HA, "hellos in a row that must be missed"),
    _constant("promotion.hold", 2, "s", "A", _HA, "wait of the standby before it takes over"),
    _lognormal("promotion.noise", 0.3, 0.5, "D", _ASSUMED, "what the standby's own software adds"),
    # Orchestration calls.
    _constant(
        "routes.programming",
        30,
        "s",
        "C",
        "Azure, Diagnose a virtual machine routing problem (a few seconds); field report of half a minute",
        "time until every host sends by a changed route table",
    ),
    _bernoulli(
        "control.degraded",
        0.03,
        "D",
        "assumption; honours the field reports of 30 s to 20 min",
        "whether the control plane has a bad day, drawn once per trial",
    ),
    _lognormal("operation", 8, 0.7, "B", _LOGS, "true duration of one network write"),
    _lognormal(
        "operation.degraded",
        200,
        0.7,
        "D",
        "assumption; vendors say several minutes",
        "the same on a bad day",
    ),
    _constant(
        "poll.period",
        30,
        "s",
        "D",
        "assumption; common default of client libraries",
        "time between two polls",
    ),
    _constant("poll.overhead", 0.7, "s", "C", _ASYNC, "request and answer of the write itself"),
    _lognormal("auth", 1.5, 0.5, "D", _ASSUMED, "token and first read"),
    _constant("arm.bucket", 200, "1", "A", _LIMITS, "writes that may be sent at once"),
    _constant("arm.refill", 10, "1/s", "A", _LIMITS, "writes per second after that"),
    _lognormal(
        "programming",
        3,
        0.7,
        "D",
        _ASSUMED,
        "from the end of the operation until the last sending host knows the new place of an address; "
        "the others take a uniform share of it",
    ),
    # Balancer (mechanism M4). Interval and threshold are drawn in the document.
    _choice(
        "probe.failure",
        ("silent", "refused"),
        "A",
        _PROBE,
        "how a dead appliance meets a probe: no answer at all, or a reset or non-200 answer at once",
    ),
    _constant("probe.http_timeout", 30, "s", "A", _PROBE, "longest wait for an HTTP or HTTPS answer"),
    Parameter(
        "probe.spread",
        "from the last failed probe until new flows avoid the member",
        "uniform",
        MappingProxyType({"low": 0.1, "high": 1.0}),
        "s",
        "D",
        _ASSUMED,
    ),
    # How the vendor compares designs of appliances (fact J20).
    _constant("nva.probe_interval", 5, "s", "A", _NVA, "time between two probes of an appliance"),
    _constant("nva.probe_threshold", 3, "1", "A", _NVA, "failed probes that take an appliance out"),
    _constant("nva.bgp_keepalive", 60, "s", "A", _RS, "time between two keepalives of a route server"),
    _constant("nva.bgp_hold", 180, "s", "A", _RS, "silence after which a route server drops a neighbour"),
    Parameter(
        "nva.move",
        "a public address or user routes moved to another appliance by the control plane; the text has "
        "several minutes as well",
        "uniform",
        MappingProxyType({"low": 60.0, "high": 120.0}),
        "s",
        "A",
        _NVA,
    ),
    # When it does not work.
    _bernoulli(
        "failure.move", 0.01, "D", "assumption; public bug reports", "an address move never completes"
    ),
    _bernoulli("failure.balancer", 0.001, "D", _ASSUMED, "a balancer never takes the dead member out"),
    _lognormal("repair", 1800, 0.8, "D", _ASSUMED, "repair by hand, from the fault on"),
    # Flows.
    _constant(
        "flows.ports",
        64,
        "1",
        "D",
        "ours: enough to show a share to 2 %",
        "source ports each drawn flow is spread over, so that hashes give true shares",
    ),
    _constant(
        "flows.new", 0.1, "1", "D", "ours, after the reference's common base", "share of newly opened flows"
    ),
    _choice(
        "state_check",
        ("reset", "silent"),
        "D",
        "assumption; a policy of the appliance",
        "what a stateful appliance does with a packet of a connection it has not seen open",
    ),
    _constant("tcp.rto", 0.2, "s", "C", _TCP, "first retransmission"),
    _constant("tcp.rto_max", 120, "s", "C", _TCP, "longest time between two retransmissions"),
    _constant("tcp.give_up", 924.6, "s", "C", _TCP, "a connection ends that long after its last answer"),
    _constant("recovered.share", 0.99, "1", "D", "ours, definition", "share of new flows that must succeed"),
    _constant("recovered.hold", 10, "s", "D", "ours, definition", "and for how long"),
)

PUBLISHED = TimingProfile(
    "published",
    "Published figures and stated assumptions",
    "2026-01",
    MappingProxyType(
        {row.name: row for row in (*_ROWS, *ROUTING_ROWS, *timing_calls.ROWS, *timing_names.ROWS)}
    ),
)
for _row in PUBLISHED.parameters.values():
    _row.check()
