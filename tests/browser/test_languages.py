"""A language made of brackets shows what is not translated: it stands there bare."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Response, expect

from tests.brackets import make_brackets
from tests.browser.people import FIREWALLS, open_scenario, sign_in

BARE = """() => {
  const said = [];
  const shown = (element) => element.checkVisibility({visibilityProperty: true});
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let open = 0; // a link in a sentence stands inside of the brackets of the sentence
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const home = node.parentElement;
    if (home.closest("script, style, .mono, kbd, code")) continue;
    const inside = open > 0;
    for (const letter of node.textContent) open += letter === "⟦" ? 1 : letter === "⟧" ? -1 : 0;
    if (!inside && shown(home)) said.push(node.textContent);
  }
  for (const name of ["aria-label", "title", "placeholder"])
    for (const element of document.querySelectorAll(`[${name}]`))
      if (shown(element)) said.push(element.getAttribute(name) ?? "");
  return said.map((text) => text.trim()).filter((text) => /[a-z]{3}/i.test(text) && !/[⟦⟧]/.test(text));
}"""

KNOWN = {"React Flow( attribution)?", "VNet Sandbox", "Latin", "English", "demo", "UTC"}
KNOWN |= {r"(an?|\d+)\s(second|minute|hour)s?\sago"}  # Django's own words, which Django translates


@pytest.fixture
def brackets(tmp_path: Path, settings: Any) -> None:
    """The language `la`, whose words are ours in brackets."""
    make_brackets(tmp_path)
    settings.LOCALE_PATHS = [tmp_path]
    settings.LANGUAGES = [("en", "English"), ("la", "Latin")]


def nothing_bare(page: Page, known: str | Callable[[], str], place: str) -> None:
    """Fail when the page says something outside of brackets that is no name and no word of the engine."""
    shown = page.evaluate(BARE)
    known = known if isinstance(known, str) else known()  # after looking: it holds what is shown
    blob = re.sub(r"\s+", " ", known.replace("\\n", " ").replace('\\"', '"'))
    said = {re.sub(r"\s+", " ", re.sub(rf"\b({'|'.join(KNOWN)})\b", "", text)) for text in shown}
    words = {text.strip() for text in said if re.search("[a-z]{3}", text, re.IGNORECASE)}
    found = sorted(text for text in words if not _is_known(text, blob))
    assert not found, f"{place}: {found}"


def _is_known(text: str, blob: str) -> bool:
    """Return whether a text is a name, a rule with its source, or what a cloud calls a thing."""
    return text.split(" — ")[0] in blob or text.startswith(("AWS: ", "Azure: "))


def use_brackets(page: Page) -> None:
    page.goto("/settings/")
    page.get_by_label("Texts of this site").select_option(label="Latin")
    page.get_by_role("button", name="Use this language").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("⟦Settings⟧")
    expect(page.locator("html")).to_have_attribute("lang", "la")


def test_pages(demo_account: None, brackets: None, page: Page) -> None:
    sign_in(page)
    use_brackets(page)
    nothing_bare(page, "", "settings")
    documents = json.dumps(page.request.get("/settings/export/").json(), ensure_ascii=False)
    for address in ("/", "/templates/", "/glossary/", "/nowhere/"):
        page.goto(address)
        nothing_bare(page, documents, address)


def test_workbench(demo_account: None, brackets: None, page: Page) -> None:
    sign_in(page)
    use_brackets(page)
    answers: list[Response] = []
    page.on("response", lambda one: answers.append(one) if "/api/v1/" in one.url else None)
    found = page.request.get("/api/v1/scenarios").json()["items"]
    page.goto(next(item["url"] for item in found if item["name"].startswith(FIREWALLS)))
    expect(page.get_by_role("button", name="⟦Run trace⟧")).to_be_enabled()

    def heard() -> str:
        return " ".join(answer.text() for answer in answers)

    nothing_bare(page, heard, "the workbench")
    for panel in ("Add", "Outline", "Problems", "Rule cards", "Help"):
        page.get_by_role("button", name=f"⟦{panel}⟧", exact=True).first.click()
        nothing_bare(page, heard, panel)
    for tab in ("Compare", "Failover", "Matrix", "Edits", "Runs"):
        page.get_by_role("tab", name=f"⟦{tab}⟧").click()
        nothing_bare(page, heard, tab)


def test_english_needs_no_catalogue(demo_account: None, page: Page) -> None:
    sign_in(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_scenario(page, FIREWALLS)
    assert not [url for url in asked if "texts.js" in url]
