"""Failures in one sentence: the cause that is named is the cause."""

from __future__ import annotations

import pytest

from sandbox.common.launch.stages import explain


@pytest.mark.parametrize(
    ("output", "start"),
    [
        ("npm error code ENOTFOUND", "No network"),
        ("npm error errno EAI_AGAIN", "No network"),
        ("write: No space left on device", "The disk is full"),
        ("ModuleNotFoundError: No module named 'x'", "building did not work:\nModuleNotFoundError"),
    ],
)
def test_the_cause_is_named(output: str, start: str) -> None:
    assert explain(output, "building").startswith(start)
