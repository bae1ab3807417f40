"""Sets of protocol, source port and destination port, against plain sets of tuples in a small world."""

from __future__ import annotations

import pickle
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from netcore.batch.portsets import (
    EVERYTHING,
    HEADERS,
    NOTHING,
    PortSet,
    box,
    pulled_back,
    single,
)

PROTOCOLS = (1, 6, 17, 200)
PORTS = (0, 1, 2, 3, 4, 65_534, 65_535)
WORLD = tuple(product(PROTOCOLS, PORTS, PORTS))


def runs() -> st.SearchStrategy[tuple[tuple[int, int], ...]]:
    pair = st.tuples(st.sampled_from(PORTS), st.sampled_from(PORTS)).map(lambda two: (min(two), max(two)))
    return st.lists(pair, max_size=3).map(tuple)


@st.composite
def sets(draw: st.DrawFn) -> PortSet:
    made = NOTHING
    for _ in range(draw(st.integers(0, 4))):
        one = box(draw(st.sets(st.sampled_from(PROTOCOLS))), draw(runs()), draw(runs()))
        made = draw(st.sampled_from((made | one, made - one, one - made, ~one & made | one)))
    return made


def plain(found: PortSet) -> set[tuple[int, int, int]]:
    return {header for header in WORLD if header in found}


@given(sets(), sets())
def test_operators_are_those_of_sets(one: PortSet, other: PortSet) -> None:
    assert plain(one & other) == plain(one) & plain(other)
    assert plain(one | other) == plain(one) | plain(other)
    assert plain(one - other) == plain(one) - plain(other)
    assert plain(~one) == set(WORLD) - plain(one)


@given(sets(), sets(), sets())
def test_equal_sets_are_one_object(one: PortSet, other: PortSet, third: PortSet) -> None:
    assert (one & other) is (other & one)
    assert (one | other) is (other | one)
    assert (one - other) is (one & ~other)
    assert (one & (other | third)) is ((one & other) | (one & third))
    assert ~~one is one
    assert pickle.loads(pickle.dumps(one)) is one


@given(sets(), sets())
def test_counts_add_up(one: PortSet, other: PortSet) -> None:
    assert (one | other).count() == one.count() + other.count() - (one & other).count()
    assert EVERYTHING.count() == 256 * 65_536 * 65_536


@given(sets())
def test_boxes_are_the_set_and_do_not_overlap(one: PortSet) -> None:
    again = NOTHING
    for found in one.boxes():
        piece = box(*found)
        assert not again & piece
        again |= piece
    assert again is one


@given(sets())
def test_the_first_header_is_the_smallest(one: PortSet) -> None:
    first = one.first()
    assert (first is None) == (not one)
    if first is not None:
        assert first in one
        assert not [header for header in plain(one) if header < first]


@given(sets(), st.sampled_from((None, *PORTS)), st.sampled_from((None, *PORTS)), st.booleans())
def test_a_rewrite_is_taken_back(
    one: PortSet, source: int | None, destination: int | None, about: bool
) -> None:
    back = pulled_back(one, source, destination, changed_about=about)
    for protocol, s, d in WORLD:
        kept = (d, s) if about else (s, d)
        after = (
            protocol,
            kept[0] if source is None else source,
            kept[1] if destination is None else destination,
        )
        assert ((protocol, s, d) in back) == (after in one)


def test_headers_without_ports_have_port_0() -> None:
    assert (1, 0, 0) in HEADERS
    assert (1, 0, 5) not in HEADERS
    assert (17, 5, 9) in HEADERS
    assert HEADERS.count() == 3 * 65_536 * 65_536 + 253


def test_a_set_reads_as_words() -> None:
    web = box({6}, destination_ports=((443, 443), (80, 80)))
    assert web.text() == "tcp to 80, 443"
    assert (web | box({17}, ((53, 53),), ((53, 60),))).text() == "tcp to 80, 443; udp from 53 to 53-60"
    assert NOTHING.text() == "nothing"
    assert HEADERS.text() == "everything"
    assert (EVERYTHING - box({6})).text() == "any but tcp"
    assert single((1, 0, 0)).text() == "icmp"
    assert web.as_dict()["count"] == 2 * 65_536
