"""What a balancer does with a flow that was silent for some time; a pure function, time is an argument.

Source: fact J14.
"""

from __future__ import annotations

from typing import Literal

from netcore.document.balancers import BalancingRule
from netcore.profiles.model import Profile
from netcore.trace.packet import TCP

Meets = Literal["passes", "dropped", "reset"]
"""A later packet of an idle flow passes as before, vanishes, or is answered by a reset."""


def gateway_timeout_us(profile: Profile, rule: BalancingRule, protocol: int) -> int:
    """Return how long a gateway balancer keeps an idle flow, in microseconds (facts J14, L18)."""
    if profile.gateway_idle_s is None:
        return timeout_us(rule)
    of_tcp, of_others = profile.gateway_idle_s
    return (of_tcp if protocol == TCP else of_others) * 1_000_000


def timeout_us(rule: BalancingRule) -> int:
    """Return how long a rule keeps an idle TCP flow, in microseconds."""
    return rule.idle_timeout_min * 60_000_000


def after_idle(rule: BalancingRule, idle_s: float, sku: str = "standard") -> Meets:
    """Return what the next packet of a TCP flow meets that was silent for a while.

    Args:
        rule: the rule the flow came in by.
        idle_s: silence in seconds; at the timeout itself the flow is forgotten.
        sku: of the balancer; Basic sends no reset.

    Example:
        >>> rule = BalancingRule(name="r", frontend="f", pool="p", protocol="tcp", frontend_port=443,
        ...                      backend_port=443, tcp_reset=True)
        >>> after_idle(rule, 239), after_idle(rule, 240)
        ('passes', 'reset')

    Source: fact J14: 4 minutes unless the rule says more; no reset unless it asks for one, and never from an
    HA-ports rule. That Basic sends none is documented on the same page.
    """
    if idle_s * 1_000_000 < timeout_us(rule):
        return "passes"
    return "reset" if rule.tcp_reset and rule.protocol == "tcp" and sku == "standard" else "dropped"
