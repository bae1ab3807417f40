"""The command line: what it prints, and the exit codes that scripts build on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netcore.__main__ import main
from tests.conftest import ROOT

SEEDS = ROOT / "sandbox" / "scenarios" / "seeds"
FIREWALLS = str(SEEDS / "two-firewalls.json")
ARM = ROOT / "tests" / "netcore" / "formats" / "fixtures" / "two-appliances.json"


def test_check_says_yes_of_a_sound_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", FIREWALLS]) == 0
    assert capsys.readouterr().out == "problems: 0\n"


def test_check_says_every_problem_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(SEEDS / "with-problems.json")]) == 1
    *lines, last = capsys.readouterr().out.splitlines()
    assert len(lines) > 1
    assert last == f"problems: {len(lines)}"
    assert all(line.startswith("/") for line in lines)


def test_routes_are_a_table_in_the_portals_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["routes", FIREWALLS, "web1-nic"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split("  ")[0] == "Source"
    assert any(
        row.split() == ["User", "Active", "0.0.0.0/0", "VirtualAppliance", "172.16.136.68"] for row in rows
    )


def test_a_delivered_trace_exits_with_0_and_a_dropped_one_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", FIREWALLS, "vms/web1", "hosts/client"]) == 0
    assert "Delivered" in capsys.readouterr().out
    assert main(["trace", FIREWALLS, "vms/web1", "224.0.0.5", "--protocol", "89"]) == 1
    assert "Dropped" in capsys.readouterr().out


def test_a_trace_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", FIREWALLS, "vms/web1", "hosts/client", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["forward"]["verdict"]["outcome"] == "delivered"


def test_a_trace_told_as_a_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", FIREWALLS, "vms/web1", "hosts/client"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("The request arrives, and the answer comes back.\nThe request, ")
    assert main(["trace", FIREWALLS, "vms/web1", "hosts/client", "--explain"]) == 0
    assert capsys.readouterr().out == told


def test_two_profiles_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["compare", FIREWALLS, "vms/web1", "hosts/client", "--profiles", "azure-2026", "azure-2021"]
    assert main([*asked, "--protocol", "esp"]) == 1
    out = capsys.readouterr().out
    assert "azure-2021\n  fabric " in out
    assert out.endswith("different\n")
    assert main([*asked, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["same"] is True


def test_what_would_deliver_a_packet(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["why", FIREWALLS, "vms/web1", "hosts/client"]) == 0
    assert capsys.readouterr().out.startswith("Delivered: ")
    document = json.loads(Path(FIREWALLS).read_text(encoding="utf-8"))
    document["topology"]["vms"]["web1"]["power"] = "stopped"
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(document), encoding="utf-8")
    assert main(["why", str(broken), "vms/web1", "hosts/client"]) == 1
    assert "1. Start web1." in capsys.readouterr().out
    assert main(["why", str(broken), "vms/web1", "hosts/client", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["edits"][0]["kind"] == "vm.start"


def test_what_a_guest_believes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["guest", FIREWALLS, "web1"]) == 0
    assert "\nroutes\n" in capsys.readouterr().out
    assert main(["guest", FIREWALLS, "web1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["vm"] == "web1"
    assert main(["guest", FIREWALLS, "gone"]) == 2


def test_what_an_edit_did(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["diff", FIREWALLS, FIREWALLS]) == 0
    assert capsys.readouterr().out.startswith("0 changes; ")
    document = json.loads(Path(FIREWALLS).read_text(encoding="utf-8"))
    document["topology"]["vms"]["web1"]["power"] = "stopped"
    after = tmp_path / "after.json"
    after.write_text(json.dumps(document), encoding="utf-8")
    assert main(["diff", FIREWALLS, str(after)]) == 1
    assert "closed: vms/web1 -> hosts/client tcp/443" in capsys.readouterr().out
    assert main(["diff", FIREWALLS, str(after), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["closed"]


BOTH = ("--design", "address-move", "--design", "balancer")


def test_a_failover_tells_each_design_and_when_packets_flow_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", FIREWALLS, "--seed", "3", *BOTH]) == 0
    out = capsys.readouterr().out
    assert out.count("new flows recover:") == 2
    assert "never" not in out


def test_trials_print_the_percentiles_of_each_design(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trials", FIREWALLS, "-n", "200", "--seed", "3", *BOTH]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.startswith("200 trials, seed 3")
    assert len(rows) == 2
    assert all("p99 -" in row for row in rows)  # 200 trials are too few for it


def test_an_import_is_a_document_that_can_be_checked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["import", str(ARM)]) == 0
    made = tmp_path / "scenario.json"
    made.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["check", str(made)]) == 0


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["check", "no-such-file"], "No such file"),
        (["trace", FIREWALLS, "vms/nobody", "hosts/client"], "nobody"),
        (["trace", FIREWALLS, "nonsense", "hosts/client"], "no packet"),
        (["routes", FIREWALLS, "no-nic"], "no NIC no-nic"),
        (["simulate", str(SEEDS / "first-packet.json")], "fault"),
        (["simulate", FIREWALLS, "--fault", "nothing"], "nothing"),
        (["simulate", FIREWALLS, "--design", "magic"], "magic"),
        (["trials", FIREWALLS, "-n", "0"], "at least 1"),
        (["import", FIREWALLS], "template"),
    ],
)
def test_what_cannot_be_asked_exits_with_2_and_says_why(
    argv: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2
    assert words in capsys.readouterr().err


def test_a_document_with_problems_is_not_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", str(SEEDS / "with-problems.json"), "vms/a", "vms/b"]) == 2
    assert "/topology/" in capsys.readouterr().err
