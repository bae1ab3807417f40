"""Times on pages of courses are whole and in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sandbox.classes.templatetags.classes import duration


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        (0, "0 seconds"),
        (1, "1 second"),
        (61, "1 minute 1 second"),
        (120, "2 minutes"),
        (754, "12 minutes"),
        (4_800, "1 hour 20 minutes"),
        (86_400 + 7_200 + 60, "1 day 2 hours"),
        (2 * 86_400 + 59, "2 days"),
        (timedelta(minutes=10, microseconds=123_456), "10 minutes"),
    ],
)
def test_a_time_is_said_in_words(value: Any, words: str) -> None:
    assert duration(value) == words
