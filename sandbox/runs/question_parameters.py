"""Input of questions about all headers: who reaches whom, with what, what is exposed, what differs."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from itertools import islice
from typing import Annotated, Any, Final, Literal

from django.utils.translation import gettext
from pydantic import BaseModel, ConfigDict, Field

import netcore
from sandbox.runs.models import Kind
from sandbox.runs.refusals import bad, parse
from sandbox.scenarios import queries as scenario_queries
from sandbox.scenarios.models import Revision

MAX_PORTS: Final = 64
"""So many ports one matrix asks about."""

PORTED: Final = frozenset({6, 17, 132})
"""Protocols with ports: TCP, UDP, SCTP."""

INTERESTING: Final = "interesting"

Port = Annotated[int, Field(ge=0, le=65_535)]
Ports = Annotated[str, Field(max_length=400, pattern=r"^\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*$")]
Text = Annotated[str, Field(min_length=1, max_length=120)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Matrix(_Asked):
    """Who reaches whom; ``ports`` ``interesting`` are those that the drawing names."""

    protocol: Text = "tcp"
    ports: (
        Annotated[list[Port], Field(min_length=1, max_length=MAX_PORTS)] | Literal["interesting"] | None
    ) = None


class _Reach(_Asked):
    """With which headers a sender reaches a destination; without one, every VM."""

    source: Text
    destination: Text | None = None
    protocol: Text | None = None
    ports: Ports | None = None


class _Difference(_Asked):
    """What differs in the revision of the run from an earlier or later one, ``before``."""

    before: Annotated[int, Field(ge=1, le=2**31 - 1)]


def clean(kind: Kind, parameters: Any, revision: Revision, document: netcore.Scenario) -> dict[str, Any]:
    """Return the parameters to store, with everything written out that was left to us.

    Raises:
        BadParameters: malformed, or they name something the revision does not have.
        scenarios.queries.NotRunnable: an earlier revision has problems.
    """
    if kind is Kind.MATRIX:
        return _clean_matrix(parse(_Matrix, parameters), document)
    if kind is Kind.REACH:
        return _clean_reach(parse(_Reach, parameters), document)
    if kind is Kind.DIFFERENCE:
        return _clean_difference(parse(_Difference, parameters), revision)
    parse(_Asked, parameters)
    return {}


def _clean_matrix(asked: _Matrix, document: netcore.Scenario) -> dict[str, Any]:
    number = _protocol(asked.protocol)
    ports = asked.ports
    if number not in PORTED:
        if ports not in (None, [0]):
            raise bad(
                "ports",
                gettext("The protocol {protocol} has no ports; leave them out.").format(
                    protocol=asked.protocol
                ),
            )
        ports = [0]
    elif ports is None:
        raise bad(
            "ports",
            gettext("Name 1 to {limit} ports, or write {word!r} for those the drawing names.").format(
                limit=MAX_PORTS, word=INTERESTING
            ),
        )
    if ports == INTERESTING:
        ports = interesting(document, number)
        if len(ports) > MAX_PORTS:
            message = gettext(
                "The drawing names {count} ports; a matrix takes {limit} at most. Choose some."
            ).format(count=len(ports), limit=MAX_PORTS)
            raise bad("ports", message)
    if len(set(ports)) < len(ports):
        raise bad("ports", gettext("A port is there twice."))
    return {"protocol": netcore.protocol_name(number), "ports": ports}


def _clean_reach(asked: _Reach, document: netcore.Scenario) -> dict[str, Any]:
    topology = document.topology
    if asked.source != "internet" and not _is_drawn(topology, asked.source, ("vms", "hosts")):
        message = gettext("{source!r} is no VM or host of the drawing, nor the word internet.").format(
            source=asked.source
        )
        raise bad("source", message)
    to = asked.destination
    if to is not None and not _is_drawn(topology, to, ("vms", "hosts", "subnets", "vnets")):
        try:
            ip_address(to)
        except ValueError:
            message = gettext(
                "{to!r} is no address, and no VM, host, subnet or virtual network of the drawing."
            ).format(to=to)
            raise bad("destination", message) from None
    if asked.protocol is not None:
        number = _protocol(asked.protocol)
        if asked.ports is not None and number not in PORTED:
            raise bad(
                "ports",
                gettext("The protocol {protocol} has no ports; leave them out.").format(
                    protocol=asked.protocol
                ),
            )
    for first, last in _runs(asked.ports or ""):
        if not first <= last <= 65_535:
            raise bad(
                "ports",
                gettext(
                    "{first}-{last} is no range of ports: they go from 0 to 65535, the smaller first."
                ).format(first=first, last=last),
            )
    return asked.model_dump(mode="json", exclude_none=True)


def _clean_difference(asked: _Difference, revision: Revision) -> dict[str, Any]:
    before = scenario_queries.revision(revision.scenario, asked.before)
    if before is None:
        raise bad("before", gettext("The scenario has no revision {before}.").format(before=asked.before))
    if before.number == revision.number:
        raise bad(
            "before",
            gettext("Revision {before} is the one it would be compared with; name another one.").format(
                before=asked.before
            ),
        )
    reading = scenario_queries.reading(before)
    if reading.document is None or not reading.runnable:
        raise scenario_queries.NotRunnable(scenario_queries.problems(before))
    return {"before": before.number}


def _protocol(text: str) -> int:
    try:
        return netcore.protocol_number(text)
    except ValueError:
        raise bad(
            "protocol",
            gettext("{text!r} is no protocol: a name such as tcp, or a number from 0 to 255.").format(
                text=text
            ),
        ) from None


def _is_drawn(topology: Any, text: str, kinds: tuple[str, ...]) -> bool:
    kind, _, key = text.partition("/")
    return kind in kinds and key in getattr(topology, kind)


def interesting(document: netcore.Scenario, protocol: int) -> list[int]:
    """Return the ports that a drawing names for a protocol, and one that it does not name, ascending.

    Of a range the first one stands for it.
    """
    named = set(_named(document.topology, protocol))
    free = (port for port in range(1, 65_536) if not any(first <= port <= last for first, last in named))
    return sorted({first for first, _ in named} | set(islice(free, 1)))


def _named(topology: Any, protocol: int) -> Iterator[tuple[int, int]]:
    """Yield first and last port of what rules, balancers and guests name for a protocol."""
    guests = [vm.guest for vm in topology.vms.values()]
    rules = [
        *topology.admin_rules.values(),
        *(rule for group in topology.security_groups.values() for rule in group.rules.values()),
        *(rule for guest in guests for rule in guest.firewall.values()),
    ]
    for rule in rules:
        if _speaks_of(rule.protocol, protocol):
            for ports in rule.destination_ports:
                yield from _runs("" if ports == "*" else ports)
    single = [
        *((one.protocol, one.port) for guest in guests for one in (guest.services or {}).values()),
        *((one.protocol, one.port) for guest in guests for one in guest.port_forwards.values()),
        *(
            (rule.protocol, rule.frontend_port)
            for balancer in topology.load_balancers.values()
            for rule in (*balancer.rules.values(), *balancer.inbound_nat_rules.values())
        ),
    ]
    yield from ((port, port) for named, port in single if port and _speaks_of(named, protocol))


def _speaks_of(named: str, protocol: int) -> bool:
    return named in ("*", "all") or netcore.protocol_number(named) == protocol


def _runs(text: str) -> Iterator[tuple[int, int]]:
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        yield int(first), int(last or first)
