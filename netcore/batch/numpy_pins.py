"""Backends of flows in the numpy kernel, where flows that have a backend already are asked about."""

from __future__ import annotations

import numpy as np

from netcore.batch import codes
from netcore.batch import layout as at
from netcore.batch.numpy_memory import canonical
from netcore.batch.numpy_state import HARD, OPENING, TCP, UDP, State
from netcore.batch.sheets import Table


def backend_of(s: State, rows: Table, balancer: Table, rule: Table) -> tuple[Table, Table, Table]:
    """As ``backends.backend_for``.

    Returns: NIC and address of the backend, and 0 or the code of the drop, or ``HARD``.
    """
    said, group = s.t.lb_rules[rule].astype(np.int64), s.t.rosters[rule].astype(np.int64)
    ends, ports = canonical(*s.five(rows))
    pin = s.pins.find(rows, balancer, ends, ports)
    pinned = _pinned(s, rows, group, pin)
    entry = s.t.roster[pinned].astype(np.int64)
    flags = np.where(pinned >= 0, entry[:, at.ROSTER_FLAGS], 0)
    kept = (pinned >= 0) & _stays(s, rows, group[:, at.ROSTERS_FLAGS], flags)
    code = np.where(kept, _ended(s, rows, group[:, at.ROSTERS_FLAGS], flags, entry[:, at.ROSTER_NIC]), 0)
    hard = (kept & ((flags & at.HARD) != 0)) | ((said[:, at.RULE_FLAGS] & at.HARD) != 0)
    nic, address = entry[:, at.ROSTER_NIC].copy(), entry[:, at.ROSTER_ADDRESS].copy()
    count = said[:, at.RULE_COUNT]
    code[~kept & (count == 0)] = codes.LB_NO_HEALTHY
    new = np.flatnonzero(~kept & ~hard & (count > 0))
    if len(new):
        best = s.choose(
            rows[new],
            s.t.member_chooser,
            said[new, at.RULE_MEMBERS],
            count[new],
            said[new, at.RULE_DISTRIBUTION],
        )
        s.chose[rows[new]] |= count[new] > 1
        member = s.t.members[best].astype(np.int64)
        nic[new], address[new] = member[:, at.MEMBER_NIC], member[:, at.MEMBER_ADDRESS]
        hard[new] |= s.pins.put(rows[new], balancer[new], ends[new], ports[new], member[:, at.MEMBER_NAME])
    code[hard] = HARD
    return nic, address, code


def _pinned(s: State, rows: Table, group: Table, pin: Table) -> Table:
    """Return the row of the roster that a flow belongs to, or -1."""
    name = s.pins.value(pin, rows, 0)
    found = np.full(len(rows), -1, np.int64)
    if not (pin >= 0).any():
        return found
    for step in range(int(group[:, at.ROSTERS_COUNT].max(initial=0))):
        row = np.minimum(group[:, at.ROSTERS_START] + step, len(s.t.roster) - 1)
        hit = (step < group[:, at.ROSTERS_COUNT]) & (pin >= 0) & (s.t.roster[row, at.ROSTER_NAME] == name)
        found[hit] = row[hit]
    return found


def _stays(s: State, rows: Table, group: Table, flags: Table) -> Table:
    """As ``backends._stays``."""
    by_kind = (s.protocol[rows] != UDP) & (
        ((group & (at.SOME_HEALTHY | at.KEEPS_LAST)) != 0) | ((flags & at.DRAINED) != 0)
    )
    told = (group & (at.ALL_STAY | at.NONE_STAYS)) != 0
    found: Table = ((flags & at.IN_ROTATION) != 0) | np.where(told, (group & at.ALL_STAY) != 0, by_kind)
    return found


def _ended(s: State, rows: Table, group: Table, flags: Table, nic: Table) -> Table:
    """As ``backends._ended``: 0, or the code by which an established flow ends."""
    vm = s.t.nics[nic, at.NIC_VM].astype(np.int64)
    known = (vm >= 0) & (nic >= 0)
    if s.phase == OPENING:
        known[:] = False
    out = (flags & (at.IN_ROTATION | at.DRAINED)) == 0
    reset = known & out & ((group & at.RESETS) != 0) & (s.protocol[rows] == TCP)
    lasts = (s.protocol[rows] != UDP) | ((group & at.ALL_STAY) != 0)
    dead = known & lasts & ((s.t.vms[vm, at.VM_FLAGS] & at.RUNS) == 0)
    return np.select([reset, dead], [codes.LB_FLOW_RESET, codes.LB_FLOW_PINNED_DEAD], 0)
