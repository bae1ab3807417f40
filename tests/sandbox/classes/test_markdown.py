"""Text of packs as HTML: nothing in it runs, and nothing is loaded from elsewhere."""

from __future__ import annotations

import pytest

from sandbox.classes.markdown import html


def test_what_people_write_is_laid_out() -> None:
    made = html("# Task\n\n* one\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert "<h1>Task</h1>" in made and "<li>one</li>" in made and "<td>1</td>" in made


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://example.com/x.png)",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,xx)",
        "<svg/onload=alert(1)>",
        '[x](https://example.com "onmouseover=alert(1)")',
        '[x](https://example.com/"onmouseover=alert(1))',
    ],
)
def test_nothing_runs_or_loads(text: str) -> None:
    made = html(text)
    assert "<script" not in made and "<img" not in made and "<svg" not in made
    assert 'href="javascript' not in made and 'href="data' not in made
    assert " onmouseover" not in made.replace('title="onmouseover', "")
