"""Tables of numbers as bytes: what is written is read again, aligned, and nothing is cut off silently."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sandbox.runs.columns import Layout, decode
from tests.conftest import ROOT

MIXED = Layout("mixed", (("name", "text"), ("big", "u4"), ("port", "u2"), ("set", "u1"), ("flags", "bits")))


def test_every_type_is_read_as_it_was_written() -> None:
    flags = np.array([[1, 0, 0, 0, 0, 0, 0, 0, 1], [0, 1, 1, 0, 0, 0, 0, 0, 0]], np.bool_)
    made = MIXED.rows(
        {
            "name": ["vm-ä", ""],
            "big": [7, 4_000_000_000],
            "port": [0, 65_535],
            "set": [True, 3],
            "flags": flags,
        },
        {"port": 443},
    )
    content = made.encode()
    assert len(content) % 8 == 0
    first, second = decode(content * 2)
    assert first.about == {"port": 443}
    for read in (first, second):
        assert read.table == "mixed"
        assert read.columns["name"] == ["vm-ä", ""]
        assert read.columns["big"].tolist() == [7, 4_000_000_000]
        assert read.columns["port"].tolist() == [0, 65_535]
        assert read.columns["set"].tolist() == [1, 3]
        assert (read.columns["flags"] == flags).all()


def test_browsers_are_tested_on_the_bytes_that_are_written() -> None:
    known = json.loads((ROOT / "static/src/protocol/columns.json").read_text(encoding="utf-8"))
    values = {**known["columns"], "flags": np.array(known["columns"]["flags"], np.bool_)}
    assert MIXED.rows(values, known["about"]).encode().hex() == known["hex"]


def test_a_table_without_rows() -> None:
    made = MIXED.rows({"name": [], "big": [], "port": [], "set": [], "flags": np.zeros((0, 9), np.bool_)})
    (read,) = decode(made.encode())
    assert {name: len(column) for name, column in read.columns.items()} == dict.fromkeys(
        ("name", "big", "port", "set", "flags"), 0
    )


@pytest.mark.parametrize("port", [65_536, -1])
def test_a_number_that_does_not_fit_is_refused(port: int) -> None:
    layout = Layout("ports", (("port", "u2"),))
    with pytest.raises(ValueError, match="port does not fit"):
        layout.rows({"port": [port]})


def test_columns_of_different_lengths_are_refused() -> None:
    layout = Layout("two", (("one", "u2"), ("other", "u2")))
    with pytest.raises(ValueError, match="one length"):
        layout.rows({"one": [1], "other": [1, 2]})
    with pytest.raises(ValueError, match="one length"):
        layout.rows({"one": [1]})


def test_other_bytes_are_no_columns() -> None:
    with pytest.raises(ValueError, match="no columns"):
        decode(b'{"rows": [1, 2, 3]}     ')
