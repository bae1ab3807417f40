"""A matrix of 10,000 VMs within the memory of a worker: some hundred kB of columns, not 100 million rows."""

from __future__ import annotations

from typing import Any

from sandbox.runs import limits, queries, runner
from sandbox.runs.columns import decode
from sandbox.runs.models import Kind, Run, State
from sandbox.scenarios import services
from tests.sandbox.base import SandboxTest

SUBNETS, VMS = 40, 250


def cloud() -> dict[str, Any]:
    """Return 40 subnets with 250 VMs each; every other subnet lets nobody in on port 22."""
    nics = {
        f"vm-{subnet}-{vm}": (subnet, f"10.0.{subnet}.{vm + 4}")
        for subnet in range(SUBNETS)
        for vm in range(VMS)
    }
    deny = {"priority": 100, "direction": "Inbound", "access": "Deny", "destination_ports": ["22"]}
    return {
        "schema": 1,
        "name": "10,000 VMs",
        "topology": {
            "vnets": {"v": {"name": "v", "address_space": ["10.0.0.0/16"]}},
            "security_groups": {"no-ssh": {"name": "no-ssh", "rules": {"deny": deny}}},
            "subnets": {
                f"s{subnet}": {
                    "name": f"s{subnet}",
                    "vnet": "v",
                    "prefixes": [f"10.0.{subnet}.0/24"],
                    **({"security_group": "no-ssh"} if subnet % 2 else {}),
                }
                for subnet in range(SUBNETS)
            },
            "vms": {vm: {"name": vm} for vm in nics},
            "nics": {
                vm: {
                    "name": vm,
                    "vm": vm,
                    "subnet": f"s{subnet}",
                    "configurations": {"one": {"address": address, "primary": True}},
                }
                for vm, (subnet, address) in nics.items()
            },
        },
    }


class LargeTest(SandboxTest):
    """The owner's 10,000 VMs."""

    def test_ten_thousand_vms_travel_as_columns(self) -> None:
        made = services.create(self.owner, cloud())
        run = self.queued(made, Kind.MATRIX, {"protocol": "tcp", "ports": [22, 443]})
        with limits.memory():
            runner.execute(run.pk)
        run = Run.objects.get(pk=run.pk)
        assert run.state == State.SUCCEEDED, run.reason
        content = b"".join(queries.columns_of(run.pk, 0))
        tables = decode(content)
        vms = next(table for table in tables if table.table == "vms").columns
        assert len(vms["id"]) == SUBNETS * VMS
        assert len(content) < 500_000
        assert sum(len(str(event)) for event in self.log(run)) < 50_000
        counted = {
            event["port"]: event["pairs"] for event in self.log(run) if event["event"] == "matrix.port"
        }
        every = (SUBNETS * VMS) ** 2
        assert counted[443] == every
        assert every * 0.45 < counted[22] < every * 0.55
