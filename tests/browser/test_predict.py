"""Predict, then run; and one packet in three pictures."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import axe, open_scenario, play_trace, sign_in
from tests.conftest import Worker

HUB = "Hub and two spokes through a firewall"

pytestmark = pytest.mark.usefixtures("demo_account")


def picture(page: Page, name: str) -> None:
    folder = os.environ.get("PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_a_wrong_idea_is_named_and_a_right_prediction_comes_true(page: Page, worker: Worker) -> None:
    sign_in(page)
    open_scenario(page, HUB)
    page.get_by_label("Predict first").check()
    run = page.get_by_role("button", name="Commit and run")
    expect(run).to_be_disabled()
    page.get_by_label("From a1").select_option("vms/b1")
    page.get_by_label("At b1").select_option("delivered")
    expect(run).to_be_enabled()
    picture(page, "predict-asked")
    assert axe(page) == []
    run.click()
    judged = page.get_by_test_id("judged")
    expect(judged).to_contain_text("parted from what happened", timeout=20_000)
    expect(judged).to_contain_text("you said on to b1")
    expect(judged).to_contain_text("It went on to fw")
    expect(page.get_by_test_id("misconception")).to_contain_text("user route")
    picture(page, "predict-judged")
    assert axe(page) == []
    page.get_by_label("From a1").select_option("vms/fw")
    page.get_by_label("At fw").select_option("vms/b1")
    page.get_by_label("At b1").select_option("delivered")
    page.get_by_label("From b1").select_option("vms/fw")
    expect(run).to_be_disabled()
    page.get_by_role("group", name="The answer, if you like").get_by_label("At fw").select_option("vms/a1")
    page.get_by_role("group", name="The answer, if you like").get_by_label("At a1").select_option("delivered")
    run.click()
    expect(judged).to_contain_text("came true", timeout=20_000)
    expect(page.get_by_test_id("misconception")).to_have_count(0)


def test_an_answer_that_is_there_is_hidden_from_who_predicts(page: Page, worker: Worker) -> None:
    sign_in(page)
    open_scenario(page, HUB)
    play_trace(page)
    page.get_by_label("Predict first").check()
    expect(page.get_by_test_id("verdict-forward")).to_have_count(0)
    expect(page.get_by_test_id("trace-steps")).to_have_count(0)
    expect(page.locator("g.way")).to_have_count(0)
    page.get_by_label("From a1").select_option("vms/fw")
    page.get_by_label("At fw").select_option("vms/b1")
    page.get_by_label("At b1").select_option("delivered")
    page.get_by_role("button", name="Commit and run").click()
    expect(page.get_by_test_id("judged")).to_contain_text("came true", timeout=20_000)


def test_one_packet_is_looked_at_in_three_pictures(page: Page, worker: Worker) -> None:
    sign_in(page)
    open_scenario(page, HUB)
    play_trace(page)
    shown = page.get_by_test_id("picture")
    for name, words in (
        ("One router", "router → fw"),
        ("A router at each NIC", "10.2.0.0/16"),
        ("Frames", "12:34:56:78:9a:bc"),
    ):
        page.get_by_role("button", name=name).click()
        expect(shown).to_contain_text(words)
        picture(page, name.split()[-1].lower())
        assert axe(page) == []
    page.get_by_role("button", name="Frames").click()
    expect(page.get_by_test_id("trace-steps")).to_be_visible()
