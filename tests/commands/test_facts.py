"""manage.py facts: the figures, and the page that is made of them."""

from __future__ import annotations

import re
from io import StringIO

from django.core.management import call_command

from tests.facts.report import COVERAGE, report, text


def test_the_figures_end_with_the_sum() -> None:
    out = StringIO()
    call_command("facts", stdout=out)
    *areas, last = out.getvalue().splitlines()
    assert len(areas) == 13
    sums = re.fullmatch(r"facts: (\d+) tested, (\d+) not modelled, of 221", last)
    assert sums
    tested = sum(int(re.findall(r"(\d+) tested", line)[0]) for line in areas)
    assert tested == int(sums[1])


def test_the_page_says_how_each_fact_is_shown() -> None:
    """By walked packets, by drawings, or by a calculator alone; helpers in other files count."""
    facts = report()
    assert facts.way("B11") == "forwarded"  # by ask(), which another file has
    assert facts.way("A2") == "drawn"
    assert facts.way("J14") == "calculated"
    page = text(facts)
    assert "`test_h2_how_long_it_stands_still` (calculated)" in page
    assert "`test_k6_ports_allotted_by_the_size_of_the_pool` (calculated)" in page


def test_the_page_is_current() -> None:
    call_command("facts", "--check", stdout=StringIO())
    assert COVERAGE.exists()
