"""Who reaches whom, and what an edit did."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.people import axe, open_scenario, sign_in
from tests.conftest import Worker

HUB = "Hub and two spokes through a firewall"

pytestmark = pytest.mark.usefixtures("demo_account")


def picture(page: Page, name: str) -> None:
    folder = os.environ.get("PICTURES")
    if not folder:
        return
    page.screenshot(path=str(Path(folder) / f"{name}.png"))


def opened(page: Page) -> None:
    """Open the hub and its spokes, with the matrix of its VMs."""
    sign_in(page)
    open_scenario(page, HUB)
    page.get_by_role("tab", name="Matrix").click()
    page.get_by_label("Ports", exact=True).fill("22, 443")
    page.get_by_role("button", name="Run matrix").click()
    expect(page.get_by_test_id("matrix")).to_be_visible(timeout=60_000)


def cell(page: Page, name: str) -> Locator:
    return page.get_by_test_id("matrix").get_by_role("button", name=name)


def test_who_reaches_whom_is_a_table_and_a_cell_traces(page: Page, worker: Worker) -> None:
    opened(page)
    expect(cell(page, "a1 to b1: delivered")).to_be_visible()
    expect(cell(page, "a1 to a1: itself")).to_be_visible()
    expect(page.get_by_role("region", name="Who reaches whom")).to_contain_text("Pairs of VMs")
    picture(page, "matrix")
    assert axe(page) == []
    page.get_by_label("Filter, such as web > db").fill("a1 > b1")
    expect(page.get_by_test_id("matrix").locator("tbody td")).to_have_count(1)
    page.get_by_label("Filter, such as web > db").fill("")
    page.get_by_label("Shown port").select_option("443")
    cell(page, "a1 to a1").focus()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(cell(page, "a1 to b1")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("verdict-return")).to_be_visible(timeout=20_000)
    expect(page.get_by_label("Destination, name or address")).to_have_value("b1")
    expect(page.get_by_label("Port", exact=True)).to_have_value("443")


def test_an_edit_says_what_it_did_and_the_matrix_follows(page: Page, worker: Worker) -> None:
    opened(page)
    page.get_by_role("tab", name="Trace").click()
    page.get_by_role("treeitem", name="fw-nic").last.click()
    page.get_by_label("IP forwarding").uncheck()
    line = page.get_by_role("button", name="The last edit: ")
    expect(line).to_contain_text("closed", timeout=60_000)
    tab = page.get_by_role("tab", name="Matrix")
    expect(tab).to_contain_text("changed", timeout=60_000)
    picture(page, "matrix-news")
    tab.click()
    expect(cell(page, "a1 to b1: dropped changed")).to_be_visible()
    expect(tab).not_to_contain_text("changed")
    page.get_by_label("Only what differs from revision").check()
    expect(cell(page, "a1 to b1: dropped changed")).to_be_visible()
    picture(page, "matrix-after-edit")
    assert axe(page) == []
    line.click()
    told = page.get_by_test_id("edit-effects")
    expect(told).to_contain_text("From a1 to b1")
    picture(page, "edit-effects")
    assert axe(page) == []
    told.get_by_role("button", name="Trace a1 to 10.2.1.4, tcp").click()
    expect(page.get_by_test_id("verdict-forward")).to_contain_text("ropped", timeout=20_000)


def test_moving_things_asks_nothing(page: Page, worker: Worker) -> None:
    asked: list[str] = []
    sign_in(page)
    open_scenario(page, HUB)
    page.on("request", lambda request: asked.append(request.method + request.url))
    page.locator('.react-flow__node[data-id="vms/fw"]').click()
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(2_000)
    assert not [one for one in asked if one.startswith("POST") and one.endswith("/runs")]
