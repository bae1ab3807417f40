"""What an edit does to a flow; every question about two drawings tells of these."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Effect(StrEnum):
    """What an edit did to a flow; it may have several. Of many, those named first are told first."""

    OPENED = "opened"
    """It comes about now; of flows that a hash spreads, more do."""
    CLOSED = "closed"
    """It comes about no more, as the request is lost; of flows that a hash spreads, fewer do."""
    ANSWER_LOST = "answer_lost"
    """The request arrives as before, and its answer no more."""
    REROUTED = "rerouted"
    """It comes about as before, by another way there or back."""
    ASYMMETRIC = "asymmetric"
    """The answer passes other appliances or gateways than the request, which it did not before."""
    SYMMETRIC = "symmetric"
    """The answer passes those of the request again."""
    OTHERWISE = "otherwise"
    """It comes about neither before nor after, and ends elsewhere or for another reason.

    Of ends that were not there before, or are there no more, it is not told.
    """
    OUTBOUND = "outbound"
    """It leaves to the Internet from another source address."""


OF_FLOWS: Final = tuple(effect for effect in Effect if effect is not Effect.OUTBOUND)
"""What is told of all flows: which source address they leave with is not compared."""

OF_PACKETS: Final = tuple(effect for effect in Effect if effect is not Effect.ANSWER_LOST)
"""What is told of packets one by one, whose verdict is that of the connection."""
