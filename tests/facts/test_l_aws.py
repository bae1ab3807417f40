"""AWS contrasts, fact by fact (L1-L21): the same drawing, read by another provider."""

from __future__ import annotations

import pytest

from tests.netcore.build import Net, net


def vpc(*, table: str | None = None) -> Net:
    """[a], [b] -- (web 10.0.1) ; [c] -- (db 10.0.2), one VPC."""
    drawn = net("aws").vnet("vpc", "10.0.0.0/16")
    if table:
        drawn.table(table)
    drawn.subnet("web", "10.0.1.0/24", table=table).subnet("db", "10.0.2.0/24", table=table)
    return drawn.vm("a", "web", "10.0.1.4").vm("b", "web", "10.0.1.5").vm("c", "db", "10.0.2.4")


def test_l5_sizes_and_reserved_addresses():
    for prefix, codes in (
        ("10.0.0.0/28", []),
        ("10.0.0.0/16", []),
        ("10.0.0.0/29", ["subnet-size"]),
        ("10.0.0.0/15", ["range-size", "subnet-size"]),
    ):
        outer = "10.0.0.0/15" if prefix.endswith("/15") else "10.0.0.0/16"
        drawn = net("aws").vnet("v", outer).subnet("s", prefix)
        assert [code for code, _ in drawn.problems()] == codes, prefix
    for last, good in ((0, False), (1, False), (2, False), (3, False), (4, True), (14, True), (15, False)):
        drawn = net("aws").vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/28").vm("a", "s", f"10.0.0.{last}")
        assert [code for code, _ in drawn.problems()] == ([] if good else ["address-reserved"])
    assert (
        net("aws")
        .vnet("v", "10.0.0.0/16", "fd00:1::/56")
        .subnet("s", "10.0.0.0/24", "fd00:1::/60")
        .problems()
    )


@pytest.mark.parametrize("profile", ["aws", "azure-2026"])
def test_l5_the_sizes_of_azure_are_others(profile: str):
    drawn = net(profile).vnet("v", "10.0.0.0/16").subnet("s", "10.0.0.0/29")
    assert bool(drawn.problems()) == (profile == "aws")
