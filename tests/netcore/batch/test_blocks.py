"""Packets that the compiled kernel answers together: more where many rules begin, with the same answers."""

from __future__ import annotations

import numpy as np
import pytest

import netcore
from netcore.batch import kernel_numba
from netcore.batch.tables import tables_of
from tests.netcore.batch.test_forward import drawn, many


def test_many_rules_to_begin_with_make_long_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_numba, "BLOCK", 64)
    monkeypatch.setattr(kernel_numba, "LONGEST_BLOCK", 1_000)
    t = tables_of(netcore.compile_network(drawn().network()))
    three = t._replace(buckets=np.array([8, 8, 3, 9], np.uint16))
    none = t._replace(buckets=np.zeros(0, np.uint16))
    assert kernel_numba.block_of(three, 5_000, 1) == 3 * kernel_numba.SHARING
    assert kernel_numba.block_of(three, 2_000, 2) == 250  # each thread has some
    assert kernel_numba.block_of(none, 5_000, 1) == 64
    assert kernel_numba.block_of(three, 10, 1) == 64
    many_kinds = t._replace(buckets=np.arange(300, dtype=np.uint16))
    assert kernel_numba.block_of(many_kinds, 1 << 20, 1) == 1_000


def test_blocks_change_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = netcore.compile_network(drawn().network())
    asked = many(compiled, 5_000)
    usual = netcore.forward(compiled, asked, engine="numba")
    monkeypatch.setattr(kernel_numba, "BLOCK", 64)
    monkeypatch.setattr(kernel_numba, "LONGEST_BLOCK", 777)
    other = netcore.forward(compiled, asked, engine="numba")
    for leg in ("forward", "back", "third"):
        for column in ("outcome", "code", "at", "hops", "way"):
            assert (getattr(getattr(usual, leg), column) == getattr(getattr(other, leg), column)).all()
