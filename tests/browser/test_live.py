"""A race played live: people break and mend things while it goes on, and everybody sees the same."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_playwright.pytest_playwright import CreateContextCallback

from tests.browser.people import FIREWALLS, axe, open_scenario, sign_in
from tests.conftest import Worker

pytestmark = pytest.mark.usefixtures("demo_account")

PACE = 15
"""Simulated seconds a second: a balancer's probes fail within one."""


def live(page: Page, pace: int = PACE) -> None:
    """Open the seeded firewalls and play the first two designs live."""
    page.emulate_media(reduced_motion="reduce")
    sign_in(page)
    open_scenario(page, FIREWALLS)
    page.get_by_role("tab", name="Failover").click()
    page.get_by_role("tab", name="Live").click()
    page.get_by_label("Pace").select_option(str(pace))
    page.get_by_role("button", name="Play live").click()
    expect(page.get_by_text(f"Live, ×{pace}")).to_be_visible(timeout=20_000)


def unit(page: Page, name: str) -> Any:
    return page.get_by_role("list", name="Appliances").get_by_role("listitem").filter(has_text=name)


def design(page: Page, title: str) -> Any:
    return page.locator(".track").filter(has=page.get_by_role("heading", name=title))


def end(page: Page) -> None:
    page.get_by_role("button", name="End and save").click()
    expect(page.get_by_test_id("live-saved")).to_be_visible(timeout=30_000)


def numbers(page: Page) -> list[str]:
    """Return the rows of the numbers of a race."""
    table = page.get_by_test_id("race-metrics")
    expect(table).to_be_visible(timeout=30_000)
    return table.locator("tbody tr").all_inner_texts()


def share(page: Page) -> str:
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_label("live, going on now")).to_be_checked()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Share link").input_value()
    page.get_by_role("dialog", name="Share").get_by_role("button", name="Close").click()
    return link


def test_what_is_pressed_is_seen_and_the_saved_timeline_gives_the_same_again(
    page: Page, worker: Worker
) -> None:
    live(page, pace=5)
    balancer, marked = (
        design(page, "Balancer with probes"),
        page.locator('.react-flow__node[data-id="vms/fw1"]'),
    )
    expect(balancer).to_contain_text("all new flows arrive")
    expect(unit(page, "Appliance 1")).to_contain_text("runs")
    page.get_by_role("button", name="Fail Appliance 1").click()
    expect(balancer).to_contain_text("new flows fail since +")
    expect(unit(page, "Appliance 1")).to_contain_text("down since +")
    expect(marked.get_by_text("down", exact=True)).to_be_visible()
    expect(page.get_by_role("region", name="What was done")).to_contain_text(
        re.compile(r"\+\d+\.\d s\s*demo failed Appliance 1")
    )
    expect(balancer).to_contain_text("all new flows arrive", timeout=15_000)
    expect(balancer.locator(".lane-area.detect .span")).not_to_have_count(0)
    assert axe(page) == []
    page.get_by_role("button", name="Restore Appliance 1").click()
    expect(unit(page, "Appliance 1")).to_contain_text("runs")
    expect(marked.get_by_text("down", exact=True)).to_have_count(0)
    # What is played again goes on until all has settled, so the numbers are the same where all had settled.
    expect(design(page, "Addresses moved by")).to_contain_text("all new flows arrive", timeout=30_000)
    end(page)
    there = numbers(page)
    assert axe(page) == []
    page.get_by_role("link", name="Replay the saved timeline").click()
    expect(page.get_by_role("tab", name="Timeline")).to_have_attribute("aria-selected", "true")
    assert numbers(page) == there


def test_a_refusal_is_told_in_words_and_the_race_goes_on(page: Page, worker: Worker) -> None:
    live(page)
    page.get_by_text("Something else").click()
    form = page.get_by_role("form", name="Something else")
    form.get_by_label("What happens").select_option("restore")
    form.get_by_label("VM", exact=True).select_option("web1")
    form.get_by_role("button", name="Do it now").click()
    done = page.get_by_role("region", name="What was done")
    expect(done).to_contain_text("demo wanted to restore web1")
    expect(done.get_by_text("Refused")).to_be_visible()
    expect(done.get_by_role("listitem").first).to_contain_text(re.compile(r"Refused\s+\S.+\."))
    page.get_by_role("button", name="Fail Appliance 2").click()
    expect(unit(page, "Appliance 2")).to_contain_text("down since +")


def test_an_address_is_moved_by_hand(page: Page, worker: Worker) -> None:
    live(page)
    form = page.get_by_role("form", name="Move an address")
    address = form.get_by_label("Address", exact=True).input_value()
    form.get_by_label("to NIC").select_option("fw2-internal")
    form.get_by_role("button", name="Move address").click()
    expect(page.get_by_role("region", name="What was done")).to_contain_text(
        re.compile(f"demo moved {re.escape(address)} to ")
    )


def test_another_tab_joins_and_presses_and_a_watcher_only_sees(
    page: Page, worker: Worker, new_context: CreateContextCallback, asgi_server: str
) -> None:
    live(page)
    link = share(page)
    second = page.context.new_page()
    second.goto(re.sub(r"\?.*", "", page.url))
    second.get_by_role("tab", name="Failover").click()
    second.get_by_role("tab", name="Live").click()
    expect(second.get_by_text(f"Live, ×{PACE}")).to_be_visible()
    second.get_by_role("button", name="Fail Appliance 2").click()
    stranger = new_context(base_url=asgi_server).new_page()
    stranger.goto(link)
    for each in (page, second, stranger):
        expect(unit(each, "Appliance 2")).to_contain_text("down since +")
        expect(each.get_by_role("region", name="What was done")).to_contain_text("demo failed Appliance 2")
    for name in ("Fail Appliance 1", "Restore Appliance 2", "Pause", "End and save", "Move address"):
        expect(stranger.get_by_role("button", name=name)).to_have_count(0)
    assert axe(stranger) == []
    end(page)
    expect(second.get_by_test_id("live-saved")).to_be_visible()
    expect(stranger.get_by_test_id("live-saved")).to_be_visible()
    expect(stranger.get_by_role("link", name="Replay the saved timeline")).to_have_count(0)


def test_looking_back_stays_there_until_back_to_now(page: Page, worker: Worker) -> None:
    live(page)
    page.get_by_role("button", name="Fail Appliance 1").click()
    expect(unit(page, "Appliance 1")).to_contain_text("down since +")
    slider = page.get_by_label("Time", exact=True)
    slider.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "+0.0 s")
    expect(page.get_by_test_id("moment")).to_contain_text("All new packets")
    page.wait_for_timeout(1500)
    expect(slider).to_have_attribute("aria-valuetext", "+0.0 s")
    page.get_by_role("button", name="Back to now").click()
    expect(page.get_by_test_id("moment")).to_contain_text("Dead: Appliance 1")


def test_everything_is_done_with_the_keyboard(page: Page, worker: Worker) -> None:
    live(page)
    page.get_by_role("button", name="Pause").press("Enter")
    expect(page.get_by_text("Live, paused")).to_be_visible()
    page.get_by_role("button", name="Go on").press("Space")
    expect(page.get_by_text(f"Live, ×{PACE}")).to_be_visible()
    page.get_by_label("Pace", exact=True).press("ArrowUp")
    expect(page.get_by_text("Live, ×5")).to_be_visible()
    fail = page.get_by_role("button", name="Fail Appliance 1")
    fail.focus()
    page.keyboard.press("Enter")
    expect(unit(page, "Appliance 1")).to_contain_text("down since +")
    expect(fail).to_be_focused()
    expect(fail).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(unit(page, "Appliance 1")).to_contain_text("runs")
    page.get_by_role("button", name="End and save").press("Enter")
    expect(page.get_by_test_id("live-saved")).to_be_visible(timeout=30_000)


def test_a_reload_in_the_middle_goes_on_where_the_race_is(page: Page, worker: Worker) -> None:
    live(page)
    page.get_by_role("button", name="Fail Appliance 1").click()
    since = unit(page, "Appliance 1").get_by_text("down since +")
    expect(since).to_be_visible()
    words = since.inner_text()
    page.reload()
    expect(page.get_by_text(f"Live, ×{PACE}")).to_be_visible()
    expect(unit(page, "Appliance 1")).to_contain_text(words)
    page.get_by_role("button", name="Restore Appliance 1").click()
    expect(unit(page, "Appliance 1")).to_contain_text("runs")


def test_a_selected_vm_is_failed_and_restored_in_the_inspector(page: Page, worker: Worker) -> None:
    live(page)
    page.get_by_role("list", name="Appliances").get_by_role("button", name="Appliance 2", exact=True).click()
    inspector = page.get_by_role("complementary", name="Inspector")
    inspector.get_by_role("button", name="Fail now").click()
    expect(inspector.get_by_text("Live: down since +")).to_be_visible()
    inspector.get_by_role("button", name="Restore now").click()
    expect(inspector.get_by_text("Live: runs")).to_be_visible()


def test_on_a_phone_it_is_read_and_pressed(page: Page, worker: Worker) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    live(page)
    page.get_by_role("button", name="Fail Appliance 1").click()
    expect(unit(page, "Appliance 1")).to_contain_text("down since +")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert axe(page) == []
