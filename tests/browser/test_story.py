"""What is told of a network beside the drawing: description, seed, traffic, and faults that go on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import axe
from tests.browser.test_drawing import blank, press, saved

pytestmark = pytest.mark.usefixtures("demo_account")


def test_description_traffic_seed_and_a_fault_of_two_steps_are_written_changed_and_deleted(
    page: Page,
) -> None:
    """[vm1] and [vm2] in one subnet: one dies, and the other a minute later."""
    blank(page)
    press(page, "nsvv")
    expect(page.locator('.react-flow__node[data-id="vms/vm2"]')).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_label("Description").fill("Both die")
    page.get_by_label("Seed of random draws").fill("7")
    page.get_by_role("button", name="Add to Traffic").click()
    page.get_by_label("Destination of flow1").fill("198.51.100.7")
    page.get_by_label("Destination of flow1").press("Tab")
    page.get_by_role("button", name="Add a fault").first.click()
    form = page.get_by_role("form", name="Fault")
    form.get_by_label("VM", exact=True).select_option("vm1")
    form.get_by_role("button", name="Add a step").click()
    later = form.get_by_role("group", name="Step 1")
    later.get_by_label("VM", exact=True).select_option("vm2")
    later.get_by_label("After, s").fill("30")
    form.get_by_role("button", name="Add the fault").click()
    expect(form.get_by_role("button", name="Save the fault")).to_be_visible()
    assert axe(page) == []
    document = saved(page)
    assert (document["description"], document["seed"]) == ("Both die", 7)
    assert document["traffic"]["flow1"]["destination"] == "198.51.100.7"
    (fault,) = document["faults"].values()
    assert (fault["vm"], fault["then"][0]["vm"], fault["then"][0]["after_us"]) == ("vm1", "vm2", 30_000_000)
    # What is there already is opened by its name, changed, and deleted.
    form.get_by_role("button", name="Close").click()
    page.get_by_label("Inspector").get_by_role("button", name="A VM dies without a word").click()
    form.get_by_label("At, s").fill("5")
    form.get_by_role("button", name="Save the fault").click()
    (fault,) = saved(page)["faults"].values()
    assert (fault["at_us"], len(fault["then"])) == (5_000_000, 1)
    form.get_by_role("button", name="Delete the fault").click()
    assert saved(page)["faults"] == {}
    page.get_by_role("button", name="Delete flow1").click()
    assert saved(page)["traffic"] == {}
