"""`manage.py bench` prints what it measured; nobody is judged by the clock."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

import netcore
from tests.bench import bench_trials, bench_walk
from tests.bench.measure import Mismatch
from tests.bench.peers import failover as failover_peers
from tests.netcore.failover.scenes import FAULT


def test_the_bench_of_the_walk_prints_one_line_for_each_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_walk, "FLOWS", 40)
    monkeypatch.setattr(bench_walk, "CHUNK", 20)
    out = io.StringIO()
    call_command("bench", only="walk", sizes="60,120", seconds=0.01, stdout=out)
    lines = out.getvalue().splitlines()
    assert [line.split()[0] for line in lines] == ["walk:", "VMs", "60", "120", "growth:"]
    assert all(float(number.replace(",", "")) > 0 for number in lines[2].split()[4:9])


def test_the_bench_of_trials_prints_one_line_for_each_design(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_trials, "TRIALS", 200)
    monkeypatch.setattr(bench_trials, "PEER_TRIALS", 1)
    monkeypatch.setattr(bench_trials, "GATE_TRIALS", 1)
    monkeypatch.setattr(bench_trials, "GATE_FLOWS", 1)
    monkeypatch.setattr(bench_trials, "PEER_FLOW_S", 200)
    out = io.StringIO()
    call_command("bench", only="trials", sizes="2", seconds=0.01, stdout=out)
    head, *rows, legend = out.getvalue().splitlines()
    assert head.startswith("trials: 20 trials")
    same = [row.split()[1].rstrip(",") for row in rows if row.startswith("same: ")]
    names, *rows = rows[len(same) :]
    assert names.split()[:2] == ["flows", "design"]
    assert {"address-move", "balancer"} <= set(same) == {row.split()[1] for row in rows}
    assert all(row.endswith(("x", "not played: its trials are too long")) for row in rows)
    assert any(row.endswith("x") for row in rows)
    assert legend.startswith("open: ")


def test_nothing_is_measured_where_the_peer_disagrees(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = bench_trials.drawing(1)
    design = next(found for found in netcore.designs(scenario) if found.id == "balancer")
    opened = failover_peers.Opened(scenario, design, FAULT, netcore.timing_profile("published"))
    assert "recovery" in failover_peers.agree(opened, 1, 100)
    wrong = failover_peers.Played(1, 1.0, 1)
    monkeypatch.setattr(failover_peers, "by_packets", lambda *_: wrong)
    with pytest.raises(Mismatch, match=r"balancer: recovery .* s and 0\.000 s"):
        failover_peers.agree(opened, 1, 100)


def test_an_unknown_bench_is_named() -> None:
    with pytest.raises(CommandError, match="There is no bench run; there are: "):
        call_command("bench", only="run")
