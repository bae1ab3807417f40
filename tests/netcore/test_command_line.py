"""The command line: what it prints, and the exit codes that scripts build on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netcore.__main__ import main
from netcore.failover.validation.drawings import named
from tests.conftest import ROOT
from tests.netcore.build import net

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
    assert main(["difference", FIREWALLS, FIREWALLS]) == 0
    assert main(["difference", FIREWALLS, str(after)]) == 1
    assert "closed: From " in capsys.readouterr().out
    assert main(["difference", FIREWALLS, str(after), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["changes"]


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


def changed(tmp_path: Path, **parts: object) -> str:
    """Return the two firewalls with parts of the topology replaced; keys are ``kind__id__field``."""
    document = json.loads(Path(FIREWALLS).read_text(encoding="utf-8"))
    for path, value in parts.items():
        place = document["topology"]
        *keys, last = path.split("__")
        for key in keys:
            place = place.setdefault(key, {})
        place[last] = value
    file = tmp_path / "changed.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return str(file)


def test_ends_may_be_ids_paths_names_or_addresses(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", FIREWALLS, "vms/web1", "hosts/client"]) == 0
    told = capsys.readouterr().out
    for one, other in (("web1", "client"), ("web1", "198.51.100.10"), ("vms/web1", "client")):
        assert main(["trace", FIREWALLS, one, other]) == 0
        assert capsys.readouterr().out == told
    assert main(["trace", FIREWALLS, "Appliance 1", "client"]) == 0
    assert "The guest of Appliance 1 uses" in capsys.readouterr().out
    assert main(["guest", FIREWALLS, "vms/web1"]) == main(["guest", FIREWALLS, "web1"]) == 0


def test_an_end_that_is_not_clear_is_asked_back(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = changed(tmp_path, hosts__web1={"name": "web1", "address": "198.51.100.77"})
    assert main(["trace", file, "web1", "client"]) == 2
    assert capsys.readouterr().err == "web1 may be vms/web1 or hosts/web1. Say which.\n"
    assert main(["guest", file, "web1"]) == 0


def test_nothing_of_the_languages_below_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither Python's words nor those of the library that reads documents."""
    assert main(["guest", FIREWALLS, "fw1"]) == 0
    told = capsys.readouterr().out
    assert "172.16.136.5 (lease)" in told
    assert main(["trace", FIREWALLS, "web1", "client", "--protocol", "foo"]) == 2
    told += capsys.readouterr().err
    for word in ("{", "True", "None", "pydantic", "validation error", "input_value"):
        assert word not in told


def test_steps_count_from_1_and_no_word_is_doubled(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", FIREWALLS, "web1", "client"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[0] == "1"
    asked = ["compare", FIREWALLS, "web1", "client", "--profiles", "azure-2026", "azure-2021"]
    assert main([*asked, "--protocol", "esp"]) == 1
    assert main(["explain", FIREWALLS, "web1", "client"]) == 0
    lines += capsys.readouterr().out.splitlines()
    assert any(line.startswith("packet 1 (forward), step ") for line in lines)
    assert not [line for line in lines if line.lower().count("delivered") > 1]


def test_an_invalid_route_says_what_overrode_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["routes", FIREWALLS, "nics/web1-nic"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.endswith("Overridden by")
    invalid = [row for row in rows if " Invalid " in row]
    assert invalid
    assert all(row.split()[-1].startswith("route_tables/rt-protected/routes/") for row in invalid)
    assert main(["routes", FIREWALLS, "web1"]) == 0  # the one NIC of a VM
    assert capsys.readouterr().out.splitlines() == [head, *rows]


def test_the_rules_of_a_nic(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", FIREWALLS, "web1"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("Inbound: 4\n  Level   Group")
    assert "\nOutbound: 4\n" in told
    assert main(["rules", FIREWALLS, "web1", "--direction", "Inbound", "--json"]) == 0
    assert {json.loads(line)["direction"] for line in capsys.readouterr().out.splitlines()} == {"Inbound"}


def test_the_health_of_backends(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["health", FIREWALLS]) == 0
    assert capsys.readouterr().out.splitlines()[1].split() == ["elb", "http", "firewalls", "fw1", "yes"]
    file = changed(tmp_path, vms__fw1__power="stopped")
    assert main(["health", file]) == 1
    assert " no " in capsys.readouterr().out
    assert main(["health", file, "--json"]) == 1
    assert not json.loads(capsys.readouterr().out.splitlines()[0])["healthy"]
    assert main(["health", str(SEEDS / "first-packet.json")]) == 0
    assert "no balancing rule" in capsys.readouterr().out


def test_the_hops_of_a_traceroute(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["traceroute", FIREWALLS, "web1", "client"]) == 0
    first, second = (line.split() for line in capsys.readouterr().out.splitlines())
    assert first in (["1", "vms/fw1"], ["1", "vms/fw2"])  # the hash takes one appliance
    assert second == ["2", "hosts/client"]


def test_warnings_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["warnings", FIREWALLS]) == 0
    assert capsys.readouterr().out == "warnings: 0\n"


def test_switches_tell_what_holds_here(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    document = json.loads(Path(FIREWALLS).read_text(encoding="utf-8"))
    document["switches"] = {"traceroute": False}
    file = tmp_path / "switched.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    assert main(["switches", str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "profile azure-2026"
    assert next(line for line in lines if line.startswith("traceroute")).split()[1:3] == ["no", "yes"]
    assert main(["traceroute", str(file), "web1", "client"]) == 1
    assert "has no traceroute" in capsys.readouterr().out


def test_designs_that_can_be_played_and_why_not_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["designs", FIREWALLS]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.startswith("appliance-1-fails (crash): ")
    assert {line.split()[0] for line in lines} == {"yes", "no"}
    assert all(len(line.split()) > 3 for line in lines)
    assert main(["designs", FIREWALLS, "--json"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all(row["playable"] == (row["refusal"] is None) for row in found)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["check", "no-such-file"], "No such file"),
        (["trace", FIREWALLS, "vms/nobody", "hosts/client"], "nobody"),
        (
            ["trace", FIREWALLS, "nonsense", "hosts/client"],
            "FROM is vms/ID or hosts/ID; nothing is called nonsense",
        ),
        (["trace", FIREWALLS, "web9", "client"], "Did you mean vms/web1?"),
        (["trace", FIREWALLS, "vm/web1", "client"], "Did you mean vms/web1?"),
        (["trace", FIREWALLS, "web1", "10.0.0.999"], "or an address; nothing is called 10.0.0.999"),
        (
            ["trace", FIREWALLS, "web1", "client", "--protocol", "foo"],
            "--protocol foo is no protocol: it is icmp,",
        ),
        (["trace", FIREWALLS, "web1", "client", "--port", "70000"], "--port 70000 is no port"),
        (["guest", FIREWALLS, "web9"], "Did you mean vms/web1?"),
        (["routes", FIREWALLS, "fw1"], "several NICs: fw1-external, fw1-internal"),
        (["simulate", FIREWALLS, "--design", "balancr"], "Did you mean balancer?"),
        (["designs", FIREWALLS, "--fault", "nothing"], "it has appliance-1-fails"),
        (["routes", FIREWALLS, "no-nic"], "nothing is called no-nic"),
        (["simulate", str(SEEDS / "first-packet.json")], "fault"),
        (["simulate", FIREWALLS, "--fault", "nothing"], "nothing"),
        (["simulate", FIREWALLS, "--design", "magic"], "magic"),
        (["trials", FIREWALLS, "-n", "0"], "at least 1"),
        (["simulate", FIREWALLS, "--seed", "-1"], "--seed is a whole number from 0 to 2^63 - 1"),
        (["trials", FIREWALLS, "--seed", "1" + "0" * 28], "--seed is a whole number from 0 to 2^63 - 1"),
        (["sweep", FIREWALLS, "probe.interval", "nan"], "VALUE nan is no number"),
        (["sweep", FIREWALLS, "probe.interval", "5", "inf"], "VALUE inf is no number"),
        (["sweep", FIREWALLS, "probe.interval", "1e308"], "between 5 and 2147483, not at 1e+308"),
        (["simulate", FIREWALLS, *["--design", "balancer"] * 2], "--design balancer is given more than once"),
        (["validate", "--write", "/nonexistent/page.md"], "/nonexistent/page.md: No such file"),
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


def test_a_trace_to_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drawn = tmp_path / "named.json"
    drawn.write_text(named({}).model_dump_json(by_alias=True, exclude_unset=True))
    for end in ("traffic_managers/site", "site", "site.example"):
        assert main(["trace", str(drawn), "client", end]) == 0
        assert "DNS answers site.example with 203.0.113.10" in capsys.readouterr().out
    assert main(["trace", str(drawn), "site", "client"]) == 2


def test_reach_says_with_which_headers(capsys: pytest.CaptureFixture[str]) -> None:
    balancer = str(SEEDS / "failover-01-balancer.json")
    assert main(["reach", balancer, "internet", "203.0.113.10"]) == 0
    assert "connects" in capsys.readouterr().out
    assert main(["reach", balancer, "internet", "203.0.113.10", "--protocol", "udp", "--json"]) == 1
    assert json.loads(capsys.readouterr().out.splitlines()[0])["connects"]["count"] == 0
    assert main(["reach", balancer, "vms/nobody", "203.0.113.10"]) == 2


def test_never_has_a_proof_or_a_counterexample(capsys: pytest.CaptureFixture[str]) -> None:
    balancer = str(SEEDS / "failover-01-balancer.json")
    assert main(["never", balancer, "internet", "vms/web1", "--protocol", "tcp", "--ports", "22"]) == 0
    assert capsys.readouterr().out.startswith("Never:")
    assert main(["never", balancer, "internet", "vms/web1"]) == 1
    assert capsys.readouterr().out.startswith("It can:")
    assert main(["never", balancer, "internet", "vms/web1", "--ports", "x"]) == 2


def test_exposed_and_shadowed_are_lists(capsys: pytest.CaptureFixture[str]) -> None:
    balancer = str(SEEDS / "failover-01-balancer.json")
    assert main(["exposed", balancer]) == 0
    assert "203.0.113.10" in capsys.readouterr().out
    assert main(["shadowed", balancer]) in (0, 1)
    assert "never decide:" in capsys.readouterr().out


def test_matrix_names_classes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["matrix", FIREWALLS, "--port", "443"]) == 0
    assert "pairs of VMs" in capsys.readouterr().out
    assert main(["matrix", FIREWALLS, "--protocol", "nothing"]) == 2


def test_classes_say_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classes", FIREWALLS]) == 0
    *_, last = capsys.readouterr().out.splitlines()
    assert last.endswith("classes")
    assert main(["classes", FIREWALLS, "--json"]) == 0
    assert all(json.loads(line)["why"] for line in capsys.readouterr().out.splitlines())


def test_one_way_and_loops_name_headers_and_the_smallest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """[a] -> {fw, with sessions} -> [b]; b answers directly. With a table, fw's subnet sends to fw again."""
    drawn = net().vnet("v", "10.0.0.0/16").table("t", {"10.0.1.0/24": "10.0.2.4"})
    drawn.subnet("s0", "10.0.0.0/24", table="t").subnet("s1", "10.0.1.0/24").subnet("s2", "10.0.2.0/24")
    drawn.vm("a", "s0", "10.0.0.4").vm("b", "s1", "10.0.1.4")
    drawn.vm("fw", "s2", "10.0.2.4", guest={"forwarding": True, "stateful": True}, ip_forwarding=True)
    file = tmp_path / "drawing.json"
    file.write_text(json.dumps(drawn.raw))
    assert main(["one-way", str(file)]) == 1
    out = capsys.readouterr().out
    assert "vms/a -> vms/b (10.0.1.4)" in out and "arrives without an answer" in out and "tcp 0 -> " in out
    assert main(["loops", str(file)]) == 0
    assert capsys.readouterr().out == "No header runs in a circle.\n"
    drawn.table("u", {"10.0.1.0/24": "10.0.2.4"}).set("subnets/s2/route_table", "u")
    file.write_text(json.dumps(drawn.raw))
    assert main(["loops", str(file)]) == 1
    assert "runs in a circle" in capsys.readouterr().out
    assert main(["loops", str(file), "--json"]) == 1
    assert json.loads(capsys.readouterr().out.splitlines()[0])["loops"]
