"""`manage.py bench --only G3,G5`: goals by name, judged by their readings and not by the clock."""

from __future__ import annotations

import io
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

import netcore
from tests.bench import page, verdicts
from tests.bench.goals import browser, goals
from tests.bench.measure import Goal, Mismatch, Target, missing, no_readings, paired, slope
from tests.bench.run_goal import readings

GOAL = Goal(
    "G0",
    "adding numbers",
    (Target("slow sum", ">=", 10), Target("error, s", "<=", 0.1, spread=False)),
    lambda tiny: tiny,
    lambda made, repetitions: {"slow sum": [12.0] * repetitions, "error, s": [0.0]},
)


def judged(*runs: dict[str, Any]) -> list[str]:
    return [verdict.line for verdict in verdicts.judge(GOAL, runs)]


def read(values: list[float]) -> dict[str, Any]:
    return {"readings": {"slow sum": values, "error, s": [0.0]}}


@pytest.mark.parametrize("name", [name for name in goals() if not name.startswith("B")])
def test_ours_and_the_peers_of_a_goal_agree_on_a_tiny_network(name: str) -> None:
    goal = goals()[name]
    found = readings(goal, 1, tiny=True)
    assert "mismatch" not in found
    if "not_measured" in found:
        assert len(found["not_measured"]) > 20
    else:
        assert set(found["readings"]) == {target.name for target in goal.targets}


@pytest.mark.parametrize("vms", [25, 300])
def test_the_drawing_of_the_browser_can_be_run_and_its_vms_reach_each_other(vms: int) -> None:
    network = netcore.compile(netcore.load(browser.drawing(vms)))
    packet = {"source": "vms/vm0", "destination": f"vms/vm{vms - 1}", "protocol": "tcp"}
    found = netcore.trace(
        network, netcore.Packet.model_validate({**packet, "destination_port": 443}), netcore.State()
    )
    assert found.forward.verdict.outcome == "delivered"


def test_goals_have_names_of_their_own_and_come_in_order() -> None:
    names = list(goals())
    assert names[0] == "B1" and names[-1] == "S9"
    assert names.index("G9b") == names.index("G9") + 1
    for goal in goals().values():
        targets = [target.name for target in goal.targets]
        assert len(set(targets)) == len(targets) > 0


def test_the_worst_of_three_medians_counts() -> None:
    lines = judged(read([12, 13, 12]), read([11, 11.5, 12]), read([13, 13, 13]))
    assert lines == [
        "G0 11.5 >= 10 ok (slow sum; spread 9%)",
        "G0 0 <= 0.1 ok (error, s)",
    ]


def test_a_promise_that_is_not_kept_fails() -> None:
    assert judged(read([9, 9, 9]))[0] == "G0 9 >= 10 FAIL (slow sum; spread 0%)"


def test_exponents_spread_as_the_times_do_that_they_stand_for() -> None:
    grown = Goal("S0", "adding", (Target("exponent", "<=", 0.5, range=100),), lambda tiny: tiny, no_readings)
    (near,) = verdicts.judge(grown, [{"readings": {"exponent": [0.0, 0.01, 0.02]}}])
    assert near.line == "S0 0.01 <= 0.5 ok (exponent; spread 10%)"
    (far,) = verdicts.judge(grown, [{"readings": {"exponent": [0.0, 0.01, 0.06]}}])
    assert far.word == "not measured"


def test_a_run_that_spreads_is_discarded_and_said() -> None:
    line = judged(read([12, 12, 12]), read([5, 12, 20]))[0]
    assert line == ("G0 12 >= 10 ok (slow sum; spread 0%; 1 of 2 runs discarded, they spread over 25%)")
    line = judged(read([5, 12, 20]))[0]
    assert line == ("G0 not measured: the readings spread over 25% of their median: 12 with 125% (slow sum)")


def test_what_is_not_measured_and_what_differs_give_no_figure() -> None:
    assert judged({"not_measured": "no server"}) == [
        "G0 not measured: no server (slow sum)",
        "G0 not measured: no server (error, s)",
    ]
    assert judged({"mismatch": "3 and 4"})[0] == "G0 FAIL: ours and the peer differ: 3 and 4 (slow sum)"


def test_a_process_tells_why_there_are_no_readings() -> None:
    def differ(_tiny: bool) -> None:
        raise Mismatch("3 and 4")

    assert readings(Goal("G0", "", (), missing("why"), no_readings), 1) == {"not_measured": "why"}
    assert readings(Goal("G0", "", (), differ, no_readings), 1) == {"mismatch": "3 and 4"}
    assert readings(GOAL, 2) == {"readings": {"slow sum": [12.0, 12.0], "error, s": [0.0]}}


def test_pairs_and_slopes() -> None:
    ticks = iter([0, 1, 1, 11, 0, 2, 2, 12])
    found = paired(lambda: None, lambda: None, 2, (1, 2), lambda: float(next(ticks)))
    assert found == [5.0, 2.5]
    assert slope([1, 10, 100], [2, 20, 200]) == pytest.approx(1)


def test_the_command_prints_a_line_for_each_promise_and_writes_the_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(page, "PAGE", tmp_path / "performance.md")
    monkeypatch.setattr(verdicts, "in_processes", lambda group, *_: [asleep("the machine sleeps", group)])
    out = io.StringIO()
    call_command("bench", only="G8, G7b", stdout=out)
    head, *lines = out.getvalue().splitlines()
    assert head.startswith("machine: ") and "Python" in head
    told = [line.split(":")[0] for line in lines if not line.startswith("took ")]
    assert told == ["G7b not measured"] * 2 + ["G8 not measured"] * 2
    assert [line.rsplit(": ")[-1] for line in lines if line.startswith("took ")] == ["G7b", "G8"]
    written = page.PAGE.read_text(encoding="utf-8")
    assert "the machine sleeps" in written and page.machine() in written

    monkeypatch.setattr(verdicts, "in_processes", lambda group, *_: [asleep("it is awake", group)])
    call_command("bench", only="G8", stdout=io.StringIO())
    again = page.PAGE.read_text(encoding="utf-8")
    assert again.count("it is awake") == 2 and again.count("the machine sleeps") == 2


def asleep(why: str, group: list[Goal]) -> dict[str, Any]:
    return {goal.id: {"not_measured": why} for goal in group}


def test_goals_that_share_their_preparation_share_a_process() -> None:
    known = goals()
    groups = verdicts.alike([known["G7"], known["G8"], known["S7"]])
    assert [[goal.id for goal in group] for group in groups] == [["G7", "S7"], ["G8"]]
    asked = []

    def prepare(tiny: bool) -> bool:
        asked.append(tiny)
        return tiny

    kept: dict[Any, Any] = {}
    for name in ("G0", "G01"):
        readings(Goal(name, "", (), prepare, no_readings), 1, kept=kept)
    assert asked == [False]


def test_goals_measured_on_another_machine_name_it() -> None:
    rows = "| G7 | old | a | 1 | >= 1 | ok | | | day |\n"
    rows += "| C1 | old | a | 1 | >= 1 | ok | 3% | one process | day |\n"
    once = page.text(goals(), [], "2026-01-01", f"Machine: another.\n{rows}")
    assert "| G7 | old | a | 1 | >= 1 | ok | | on another | day |" in once
    assert "| C1 | old | a | 1 | >= 1 | ok | 3% | one process; on another | day |" in once
    again = page.text(goals(), [], "2026-01-01", once.replace(page.machine(), "a third"))
    assert again.count("on another |") == 2 and "on a third" not in again


def test_an_unknown_goal_is_named() -> None:
    with pytest.raises(CommandError, match=r"There is no bench G99, fast; there are: .*walk, B1"):
        call_command("bench", only="G99,walk,fast")


def test_a_package_that_is_missing_now_keeps_the_version_its_lines_were_measured_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(page, "PACKAGES", ("numpy", "no-such-peer", "never-there"))
    before = f"Machine: {page.machine()}.\nVersions: Python 3.1, numpy 0.1, no-such-peer 1.2.3.\n"
    again = page.text(goals(), [], "2026-01-01", before)
    assert f"numpy {version('numpy')}, no-such-peer 1.2.3, never-there not installed.\n" in again
    third = page.text(goals(), [], "2026-01-02", again)
    assert "no-such-peer 1.2.3, never-there not installed.\n" in third
    elsewhere = page.text(goals(), [], "2026-01-01", before.replace(page.machine(), "another"))
    assert "no-such-peer 1.2.3" in elsewhere
