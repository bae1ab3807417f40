"""Routes that come and go one by one: after any number of them the tables say what a recompile says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netcore.batch import live_routes
from tests.bench.goals.edits import applied, drawn, equal_to_a_recompile
from tests.bench.measure import Mismatch
from tests.bench.workload import TINY, build

SEEDS = st.integers(0, 10_000)


@given(network=SEEDS, seed=SEEDS, tries=st.integers(0, 60))
def test_updated_routes_are_those_of_a_recompile(network: int, seed: int, tries: int) -> None:
    made = drawn(build(replace(TINY, seed=network)), tries, seed)
    live, _ = applied(made)
    equal_to_a_recompile(made, live)


def test_atoms_may_be_more_than_there_was_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_routes, "ROOM", 2)
    made = drawn(build(TINY), 60)
    live, _ = applied(made)
    equal_to_a_recompile(made, live)


def test_a_route_that_was_forgotten_is_seen() -> None:
    made = drawn(build(TINY), 60)
    live, _ = applied(made._replace(work=made.work[:-1]))
    with pytest.raises(Mismatch):
        equal_to_a_recompile(made, live)
