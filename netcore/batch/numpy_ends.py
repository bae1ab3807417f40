"""What the short way of the numpy kernel reads: one column per question, made once for each network.

Tables of ``plain`` and ``relays``, turned so that one ``take`` answers one question for all packets. A NIC
stands twice here, once for each family of addresses, as an end of ways: those of IPv6 behind those of IPv4.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from netcore.batch import layout as at
from netcore.batch.answers import STRIDE
from netcore.batch.compile import Compiled
from netcore.batch.numpy_lookups import Rows
from netcore.batch.once import once
from netcore.batch.plain import plain_tables
from netcore.batch.sheets import Table

BY_RELAY: Final = 128
"""Flag of atoms, beside those of ``layout``: a relay holds the address."""

OUTSIDE, UNSURE = -2, -1
"""Ends of courses instead of codes: on the Internet, and where only the other ways know more."""

KIND_BITS: Final = 2
"""Of a packet's kind: whether it is ICMP, whether IPv6; above them the class of its protocol in rules."""

TCP, UDP, SCTP, ICMP, ICMPV6 = 6, 17, 132, 1, 58


class Side(NamedTuple):
    """The rules of NICs for what leaves, or for what comes in, as far as an only set's first 64 decide.

    Args:
        own: uint64 by end, rules that match its own address.
        chain: by end, a row of ``chains``; one more than that, 0 for none, is a row of the others.
        denying: uint64, rules that deny.
        words: words of a vector; 0: there is more to a chain than one set without source ports.
        protocol: uint64 [row * classes + class], rules that match a protocol.
        far, port: where vectors for the address of the other end and for the port begin in ``bits``.
        far_classes, port_classes: their classes.
    """

    own: Table
    chain: Table
    denying: Table
    words: Table
    protocol: Table
    far: Table
    port: Table
    far_classes: Rows
    port_classes: Rows


@once
def course_tables(compiled: Compiled) -> dict[str, Any]:
    """Return the tables by name; the same objects at each call.

    * By sender: ``starter``, the plain NIC that packets leave by; -1 for none, or one of a relay.
    * By protocol: ``travels``, ``ported``, and ``kind``, see ``KIND_BITS``.
    * By atom: ``kinds``, its flags; ``holder``, the end that alone holds it; ``lands``, the network of that
      where it is plain and of no relay, else -2.
    * By end: ``address``; ``here``, its network; ``fib_of``, its routes; ``leaving``, ``coming``, its rules;
      ``end_at``, ``taken_at``, paths of it and of its guest; ``begun``, ``arriving``, what it makes of the
      name of a way; ``no_way_out``.
    * Those of courses.
    """
    plain = plain_tables(compiled)
    nics, only = plain["plain_nics"], plain["only_nic"]
    relays = (nics[:, at.PLAIN_FLAGS] & at.RELAYS) != 0
    usual = (nics[:, at.PLAIN_FLAGS] & at.PLAIN) != 0
    starter = plain["plain_sender"].astype(np.int64)
    starter[(starter >= 0) & relays[starter]] = -1
    by_relay = (only >= 0) & relays[only]
    six = np.arange(compiled.atoms.count) >= compiled.atoms.count4
    lands = np.where((only >= 0) & usual[only] & ~by_relay, nics[only, at.PLAIN_VNET], -2)
    travels = compiled.carried.protocol.copy()
    travels[ICMPV6] = False
    numbers = np.arange(256)
    kind = compiled.rules.protocol_class.astype(np.int64) << KIND_BITS | (numbers == ICMP)
    names, vms = compiled.name_of_nic, compiled.name_of_vm[nics[:, at.PLAIN_VM]]
    with np.errstate(over="ignore"):
        begun = vms * np.uint64(STRIDE) + names
    return {
        "starter": starter,
        "travels": travels,
        "ported": np.isin(numbers, (TCP, UDP, SCTP)),
        "kind": kind,
        "kinds": compiled.flags | np.where(by_relay, BY_RELAY, 0).astype(compiled.flags.dtype),
        "holder": np.where(only >= 0, only + six * len(nics), -1).astype(np.int64),
        "lands": lands.astype(np.int64),
        "address": nics[:, at.PLAIN_ADDRESS4 : at.PLAIN_ADDRESS6 + 1].T.ravel().astype(np.int64),
        "here": _twice(nics[:, at.PLAIN_VNET]).astype(np.int64),
        "fib_of": Rows.of(compiled.routes.paged, _twice(nics[:, at.PLAIN_TABLE])),
        "end_at": _twice(nics[:, at.PLAIN_AT]),
        "taken_at": _twice(nics[:, at.PLAIN_VM_AT]),
        "begun": _twice(begun),
        "arriving": _twice(plain["arrival"]),
        "no_way_out": nics[:, at.PLAIN_WAY4 : at.PLAIN_WAY6 + 1].T.ravel() == at.OUT_NONE,
        "leaving": _side(compiled, plain, at.PLAIN_OUT),
        "coming": _side(compiled, plain, at.PLAIN_IN),
        **_courses(plain),
    }


def _twice(column: Table) -> Table:
    """Return what is said of NICs, of their ends."""
    return np.concatenate([column, column])


def _side(compiled: Compiled, plain: dict[str, Any], column: int) -> Side:
    """Return the rules of NICs for one direction.

    Args:
        column: ``PLAIN_OUT`` or ``PLAIN_IN``.
    """
    rules, nics, briefs = compiled.rules, plain["plain_nics"], plain["briefs"].astype(np.int64)
    near, far, mine, others = rules.sources, rules.destinations, at.BRIEF_SOURCE, at.BRIEF_DESTINATION
    if column == at.PLAIN_IN:
        near, far, mine, others = far, near, others, mine
    number, words = briefs[:, at.BRIEF_SET], briefs[:, at.BRIEF_WORDS]
    chain = _twice(nics[:, column]).astype(np.int64)
    row, address = chain + 1, nics[:, at.PLAIN_ADDRESS4 : at.PLAIN_ADDRESS6 + 1].T.ravel()
    classes = near.at(number[row], np.maximum(address, 0).astype(np.int64))
    own = rules.bits[briefs[row, mine] + classes * words[row]]
    own[words[row] == 0] = 0
    every = np.arange(int(rules.protocol_class.max()) + 1) * words[:, None]
    passing = plain["briefs"][:, at.BRIEF_PASS : at.BRIEF_PASS + 2].copy().view(np.uint64).ravel()
    return Side(
        own,
        chain,
        ~passing,
        words,
        rules.bits[briefs[:, at.BRIEF_PROTOCOL, None] + every].ravel(),
        briefs[:, others],
        briefs[:, at.BRIEF_PORT],
        Rows.of(far, number),
        Rows.of(rules.destination_ports, number),
    )


def _courses(plain: dict[str, Any]) -> dict[str, Any]:
    """Return the tables of courses by name.

    * By way: ``way_asks``, whether the source must be inside the network; ``way_relays``, whether it leads to
      a relay; ``behind``, courses behind that, counted from ``first_course``. Without a relay a way is its
      own course.
    * By course: ``course_end``, 0, a code, ``OUTSIDE`` or ``UNSURE``; ``course_line``; ``course_vnet``, -1
      for the network it begins in; ``course_inside`` as in ``layout``; ``course_takes`` [course and kind].
    * By line of relays: ``line_length``, and ``line_steps``, a column per step.
    * By relay: ``relay_start``, ``relay_count``, ``relay_distribution``. ``one_hash``: all have the same one.
    """
    leads, courses, lines, relays = (plain[name] for name in ("leads", "courses", "lines", "relays"))
    relay, kind = leads[:, at.LEADS_RELAY], courses[:, at.COURSE_KIND]
    end = np.full(len(courses), UNSURE, np.int64)
    end[kind <= at.LEAD_PEER] = 0
    end[kind == at.LEAD_DROP] = courses[kind == at.LEAD_DROP, at.COURSE_CODE]
    end[kind == at.LEAD_INTERNET] = OUTSIDE
    vnet = courses[:, at.COURSE_VNET]
    takes = courses[:, at.COURSE_TAKES, None] >> np.arange(1 << KIND_BITS) & 1
    length = (lines > 0).sum(axis=1)
    return {
        "way_asks": (leads[:, at.LEADS_ON] & at.LEAD_INSIDE) != 0,
        "way_relays": relay > 0,
        "behind": Rows.of(plain["beyond"], np.maximum(relay - 1, 0)),
        "first_course": len(leads),
        "course_end": end,
        "course_line": courses[:, at.COURSE_LINE].astype(np.int64),
        "course_vnet": np.where(vnet >= 0, vnet, courses[:, at.COURSE_HERE]).astype(np.int64),
        "course_inside": courses[:, at.COURSE_INSIDE].astype(np.int64),
        "course_takes": takes.ravel() != 0,
        "line_length": length.astype(np.uint8),
        "line_steps": [step.astype(np.int64) for step in lines.T[: length.max()]],
        "relay_start": relays[:, at.RELAY_START].astype(np.int64),
        "relay_count": relays[:, at.RELAY_COUNT].astype(np.int64),
        "relay_distribution": relays[:, at.RELAY_DISTRIBUTION].astype(np.int64),
        "one_hash": len(np.unique(relays[1:, at.RELAY_DISTRIBUTION])) < 2,
    }
