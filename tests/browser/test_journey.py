"""What a new user does, in order: sign in, open, look, trace, fail over, share; a stranger opens and forks.

A real server, a real worker, a real Redis, a real browser.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect
from pytest_playwright.pytest_playwright import CreateContextCallback

from tests.browser.people import (
    FIREWALLS,
    axe,
    is_open,
    open_scenario,
    play_race,
    play_trace,
    play_trials,
    sign_in,
    sign_in_by_hand,
)
from tests.conftest import ROOT, Worker

TEMPLATE = ROOT / "tests" / "netcore" / "formats" / "fixtures" / "two-appliances.json"


def test_see_it_drawn_and_read_the_effective_routes(page: Page, demo_account: None) -> None:
    sign_in_by_hand(page)
    expect(page.get_by_role("heading", name="My scenarios")).to_be_visible()
    page.get_by_role("link", name=FIREWALLS).first.click()
    is_open(page)
    page.get_by_role("treeitem", name="web1-nic").click()
    page.get_by_role("tab", name="Effective routes").click()
    table = page.get_by_test_id("effective-routes")
    for column in ("Source", "State", "Address prefixes", "Next hop type", "Next hop IP"):
        expect(table.get_by_role("columnheader", name=column)).to_be_visible()
    expect(table.get_by_role("row").filter(has_text="VirtualAppliance").first).to_contain_text(
        "172.16.136.68"
    )
    expect(table.get_by_role("row").filter(has_text="Invalid").first).to_be_visible()
    assert axe(page) == []


def test_import_a_template_and_land_in_its_drawing(page: Page, demo_account: None, worker: Worker) -> None:
    sign_in(page)
    page.goto("/")
    page.locator("#import-file").set_input_files(TEMPLATE)
    page.wait_for_url("**/scenarios/**", timeout=20_000)
    expect(page.get_by_role("button", name="Run trace")).to_be_visible()


def test_a_file_that_is_nothing_is_refused_in_words(
    page: Page, demo_account: None, worker: Worker, tmp_path: Path
) -> None:
    nothing = tmp_path / "nothing.json"
    nothing.write_text("not json at all", encoding="utf-8")
    sign_in(page)
    page.goto("/")
    page.locator("#import-file").set_input_files(nothing)
    expect(page.locator("#import-status")).to_contain_text("JSON", timeout=20_000)


def test_a_file_can_be_dropped_on_the_page(page: Page, demo_account: None, worker: Worker) -> None:
    sign_in(page)
    page.goto("/")
    dropped = page.evaluate_handle(
        """text => {
            const data = new DataTransfer();
            data.items.add(new File([text], "template.json", { type: "application/json" }));
            return data;
        }""",
        TEMPLATE.read_text(encoding="utf-8"),
    )
    page.dispatch_event("main", "drop", {"dataTransfer": dropped})
    page.wait_for_url("**/scenarios/**", timeout=20_000)
    expect(page.get_by_role("button", name="Run trace")).to_be_visible()


def test_trace_a_packet_there_and_back(page: Page, demo_account: None, worker: Worker) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    play_trace(page)
    expect(page.get_by_test_id("verdict-forward")).to_contain_text("Delivered")
    expect(page.get_by_test_id("verdict-return")).to_contain_text("Delivered")
    expect(page.get_by_label("Source", exact=True)).to_have_value("vms/web1")
    steps = page.get_by_test_id("trace-steps")
    expect(steps).to_contain_text("0.0.0.0/0 -> VirtualAppliance 172.16.136.68")
    expect(steps.get_by_role("link", name="D20").first).to_be_visible()
    assert axe(page) == []


def test_race_two_designs_and_try_a_thousand_times(page: Page, demo_account: None, worker: Worker) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    play_race(page)
    race = page.get_by_test_id("race")
    race.get_by_role("button", name="Unfold all").click()
    for lane in ("detect", "control", "data"):
        expect(race.get_by_text(lane, exact=True).first).to_be_visible()
    play_trials(page)
    summary = page.get_by_test_id("trials-summary")
    expect(summary).to_contain_text("1,000")
    for column in ("p50", "p95", "p99"):
        expect(summary.get_by_role("columnheader", name=column).first).to_be_visible()
    assert axe(page) == []


def test_the_page_comes_back_to_a_run_after_a_reload(page: Page, demo_account: None, worker: Worker) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    play_trace(page)
    assert "run=" in page.url
    page.reload()
    expect(page.get_by_test_id("verdict-return")).to_contain_text("Delivered")


def test_a_trial_run_can_be_cancelled(page: Page, demo_account: None, worker: Worker) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    page.get_by_role("tab", name="Failover").click()
    page.get_by_label("Trials").fill("100000")
    page.get_by_role("button", name="Run 100,000 trials").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled", exact=False).first).to_be_visible(timeout=30_000)


def test_a_stranger_opens_the_link_and_forks(
    page: Page, demo_account: None, worker: Worker, new_context: CreateContextCallback, asgi_server: str
) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    play_trace(page)
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Share link").input_value()
    assert "/s/" in link

    stranger = new_context(base_url=asgi_server).new_page()
    stranger.goto(link)
    expect(stranger.get_by_text(FIREWALLS).first).to_be_visible()
    expect(stranger.get_by_test_id("verdict-return")).to_contain_text("Delivered")
    expect(stranger.get_by_role("button", name="Run trace")).to_have_count(0)
    stranger.get_by_role("button", name="Fork").click()
    stranger.wait_for_url("**/scenarios/**")
    play_trace(stranger)
    expect(stranger.get_by_test_id("verdict-return")).to_contain_text("Delivered")


def test_a_drawing_with_problems_is_shown_and_cannot_be_run(page: Page, demo_account: None) -> None:
    sign_in(page)
    open_scenario(page, "A drawing with problems", run=False)
    expect(page.get_by_role("button", name="Run trace")).to_be_disabled()
    page.get_by_role("button", name="Problems:").click()
    expect(page.get_by_role("region", name="Problems")).to_contain_text("expected", ignore_case=True)
