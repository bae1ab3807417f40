"""Numbers of the timing profile for a name that changes its answer (mechanism M11). A table of data.

What a traffic manager's own settings say (probes, tolerated failures, TTL, share of sticky clients) is drawn
in the document.

Source: reference on failover, sections 1.1 (M11) and 2.2.
"""

from __future__ import annotations

from types import MappingProxyType

from netcore.profiles.timing import Parameter

_TOTAL = "assumption; the vendor names the step and gives no figure"
_STICKY = "assumption: clients and resolvers that keep an answer beyond its TTL, no published figure found"

ROWS = (
    Parameter(
        "names.update",
        "from the last failed probe until the name servers give another answer",
        "uniform",
        MappingProxyType({"low": 0.0, "high": 5.0}),
        "s",
        "D",
        _TOTAL,
    ),
    Parameter(
        "names.sticky",
        "how much longer than the TTL a client that ignores it keeps an answer",
        "exponential",
        MappingProxyType({"mean": 300.0}),
        "s",
        "D",
        _STICKY,
    ),
)
