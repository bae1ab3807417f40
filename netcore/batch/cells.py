"""All headers from one sender to one address, as cells that go one way each.

An example is walked through the real places, and ``sameness`` says which headers go as it does. They are one
cell; the next example is taken from what is left, until every header is in a cell. So the number of walks is
the number of ways that differ, and each cell's answer is that of the walk itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from netcore.batch.portsets import HEADERS, HEADERS_OF, NOTHING, PORTED, Box, Five, PortSet
from netcore.batch.sameness import Sameness, drawing_memory
from netcore.control.network import Network
from netcore.document.values import Address
from netcore.errors import NotFound, NotModelled
from netcore.forwarding.drawing import drawing_of
from netcore.forwarding.hops import Endpoint, Stand
from netcore.forwarding.request import resolve
from netcore.forwarding.run import Choice
from netcore.forwarding.state import State
from netcore.forwarding.walk import Guide, lead
from netcore.trace.model import Header, Leg, Outcome, Trace
from netcore.trace.packet import Packet
from netcore.words import say

MOST_WAYS = 256
"""Ways of one cell that are walked. Ours: four stages of four members each."""

MOST_CELLS = 4_096
"""Cells of one sender and one address. Ours: more than any drawing in the tests has, by far."""


INTERNET = "internet"
"""Sender of packets from an address on the Internet."""


class Fate(NamedTuple):
    """How one packet ended; ``code`` is None where it was delivered."""

    outcome: Outcome
    code: str | None
    at: str | None


class Way(NamedTuple):
    """What becomes of a connection if the choices fall one way.

    Args:
        share: of the flows, if choices fall evenly.
        label: what was chosen; empty where there was no choice.
        back: None where no answer is walked.
        third: packet 3 of a TCP handshake, only where it fails.
    """

    share: float
    label: str
    forward: Fate
    back: Fate | None
    third: Fate | None

    @property
    def arrived(self) -> bool:
        """Whether the request reached somebody."""
        return self.forward.outcome is Outcome.DELIVERED

    @property
    def answered(self) -> bool:
        """Whether the connection comes about: request, and answer where one is walked."""
        legs = (self.forward, self.back, self.third)
        return all(leg is None or leg.outcome is Outcome.DELIVERED for leg in legs)


@dataclass(frozen=True)
class Cell:
    """Headers that go the same ways.

    Args:
        example: one of them.
        ways: by the hash's choice first; one where nothing is to choose.
        not_modelled: why there is no answer; then ``ways`` is empty.
        but_equal_ports: nothing is said of headers whose two ports are equal: such a packet turns back to
            where it came from, and is taken for its own answer there.
    """

    headers: PortSet
    example: Five
    ways: tuple[Way, ...]
    not_modelled: str = ""
    but_equal_ports: bool = False


@dataclass(frozen=True)
class Cells:
    """All headers from one sender to one address.

    Args:
        source: ``vms/ID``, ``hosts/ID`` or ``internet``.
        source_address: where the sender does not choose it by itself.
    """

    source: str
    destination: Address
    source_address: Address | None
    cells: tuple[Cell, ...]

    def those(self, good: Callable[[Way], bool], *, every: bool = False) -> PortSet:
        """Return the headers of which some way, or every way, is good."""
        found = NOTHING
        for cell in self.cells:
            if cell.ways and (all if every else any)(good(way) for way in cell.ways):
                found |= cell.headers
        return found

    @cached_property
    def may_arrive(self) -> PortSet:
        """Headers that reach somebody if choices per flow fall well."""
        return self.those(lambda way: way.arrived)

    @cached_property
    def must_arrive(self) -> PortSet:
        """Headers that reach somebody however choices per flow fall."""
        return self.those(lambda way: way.arrived, every=True)

    @cached_property
    def may_connect(self) -> PortSet:
        """Headers whose connection comes about if choices per flow fall well."""
        return self.those(lambda way: way.answered)

    @cached_property
    def must_connect(self) -> PortSet:
        """Headers whose connection comes about however choices per flow fall."""
        return self.those(lambda way: way.answered, every=True)

    @cached_property
    def one_way(self) -> PortSet:
        """Headers that may arrive and then get no answer, other than by a port the platform keeps (C5)."""
        return self.those(lambda way: way.arrived and not way.answered and _failed(way) != "RESERVED_PORT")

    @cached_property
    def looping(self) -> PortSet:
        """Headers that may run in a circle, in either direction."""
        loop = {Outcome.LOOPED}
        return self.those(
            lambda way: any(leg is not None and leg.outcome in loop for leg in (way.forward, way.back))
        )

    @cached_property
    def unknown(self) -> PortSet:
        """Headers without an answer."""
        found = self.those(lambda way: Outcome.NOT_MODELLED in {leg.outcome for leg in way[2:] if leg})
        for cell in self.cells:
            if cell.not_modelled:
                found |= cell.headers
        return found

    def by_end(self) -> dict[Fate, PortSet]:
        """Return the headers by where the request may end; a header with choices may be under several."""
        found: dict[Fate, PortSet] = {}
        for cell in self.cells:
            for fate in {way.forward for way in cell.ways}:
                found[fate] = found.get(fate, NOTHING) | cell.headers
        return found


def cells(
    network: Network,
    source: str,
    destination: Address,
    headers: PortSet | None = None,
    source_address: Address | None = None,
) -> Cells:
    """Return all headers from one sender to one address, in cells.

    Args:
        source: ``vms/ID`` or ``hosts/ID``; ``internet`` needs ``source_address``.
        headers: which to ask about; None asks about all of the destination's IP version.
        source_address: None lets the sender choose; a value is sent as written.

    Raises:
        NotFound: no such sender, or ``internet`` without an address.
    """
    if source == INTERNET and source_address is None:
        raise NotFound(say("A sender on the Internet needs an address."))
    found: list[Cell] = []
    left = HEADERS_OF[destination.version] if headers is None else headers & HEADERS
    while left:
        example = example_of(left)
        cell = _explored(network, source, destination, source_address, example, len(found))
        cell = replace(cell, headers=left & cell.headers)
        found.append(cell)
        left -= cell.headers
    return Cells(source, destination, source_address, tuple(_merged(found)))


def example_of(headers: PortSet) -> Five:
    """Return a header of a set whose two ports differ, where it has one."""
    boxes = list(headers.boxes())
    for found in boxes:
        five = _differing(found)
        if five.source_port != five.destination_port or five.protocol not in PORTED:
            return five
    return _differing(boxes[0])


def _differing(found: Box) -> Five:
    destination = found.destination_ports[0][0]
    last, first = found.source_ports[-1][1], found.source_ports[0][0]
    if last != destination:
        return Five(found.protocols[0], last, destination)
    if first != destination:
        return Five(found.protocols[0], first, destination)
    return Five(found.protocols[0], last, found.destination_ports[-1][1])


def _explored(
    network: Network,
    source: str,
    destination: Address,
    source_address: Address | None,
    example: Five,
    number: int,
) -> Cell:
    """Return all headers that go as the example does."""
    if number >= MOST_CELLS:
        return Cell(
            HEADERS,
            example,
            (),
            say("More than {most_cells} kinds of headers behave differently.", most_cells=MOST_CELLS),
        )
    origin, header = _start(network, source, destination, source_address, example)
    same, turning = HEADERS, False
    ways: list[Way] = []
    pending: deque[tuple[int, ...]] = deque([()])
    while pending:
        if len(ways) >= MOST_WAYS:
            return Cell(
                same,
                example,
                (),
                say("Choices per flow leave more than {most_ways} ways.", most_ways=MOST_WAYS),
            )
        script = pending.popleft()
        alike = Sameness(network, drawing_memory(network), example)
        guide = Guide(script, alike.watch)
        try:
            trace = lead(network, origin, header, guide)
        except NotModelled as why:
            return Cell(same & alike.done(), example, (), str(why))
        same &= alike.done()
        turning |= alike.turns_back
        ways.append(_way(trace, guide.choices))
        pending.extend(_others(guide.choices, len(script)))
    return Cell(same, example, tuple(ways), "", turning)


def _start(
    network: Network, source: str, destination: Address, source_address: Address | None, example: Five
) -> tuple[Endpoint, Header]:
    """Return who sends, and the header of an example."""
    protocol, source_port, destination_port = example
    if source == INTERNET:
        assert source_address is not None  # asked for above
        header = Header.model_construct(
            source=source_address,
            destination=destination,
            protocol=protocol,
            source_port=source_port,
            destination_port=destination_port,
        )
        return Endpoint(Stand.INTERNET, str(source_address), header), header
    packet = Packet.model_construct(
        source=source,
        destination=str(destination),
        protocol=str(protocol),
        source_port=source_port,
        destination_port=destination_port,
        source_address=source_address,
    )
    return resolve(network, drawing_of(network), packet, State(), lambda *_: False)


def _others(choices: list[Choice], fixed: int) -> Iterator[tuple[int, ...]]:
    """Yield the scripts of the ways that part from this one after its first ``fixed`` choices."""
    chosen = tuple(choice.chosen for choice in choices)
    for index in range(fixed, len(chosen)):
        for other in range(len(choices[index].labels)):
            if other != chosen[index]:
                yield (*chosen[:index], other)


def _failed(way: Way) -> str | None:
    """Return the code of the first packet that failed."""
    return next((leg.code for leg in way[2:] if leg is not None and leg.code is not None), None)


def _way(trace: Trace, choices: list[Choice]) -> Way:
    share = 1.0
    for choice in choices:
        share /= len(choice.labels)
    label = " / ".join(choice.labels[choice.chosen] for choice in choices)
    return Way(share, label, _fate(trace.forward), _maybe(trace.back), _maybe(trace.third))


def _fate(leg: Leg) -> Fate:
    verdict = leg.verdict
    return Fate(verdict.outcome, verdict.code, verdict.at)


def _maybe(leg: Leg | None) -> Fate | None:
    return None if leg is None else _fate(leg)


def _merged(found: list[Cell]) -> Iterator[Cell]:
    """Yield the cells with those put together that go the same ways."""
    alike: dict[tuple[object, ...], Cell] = {}
    for cell in found:
        # Which way is the hash's own differs from header to header.
        key = (cell.not_modelled, cell.but_equal_ports, *sorted(cell.ways, key=repr))
        known = alike.get(key)
        if known is not None:
            cell = replace(known, headers=known.headers | cell.headers)
        alike[key] = cell
    yield from alike.values()
