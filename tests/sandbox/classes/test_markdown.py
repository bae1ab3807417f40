"""Text of packs as HTML: nothing in it runs, and nothing is loaded from elsewhere."""

from __future__ import annotations

import pytest

from sandbox.classes.markdown import html, html_with_facts


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


def test_ids_of_facts_lead_to_their_page_and_nothing_else_does() -> None:
    made = html_with_facts("So it is (D20, D28). Not (Z99), not D20, not (D20 or so).\n")
    assert made.count("<a ") == 2
    assert '(<a href="/facts/?q=D20">D20</a>, <a href="/facts/?q=D28">D28</a>)' in made
    assert "<script" not in html_with_facts("<script>(A1)</script>")


def test_a_table_stands_in_a_box_of_its_own_that_is_called_by_its_headings() -> None:
    made = html('| who | `what` "x" |\n|---|---|\n| 1 | 2 |\n')
    assert made.count("<table>") == made.count("</table>\n</div>") == 1
    assert 'tabindex="0" role="region" aria-label="who, what &quot;x&quot;">\n<table>' in made
