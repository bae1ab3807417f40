"""The outline by keys alone, after the tree pattern of the ARIA Authoring Practices."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import axe, open_scenario, sign_in
from tests.browser.test_drawing import node

pytestmark = pytest.mark.usefixtures("demo_account")
HUB = "Hub and two spokes"


def test_who_has_no_pointer_goes_through_the_outline_edits_there_and_comes_back(page: Page) -> None:
    sign_in(page)
    open_scenario(page, HUB, run=False)
    tree = page.get_by_role("tree", name="Outline")
    here = page.locator(":focus")

    def press(*keys: str) -> None:
        for key in keys:
            page.keyboard.press(key)

    # The key of the panel closes and opens it, and takes the focus along.
    press("o")
    expect(tree).to_have_count(0)
    expect(page.locator("main.canvas")).to_be_focused()
    press("o", "Home")
    expect(here).to_have_attribute("aria-level", "1")
    expect(here).to_contain_text("virtual network")
    # A name that is typed is gone to; what is inside folds, and says so.
    page.keyboard.type("dns")
    expect(here).to_contain_text("dns")
    press("Home")
    press("ArrowRight")
    expect(here).to_have_attribute("aria-level", "2")
    subnet = here.locator(".name").inner_text()
    press("ArrowLeft")  # folds the subnet
    expect(here).to_have_attribute("aria-expanded", "false")
    press("ArrowLeft", "ArrowLeft")  # to the network, which folds as well
    expect(here).to_have_attribute("aria-level", "1")
    expect(here).to_have_attribute("aria-expanded", "false")
    expect(tree.get_by_role("treeitem", name=subnet)).to_have_count(0)
    assert axe(page) == []
    page.reload()
    expect(tree.get_by_role("treeitem", name="hub virtual network")).to_have_attribute(
        "aria-expanded", "false"
    )
    # Enter inspects, F6 leads back.
    page.get_by_role("button", name="Outline").focus()
    press("o", "o", "Home")
    page.keyboard.type("a1")
    press("Enter")
    expect(page.locator("aside.inspector")).to_be_focused()
    expect(page.get_by_role("heading", name="a1", exact=True)).to_be_visible()
    press("Shift+F6", "Shift+F6")
    expect(here).to_have_attribute("role", "treeitem")
    expect(here).to_contain_text("a1")
    # Another name; the line keeps the focus.
    press("F2")
    dialog = page.get_by_role("dialog", name="Rename VM a1")
    expect(dialog).to_be_visible()
    assert axe(page) == []
    press("Delete")
    expect(dialog.get_by_role("alert")).to_have_text("Write something here.")
    page.keyboard.type("alpha")
    press("Enter")
    expect(here).to_contain_text("alpha")
    expect(node(page, "vms/a1")).to_contain_text("alpha")
    # Something new beside it, found by what may live there.
    press("+")
    expect(page.get_by_role("dialog", name="Add to what is chosen")).to_be_visible()
    page.keyboard.type("public ip")
    press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(node(page, "vms/a1").locator("[title^='public address']")).to_be_visible()
    # Several are chosen, and what is deleted leaves the focus where it was.
    page.keyboard.type("alpha")
    press("Control+Space")
    expect(here).to_have_attribute("aria-selected", "true")
    press("Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete").press("Enter")
    expect(node(page, "vms/a1")).to_have_count(0)
    expect(here).to_have_attribute("role", "treeitem")
