"""Numbers of failovers by calls: route rewrites, fencing, redundancy groups, and the calls of AWS.

A table of data, appended to the profile ``published``. Source: reference on failover, sections 1.1, 1.2,
2.1 and 2.2.
"""

from __future__ import annotations

from types import MappingProxyType

from netcore.profiles.timing import Grade, Parameter

_SIZING = "F5 Cloud Failover Extension, Performance and sizing; a curve through its rows"
_POLLER = "Azure/ha-nva-fo README: runs each 30 s and tries three times, 2 s apart"
_BUSY = "F5 Cloud Failover Extension, issues: 429 of a locked resource, tried again after about 15 s"
_VRRP = "RFC 5798, section 5.2.7"
_KEEPALIVED = "NGINX, High availability with keepalived on AWS; sums to its 5-6 s"
_ENI = "Palo Alto VM-Series on AWS, Overview of HA: 20 s to over 60 s"
_ASSUMED = "assumption, no published figure found"


def _constant(name: str, value: float, unit: str, grade: Grade, source: str, meaning: str) -> Parameter:
    return Parameter(name, meaning, "constant", MappingProxyType({"value": value}), unit, grade, source)


def _uniform(name: str, low: float, high: float, grade: Grade, source: str, meaning: str) -> Parameter:
    values = MappingProxyType({"low": low, "high": high})
    return Parameter(name, meaning, "uniform", values, "s", grade, source)


def _lognormal(name: str, median: float, sigma: float, grade: Grade, source: str, meaning: str) -> Parameter:
    values = MappingProxyType({"median": median, "sigma": sigma})
    return Parameter(name, meaning, "lognormal", values, "s", grade, source)


def _bernoulli(name: str, probability: float, meaning: str) -> Parameter:
    values = MappingProxyType({"probability": probability})
    return Parameter(name, meaning, "bernoulli", values, "1", "D", _ASSUMED)


def _choice(name: str, options: tuple[str, ...], meaning: str) -> Parameter:
    return Parameter(name, meaning, "choice", MappingProxyType({}), "1", "D", _ASSUMED, options[0], options)


ROWS = (
    # Route rewrite (M3): (base + span * (1 - exp(-N / scale))) * noise.
    _constant("routes.base", 6, "s", "B", _SIZING, "controller time of a rewrite of no routes"),
    _constant("routes.span", 170, "s", "B", _SIZING, "what very many routes add to it"),
    _constant("routes.scale", 65, "1", "B", _SIZING, "routes that add two thirds of that"),
    _lognormal("routes.noise", 1, 0.3, "D", _ASSUMED, "spread of the controller time, as a factor"),
    _lognormal("routes.degraded", 90, 0.9, "D", _ASSUMED, "what a bad day adds to a rewrite"),
    _bernoulli("failure.routes", 0.005, "a route rewrite never completes"),
    _uniform("poller.wait", 0, 30, "B", _POLLER, "from the fault to the next run of the poller"),
    _constant("poller.tries", 6, "s", "B", _POLLER, "tries before the poller decides"),
    _uniform("poller.start", 1, 4, "D", _ASSUMED, "start of the poller's function"),
    # Several pollers that know nothing of each other; each has its own turn.
    Parameter(
        "pollers.count", "pollers at work", "constant", MappingProxyType({"value": 2.0}), "1", "D", _ASSUMED
    ),
    _choice(
        "pollers.manner",
        ("reads", "writes"),
        "what a poller does with a table: reads it first and leaves it alone where another has written or is "
        "writing the same, or writes it unseen",
    ),
    _choice(
        "pollers.failback",
        ("never", "at once", "when calm"),
        "when a poller leads the routes back to an appliance that answers again",
    ),
    _constant("pollers.calm", 300, "s", "D", _ASSUMED, "answers in a row that a poller calls calm"),
    _constant(
        "pollers.restart",
        0,
        "s",
        "D",
        _ASSUMED,
        "so long the first poller is away that restarts after its first write; 0: it does not restart",
    ),
    _constant("pollers.busy", 15, "s", "C", _BUSY, "until a write is tried again that met another one"),
    # Redundancy groups (M10, A7).
    _constant(
        "vrrp.interval",
        1,
        "s",
        "A",
        _VRRP,
        "time between two advertisements; three and the skew of the priority make a backup master",
    ),
    # Fencing (M13).
    _uniform(
        "fencing",
        600,
        900,
        "A",
        "SAP on Azure, Pacemaker on SLES, 2020-05: 10-15 min",
        "from the loss of a cluster node until it is fenced and the service starts on the other",
    ),
    # Calls of AWS (A1-A3); an answer is the end of a call.
    _lognormal("aws.script", 1, 0.4, "D", _KEEPALIVED, "start of the script and its first reads"),
    _lognormal("aws.operation", 1.2, 0.5, "B", _KEEPALIVED, "one call that moves an address"),
    _lognormal("aws.programming", 0.5, 0.5, "D", _KEEPALIVED, "until the last sending host knows"),
    _constant("aws.hold", 2, "s", "A", _ENI, "wait of the standby before it moves a whole interface"),
    _lognormal("aws.interface", 30, 0.45, "B", _ENI, "an interface detached, attached and seen by the guest"),
    _constant("aws.plugged", 0, "s", "D", _ASSUMED, "what hosts need beyond that; the figure has it in it"),
    _constant("aws.routes.base", 5, "s", "B", _SIZING, "controller time of up to 160 routes"),
    _constant("aws.routes.free", 160, "1", "C", _SIZING, "routes that wait for no limit"),
    _constant("aws.routes.rate", 4, "1/s", "C", _SIZING, "routes per second beyond those"),
    _bernoulli("failure.aws", 0.01, "a failover by calls of AWS never completes"),
)
