"""`manage.py bench` prints what it measured; nobody is judged by the clock."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from tests.bench import bench_trials, bench_walk


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
    monkeypatch.setattr(bench_trials, "PEER_EVENTS", 500)
    out = io.StringIO()
    call_command("bench", only="trials", sizes="2", seconds=0.01, stdout=out)
    head, names, *rows, legend = out.getvalue().splitlines()
    assert head.startswith("trials: 20 trials")
    assert names.split()[:2] == ["flows", "design"]
    assert {"address-move", "balancer"} <= {row.split()[1] for row in rows}
    assert all(row.split()[-1].endswith("x") for row in rows)
    assert legend.startswith("open: ")


def test_an_unknown_bench_is_named() -> None:
    with pytest.raises(CommandError, match="There is no bench run; there are: "):
        call_command("bench", only="run")
