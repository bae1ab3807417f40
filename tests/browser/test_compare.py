"""One drawing under two rule sets: both answers beside each other and on the drawing, and where they part."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import axe, open_scenario, sign_in
from tests.conftest import Worker

pytestmark = pytest.mark.usefixtures("demo_account")


def test_two_pictures_mark_where_a_packet_parts_and_name_the_rule(page: Page, worker: Worker) -> None:
    """[a1] -- {fw} -- [b1]: on AWS no route of a spoke leads to an address in the hub."""
    sign_in(page)
    open_scenario(page, "Hub and two spokes through a firewall")
    page.get_by_role("tab", name="Compare").click()
    page.get_by_role("button", name="Compare", exact=True).click()
    azure, aws = page.get_by_test_id("side-azure-2026"), page.get_by_test_id("side-aws")
    expect(azure).to_contain_text("Delivered", timeout=60_000)
    expect(aws).to_contain_text("Dropped")
    first = page.get_by_role("application", name="Drawing of the network", exact=True)
    second = page.get_by_role("application", name="Drawing of the network, second picture")
    expect(first.locator(".parting-label")).to_contain_text("peering here they part")
    expect(second.get_by_role("group", name="VM a1")).to_contain_text("here they part")
    expect(first.locator(".way.tone-delivered")).to_have_count(2)
    expect(second.locator(".way.tone-dropped")).to_have_count(1)
    assert axe(page) == []
    aws.get_by_role("link").click()
    expect(page.get_by_role("dialog", name="Rule card")).to_contain_text("A route leads to an object")
    page.keyboard.press("Escape")
    # Each picture is the whole drawing, and one of them is drawn on.
    page.get_by_role("button", name="Both on the drawing").click()
    expect(second).to_have_count(0)
    page.get_by_role("button", name="Both on the drawing").click()
    expect(second).to_be_visible()
    page.get_by_role("tab", name="Trace").click()
    expect(second).to_have_count(0)
