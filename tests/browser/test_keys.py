"""By keys alone: draw, move, connect, edit many, duplicate, renumber, run and read."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import axe
from tests.browser.test_drawing import blank, node, press, saved
from tests.conftest import Worker

pytestmark = pytest.mark.usefixtures("demo_account")


def focus_tree(page: Page) -> None:
    """Go to the outline by its key; the panel is open when the page is."""
    press(page, ["o", "o"])
    expect(page.locator(":focus")).to_have_attribute("role", "treeitem")


def tab_to(page: Page, words: str) -> None:
    """Press Tab until the control of these words has the focus; a control that no Tab reaches fails."""
    said = "(one) => one.ariaLabel ?? (one.labels?.[0] ?? one).textContent.trim()"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.locator(":focus").evaluate(said) == words:
            return
    raise AssertionError(f"Tab does not come to {words!r}")


def command(page: Page, words: str) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def test_many_are_duplicated_edited_and_renumbered_without_a_pointer(page: Page) -> None:
    """[vm1] -- (subnet1 of hub), and what becomes of it."""
    blank(page)
    press(page, "nsv")
    focus_tree(page)
    page.keyboard.type("vm1")
    page.keyboard.press("Control+d")
    expect(node(page, "vms/vm2")).to_be_visible()
    assert set(saved(page)["topology"]["vms"]) == {"vm1", "vm2"}
    # Two are chosen in the outline and edited together; the focus comes back to their line.
    page.keyboard.press("Home")
    page.keyboard.type("vm1")
    page.keyboard.press("Space")
    page.keyboard.type("vm2")
    page.keyboard.press("Control+Space")
    expect(page.get_by_role("treeitem", selected=True)).to_have_count(2)
    page.keyboard.press("Shift+F2")  # letters find names here
    dialog = page.get_by_role("dialog", name="Edit together")
    expect(dialog).to_be_visible()
    expect(page.locator(":focus")).to_have_accessible_name("What")
    tab_to(page, "Power")
    page.keyboard.type("stopped")
    tab_to(page, "Change 2 things")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    assert [vm["power"] for vm in saved(page)["topology"]["vms"].values()] == ["stopped", "stopped"]
    expect(page.locator(":focus")).to_have_attribute("role", "treeitem")
    # A prefix is replaced everywhere: Enter in the field does it, once there is something to do.
    page.keyboard.press("Control+h")
    dialog = page.get_by_role("dialog", name="Find and replace a prefix")
    expect(page.locator(":focus")).to_have_accessible_name("Replace with")
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    page.keyboard.type("10.9.0.0/16")
    expect(dialog.get_by_role("row").nth(1)).to_be_visible()
    assert axe(page) == []
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    document = saved(page)
    assert document["topology"]["vnets"]["hub"]["address_space"] == ["10.9.0.0/16"]
    assert document["topology"]["subnets"]["subnet1"]["prefixes"] == ["10.9.0.0/24"]
    # What was done is taken back, one after the other.
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    document = saved(page)
    assert document["topology"]["vnets"]["hub"]["address_space"] == ["10.0.0.0/16"]
    assert "stopped" not in [vm.get("power") for vm in document["topology"]["vms"].values()]


def test_a_drawing_is_made_moved_connected_run_and_read_without_a_pointer(page: Page, worker: Worker) -> None:
    """[vm1] -- (subnet1 of hub), (hub) -- (spoke1), [vm2] -- (subnet of spoke1)."""
    blank(page)
    press(page, "nsv")
    command(page, "Virtual network hub")
    press(page, "n")
    expect(node(page, "vnets/spoke1")).to_be_visible()
    press(page, "sv")
    expect(node(page, "vms/vm2")).to_be_visible()
    # Peered by the palette.
    command(page, "Virtual network hub")
    page.keyboard.press("c")
    expect(page.get_by_role("dialog", name="Connect with")).to_be_visible()
    page.keyboard.type("spoke1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    document = saved(page)
    assert len(document["topology"]["peerings"]) == 2
    # Moved by the arrows, on the drawing.
    command(page, "Virtual network spoke1")
    node(page, "vnets/spoke1").focus()
    before = node(page, "vnets/spoke1").bounding_box()
    press(page, ["ArrowDown"] * 4)
    for _ in range(100):  # the place is kept when the arrows have rested
        if "vnets/spoke1" in saved(page)["layout"]:
            break
        page.wait_for_timeout(100)
    assert "vnets/spoke1" in saved(page)["layout"]
    after = node(page, "vnets/spoke1").bounding_box()
    assert before and after and after["y"] > before["y"]
    # A question is a sentence in the palette; its answer is read in the dock.
    command(page, "vm1 > vm2:443")
    expect(page.get_by_test_id("verdict-forward")).to_be_visible(timeout=60_000)
    for _ in range(6):
        page.keyboard.press("F6")
        if page.locator(":focus").evaluate("(one) => one.closest('.dock') !== null"):
            break
    expect(page.locator(":focus")).to_have_accessible_name("Trace")
    assert axe(page) == []
