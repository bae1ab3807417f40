"""The arithmetic of recovery, on courses made by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

import netcore
from netcore.failover.designs import plan
from netcore.failover.fates import Fates
from netcore.failover.moments import Clocks
from netcore.failover.outcomes import Course, Judge, retransmissions
from netcore.failover.statistics import quantile, weighted_quantile
from netcore.failover.streams import Streams
from tests.netcore.failover.scenes import FAULT, design, pair

OK = (None, None)
DEAD = ("VM_STOPPED", "VM_STOPPED")
UNKNOWN = ("STATE_MISSING", "STATE_MISSING")
SECOND = 1_000_000


def judge(**changes: Any) -> Judge:
    timing = netcore.timing_profile("published").changed({"flows.ports": 2, **changes})
    scenario = pair()
    made = plan(scenario, design(scenario, "balancer"), scenario.faults[FAULT], timing)
    return Judge(Fates(made, timing), timing)


def ends(starts: list[float], series: list[Any], tcp: bool = True, **changes: Any) -> tuple[int | None, str]:
    end = judge(**changes)._end(tcp, tuple(series), [round(s * SECOND) for s in starts])
    return end.time_us, end.outcome


def recovered(starts: list[float], started: list[float]) -> int | None:
    course = Course(tuple(round(share * 100) for share in started), 100)
    return judge()._recovered(course, [round(s * SECOND) for s in starts])


def test_retransmissions_double_up_to_two_minutes_and_end() -> None:
    steps = [step / SECOND for step in retransmissions(netcore.timing_profile("published"))]
    first = [0.2, 0.6, 1.4, 3, 6.2, 12.6, 25.4, 51, 102.2, 204.6, 324.6]
    assert steps[: len(first)] == pytest.approx(first)
    assert steps[-1] == pytest.approx(804.6)


@pytest.mark.parametrize(
    ("outage", "stall"), [(12.5, 12.6), (12.6, 12.6), (13, 25.4), (81, 102.2), (110, 204.6)]
)
def test_tcp_users_see_the_next_retransmission(outage: float, stall: float) -> None:
    assert ends([0, outage], [DEAD, OK]) == (round(stall * SECOND), "stalled")


def test_udp_goes_on_at_once() -> None:
    assert ends([0, 13], [DEAD, OK], tcp=False) == (13 * SECOND, "stalled")
    assert ends([0, 13], [DEAD, DEAD], tcp=False) == (None, "hung")


def test_a_connection_that_notices_nothing_survives() -> None:
    assert ends([0, 13], [OK, OK]) == (0, "survived")


def test_tcp_gives_up() -> None:
    assert ends([0, 800], [DEAD, OK]) == (round(804.6 * SECOND), "stalled")
    assert ends([0, 900], [DEAD, OK]) == (None, "hung")


def test_an_unknown_connection_is_reset_or_left_hanging_by_policy() -> None:
    assert ends([0, 13], [DEAD, UNKNOWN]) == (None, "reset")
    assert ends([0, 13], [DEAD, UNKNOWN], state_check="silent") == (None, "hung")


def test_a_state_check_between_two_retransmissions_is_not_met() -> None:
    assert ends([0, 13, 20], [DEAD, UNKNOWN, OK]) == (round(25.4 * SECOND), "stalled")


def test_a_moment_without_length_counts_for_nothing() -> None:
    assert ends([0, 0], [DEAD, OK]) == (0, "survived")


def test_recovery_must_hold_for_ten_seconds() -> None:
    assert recovered([0, 5, 12, 20], [0, 1, 0, 1]) == 20 * SECOND
    assert recovered([0, 5, 15, 20], [0, 1, 0, 1]) == 5 * SECOND
    assert recovered([0, 5], [0.5, 0.98]) is None
    assert recovered([0, 5], [0.5, 0.99]) == 5 * SECOND
    assert recovered([0], [1]) == 0


def test_quantiles_are_order_statistics() -> None:
    assert [quantile([1, 2, 3, 4], share) for share in (0.25, 0.5, 0.51, 1)] == [1, 2, 3, 4]
    assert weighted_quantile([(5, 0.4), (None, 0.3), (1, 0.3)], 0.5) == 5
    assert weighted_quantile([(5, 0.4), (None, 0.3), (1, 0.3)], 0.95) is None
    assert weighted_quantile([], 0.5) is None


def test_new_connections_fail_for_the_part_of_a_minute_they_meet() -> None:
    """Half of the attempts of 12 s in 60 s, and a tenth of all connections is new."""
    found = judge()
    play = found._fates.plan.mechanism.play(Streams(1, 0))
    number = play.changes[-1][1]
    fixed: Any = SimpleNamespace(
        changes=[(0, 0), (12 * SECOND, number)], clocks=Clocks(0, 0, 0), completes=True
    )
    outcome = found.outcome(fixed)
    course = found.course((0, number))
    share = 1 - course.started[1] / course.attempts
    assert share in (0.5, 1.0)
    assert outcome.shares["never_started"] == pytest.approx(0.1 * share * 12 / 60)
    assert outcome.windows_us == (12 * SECOND, 12 * SECOND)
    assert outcome.lost_forward == pytest.approx(100 * share * 12)


def test_a_stall_is_longer_for_its_user_than_for_the_network() -> None:
    end = judge()._end(True, (OK, DEAD, OK), [0, 2 * SECOND, 15 * SECOND])
    assert (end.stall_us, end.repair_us) == (25_400_000, 13 * SECOND)
    assert end.time_us == 27_400_000
    end = judge()._end(False, (OK, DEAD, OK), [0, 2 * SECOND, 15 * SECOND])
    assert (end.stall_us, end.repair_us) == (13 * SECOND, 13 * SECOND)
