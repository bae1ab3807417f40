"""manage.py facts: the figures, and the page that is made of them."""

from __future__ import annotations

import re
from io import StringIO

from django.core.management import call_command

from tests.facts.report import COVERAGE


def test_the_figures_end_with_the_sum() -> None:
    out = StringIO()
    call_command("facts", stdout=out)
    *areas, last = out.getvalue().splitlines()
    assert len(areas) == 13
    sums = re.fullmatch(r"facts: (\d+) tested, (\d+) not modelled, of 221", last)
    assert sums
    tested = sum(int(re.findall(r"(\d+) tested", line)[0]) for line in areas)
    assert tested == int(sums[1])


def test_the_page_is_current() -> None:
    call_command("facts", "--check", stdout=StringIO())
    assert COVERAGE.exists()
