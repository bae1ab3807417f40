"""Writing a pack in the browser: what was written is never lost without a word."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from sandbox.classes.models import PackDraft, PackVersion
from tests.browser.test_classes import FIRST, open_course


def open_text(page: Page) -> None:
    """Open the text of a draft and write a line into it."""
    open_course(page)
    page.get_by_role("link", name="Packs").click()
    page.get_by_role("button", name=f"Edit a draft of {FIRST}").click()
    page.get_by_role("link", name="text.md").click()
    expect(page.get_by_text("not saved yet")).to_be_hidden()
    page.locator("#text").press("Control+End")
    page.locator("#text").press_sequentially("Mind the doors.")
    expect(page.get_by_text("not saved yet")).to_be_visible()


def test_leaving_a_text_that_is_not_saved_asks_first(page: Page, demo_account: None) -> None:
    open_text(page)
    asked: list[str] = []
    page.once("dialog", lambda one: (asked.append(one.message), one.dismiss()))
    page.get_by_role("link", name="pack.yml").click()
    assert asked == ["What you wrote is not saved. Leave it?"]
    expect(page.locator("#text")).to_have_value(re.compile("Mind the doors"))

    kinds: list[str] = []
    page.once("dialog", lambda one: (kinds.append(one.type), one.dismiss()))
    page.get_by_role("link", name="Packs").first.click()
    page.wait_for_timeout(0)
    expect(page.locator("#text")).to_have_value(re.compile("Mind the doors"))
    assert kinds == ["beforeunload"]

    page.once("dialog", lambda one: one.accept())
    page.get_by_role("link", name="pack.yml").click()
    expect(page.get_by_label("File", exact=True)).to_have_value("pack.yml")


def test_what_is_written_is_saved_before_it_is_shown_tried_or_published(
    page: Page, demo_account: None
) -> None:
    open_text(page)
    page.get_by_role("button", name="As a learner").click()
    expect(page.locator("article").get_by_text("Mind the doors.")).to_be_visible()
    expect(page.get_by_text("not saved yet")).to_be_hidden()
    page.locator("#text").press("Control+End")
    page.locator("#text").press_sequentially(" And the gap.")
    page.once("dialog", lambda one: one.accept())
    page.get_by_role("button", name="Publish the next version").click()
    expect(page.get_by_text("version 2 is published.")).to_be_visible(timeout=60_000)
    expect(page.get_by_label("File", exact=True)).to_have_value("text.md")
    assert "doors. And the gap." in PackVersion.objects.get(course__isnull=False).files["text.md"]
    assert "doors. And the gap." in PackDraft.objects.get().files["text.md"]
    page.once("dialog", lambda one: one.accept())
    page.get_by_role("button", name="Publish the next version").click()
    expect(page.get_by_text("Nothing changed since version 2.")).to_be_visible(timeout=60_000)
