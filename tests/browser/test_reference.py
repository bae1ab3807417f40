"""Rule cards and words beside the drawing: from a step to its card, among all cards, and back to the step."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import axe, open_scenario, play_trace, sign_in
from tests.conftest import Worker

pytestmark = pytest.mark.usefixtures("demo_account")


def test_a_step_leads_to_its_card_and_the_card_back_to_its_steps(page: Page, worker: Worker) -> None:
    sign_in(page)
    open_scenario(page, "Hub and two spokes through a firewall")
    play_trace(page)
    row = page.get_by_test_id("trace-steps").get_by_role("listitem").filter(has_text="10.2.0.0/16").first
    row.get_by_role("link", name="D20").click()
    card = page.get_by_role("dialog", name="Rule card")
    expect(card).to_contain_text("The longest prefix wins")
    card.get_by_role("button", name="Forward, step 5").click()
    expect(card).to_have_count(0)
    expect(row).to_be_focused()
    row.get_by_role("link", name="D20").click()
    card.get_by_role("button", name="Among all rule cards").click()
    panel = page.get_by_role("region", name="Rule cards")
    expect(panel).to_contain_text(re.compile(r"\d+ of \d+ rules"))
    expect(panel.get_by_role("listitem").filter(has_text="The longest prefix wins")).to_contain_text(
        "in this trace"
    )
    assert axe(page) == []
    # The address shows the card again.
    page.goto(page.url)
    expect(card).to_contain_text("The longest prefix wins")


def test_rules_and_words_are_found_and_lead_to_one_another(page: Page) -> None:
    sign_in(page)
    open_scenario(page, "First packet")
    page.keyboard.press("k")
    panel = page.get_by_role("region", name="Rule cards")
    panel.get_by_label("Find a rule").fill("nothing says so")
    panel.get_by_role("button", name="Look among the words").click()
    panel.get_by_label("Find a word").fill("nva")
    expect(panel.get_by_text("network virtual appliance")).to_be_visible()
    assert axe(page) == []
    panel.get_by_role("link", name="E5").click()
    card = page.get_by_role("dialog", name="Rule card")
    card.get_by_role("button", name="appliance").click()
    expect(panel.get_by_label("Find a word")).to_have_value("appliance")
