"""Values of trials in a memory that does not grow, and draws of many trials at once."""

from __future__ import annotations

import random
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netcore.failover.draws import Draws
from netcore.failover.ratios import Pair
from netcore.failover.spread import BITS, EXACT, NEVER, TOP, Ranked, Spread, buckets
from netcore.failover.statistics import quantile
from netcore.failover.streams import Streams
from netcore.profiles.timing import timing_profile

values = st.lists(st.one_of(st.just(NEVER), st.integers(0, 1 << 45)), min_size=1, max_size=60)


def array(found: list[int]) -> np.ndarray:
    return np.array(found, np.int64)


@given(values, st.booleans(), st.integers(0, 60))
def test_a_cut_changes_nothing(found: list[int], rough: bool, cut: int) -> None:
    whole, first, second, joined = Spread(), Spread(), Spread(), Spread()
    whole.add(array(found), rough=rough)
    first.add(array(found[:cut]), rough=False)
    second.add(array(found[cut:]), rough=rough)
    for part in (second, first):
        joined.join(part.pairs(), rough=rough)
    assert joined.pairs() == whole.pairs()


@given(values)
def test_percentiles_are_values_and_at_most_a_thousandth_too_large(found: list[int]) -> None:
    rough = Spread()
    rough.add(array(found), rough=True)
    ranked, exact = rough.ranked(), sorted(inf if value < 0 else value for value in found)
    assert len(ranked) == len(exact)
    assert ranked[-1] == exact[-1]
    for rank, value in enumerate(exact):
        assert ranked[rank] in exact
        if value < 1 << TOP:
            assert value <= ranked[rank] <= value * (1 + 2**-BITS)


def test_few_trials_are_kept_as_they_are() -> None:
    found = [random.Random(number).randrange(10**9) for number in range(EXACT)]
    exact = Spread()
    exact.add(array(found), rough=False)
    assert list(exact.ranked()) == sorted(found)


def test_weights_count_as_so_many_values() -> None:
    weighted, plain = Spread(), Spread()
    weighted.add(array([7, NEVER, 5]), array([3, 2, 1]), rough=False)
    plain.add(array([7, NEVER, 5, 7, NEVER, 7]), rough=False)
    assert weighted.pairs() == plain.pairs() == [(5, 1), (7, 3), (None, 2)]


def test_no_bucket_is_wider_than_its_share() -> None:
    for bits in range(1, TOP):
        middle = (1 << bits) + (1 << bits >> 1)
        step = max(1, middle >> BITS)
        first, second = buckets(array([middle, middle + step]))
        assert second - first in (1, 2)


def test_ranks_run_from_either_end() -> None:
    ranked = Ranked([1.0, 2.0, inf], [2, 1, 1])
    assert list(ranked) == [1, 1, 2, inf]
    assert (ranked[-1], ranked[-3], ranked[2]) == (inf, 1, 2)
    with pytest.raises(IndexError):
        ranked[4]


@given(
    st.lists(
        st.tuples(*[st.sampled_from((NEVER, 0, 10**6, 3 * 10**6, 7 * 10**6))] * 2), min_size=1, max_size=30
    )
)
def test_ratios_are_those_of_pairs(found: list[tuple[int, int]]) -> None:
    """Where the faster one recovers late enough to be compared; never over something is never."""
    pair = Pair("a", "b")
    one, other = (array(list(side)) for side in zip(*found, strict=True))
    pair.add(one, other)
    for slow, rows in (("a", found), ("b", [(second, first) for first, second in found])):
        ratios = sorted(inf if mine < 0 else mine / theirs for mine, theirs in rows if theirs > 0)
        assert list(pair.ratios(slow)) == pytest.approx(ratios, rel=1e-6)
        if ratios:
            assert quantile(pair.ratios(slow), 0.5) == pytest.approx(quantile(ratios, 0.5), rel=1e-6)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("name", ["a", "probe.phase.vm", "x" * 107, "x" * 108, "x" * 300, "café"])
@pytest.mark.parametrize(("seed", "first"), [(0, 0), (7, 95), (2**63 - 1, 10**9)])
def test_draws_are_those_of_streams(seed: int, first: int, name: str, compiled: bool) -> None:
    found = Draws(seed, first, 12, compiled=compiled).uniform(name).tolist()
    assert found == [Streams(seed, first + trial).uniform(name) for trial in range(12)]


def test_numbers_of_a_profile_are_drawn_as_one_by_one() -> None:
    timing = timing_profile("published")
    kinds = {}
    for name, number in timing.parameters.items():
        if number.kind != "choice":
            kinds.setdefault(number.kind, name)
    assert len(kinds) == 6
    for name in kinds.values():
        found = Draws(3, 0, 40).of(timing[name], name).tolist()
        assert found == [timing[name].draw(Streams(3, trial).uniform(name)) for trial in range(40)]
