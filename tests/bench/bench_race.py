"""How long a race of many flows that all differ takes in arrays, next to walking them one by one.

Both run here, on the same drawings, and must tell the same events. The walk plays a smaller drawing, and its
time per flow stands for the rest.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import netcore
from netcore.failover import crowd
from tests.bench.bench_trials import drawing
from tests.bench.measure import Mismatch
from tests.netcore.failover.scenes import FAULT

FLOWS = 2_000
WALKED = 100
"""So many flows are walked; time grows by the flow."""


def lines(flows: int = FLOWS, walked: int = WALKED) -> Iterator[str]:
    """Yield the report line by line.

    Raises:
        Mismatch: the walk tells other events.
    """
    few, many = drawing(walked), drawing(flows)
    yield f"{'design':<24}{'arrays s':>10}{'walk s':>10}{'ratio':>8}   {flows:,} flows; {walked} walked"
    for design in netcore.designs(few, FAULT):
        with patch.object(crowd, "FEWEST", 10**9), patch("netcore.failover.fates.MOST_PORTS", 4 * walked):
            told, walk_s = _race(few, design)
        with patch("netcore.failover.fates.MOST_PORTS", 4 * walked):
            if _race(few, design)[0] != told:
                raise Mismatch(f"{design.id}: arrays and the walk tell other events")
        _, arrays_s = _race(many, design)
        whole_s = walk_s * flows / walked
        yield f"{design.id:<24}{arrays_s:>10.2f}{whole_s:>10.1f}{whole_s / arrays_s:>7.0f}x"


def _race(scenario: netcore.Scenario, design: netcore.Design) -> tuple[list[dict[str, Any]], float]:
    began = time.process_time()
    events = list(netcore.race(scenario, (design,), FAULT))
    return events, time.process_time() - began


if __name__ == "__main__":
    for line in lines():
        print(line, flush=True)
