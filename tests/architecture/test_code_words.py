"""Every drop code has its few words in the browser, and no word is for a code there is not."""

from __future__ import annotations

import re
from pathlib import Path

from netcore.trace.codes import CODES

WORDS = Path(__file__).parents[2] / "static/src/document/codeWords.ts"


def test_every_drop_code_has_words() -> None:
    assert set(re.findall(r"^  ([A-Z0-9_]+):", WORDS.read_text(encoding="utf-8"), re.MULTILINE)) == set(CODES)
