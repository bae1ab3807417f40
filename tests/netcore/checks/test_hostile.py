"""What is huge, looping or malformed ends as ungraded, by counting steps: the same on every machine."""

from __future__ import annotations

from typing import Any

import pytest

from netcore.checks.grading.case import LARGEST, Budget, CannotGrade, things
from tests.netcore.build import Net, net
from tests.netcore.checks.grade import find


def many(count: int) -> Net:
    """[m0], [m1] ... each in a subnet of its own."""
    drawn = net().vnet("v", "10.0.0.0/8")
    for number in range(count):
        place = f"10.{number // 250}.{number % 250}"
        drawn.subnet(f"s{number}", f"{place}.0/24").vm(f"m{number}", f"s{number}", f"{place}.4")
    return drawn


@pytest.mark.parametrize(
    "check",
    [
        {"delivers": "vms/* <-> vms/*"},
        {"drops": {"flow": "vnets/v -> vnets/v"}},
        {"never": {"loops": True}},
        {"opens_nothing": {}},
        {"all": [{"after": {"changes": {"stop": "m1"}, "check": {"delivers": "m0 -> m2"}}}] * 40},
        {"holds": {"prompt": "?", "given": {"stop": "m1"}, "check": {"delivers": "vms/* -> vms/*"}}},
    ],
)
def test_work_that_does_not_end_soon_is_cut_off_at_the_same_step(check: dict[str, Any]) -> None:
    drawn, left = many(60), []
    for _ in range(2):
        budget = Budget(6_000)
        with pytest.raises(CannotGrade, match="more steps"):
            find(check, drawn, budget=budget, answers="yes")
        left.append(budget.left)
    assert left[0] == left[1]


def test_a_drawing_counts_alike_with_and_without_its_defaults() -> None:
    drawn = many(20)
    bare, full = things(drawn.raw["topology"]), things(drawn.scenario().topology.model_dump(mode="json"))
    assert bare <= full <= bare + 20, "only guests are written out"
    assert things(many(900).raw["topology"]) > LARGEST


def test_nesting_costs_no_recursion() -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"a": deep}
    assert things(deep) == 100_000
