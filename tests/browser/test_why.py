"""Why a packet is dropped: the smallest fix is found, applied, seen to help, and taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import axe, only_traces
from tests.browser.test_drawing import blank, saved, two_networks
from tests.conftest import Worker

pytestmark = pytest.mark.usefixtures("demo_account")


def ask(page: Page) -> None:
    """Trace at once, without waiting for what was drawn last to be saved."""
    page.get_by_role("button", name="Run trace").last.click()
    expect(page.get_by_test_id("verdict-forward")).to_be_visible(timeout=60_000)


def test_the_smallest_fix_is_applied_shown_before_and_after_and_taken_back(
    page: Page, worker: Worker
) -> None:
    only_traces(page)
    blank(page)
    two_networks(page)
    expect(page.get_by_role("button", name="Run trace").last).to_be_enabled()
    ask(page)
    expect(page.get_by_test_id("verdict-forward")).to_contain_text("Dropped")
    page.get_by_role("button", name="Find the smallest fix").click()
    smallest = page.get_by_test_id("remedies").get_by_role("listitem").filter(has_text="smallest fix")
    expect(smallest).to_contain_text("Peer hub with spoke1.", timeout=60_000)
    smallest.get_by_text("what it changes in the drawing").click()
    expect(smallest).to_contain_text("Peering link from hub to spoke1 was added.")
    assert axe(page) == []
    smallest.get_by_role("button", name=re.compile("^Apply and trace again: Peer hub")).click()
    mended = page.get_by_test_id("mended")
    expect(mended).to_contain_text(re.compile("Before.*Dropped.*After.*Delivered", re.DOTALL), timeout=60_000)
    assert axe(page) == []
    assert len(saved(page)["topology"]["peerings"]) == 2
    mended.get_by_role("button", name="Undo this edit").click()
    expect(mended).to_have_count(0)
    expect(page.get_by_test_id("verdict-forward")).to_contain_text("Dropped", timeout=60_000)
    assert saved(page)["topology"]["peerings"] == {}


def test_where_two_things_are_wrong_the_edit_that_gets_furthest_is_applied_first(
    page: Page, worker: Worker
) -> None:
    """[vm1] hub, no peering, spoke1 [vm2]; the subnet of vm2 shut by a group that denies everything in."""
    only_traces(page)
    blank(page)
    two_networks(page)
    document = saved(page)
    deny = {"priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "*"}
    fields = ("source", "destination", "source_ports", "destination_ports")
    rule = {**deny, **{field: ["*"] for field in fields}}
    document["topology"]["security_groups"] = {"shut": {"name": "shut", "rules": {"none": rule}}}
    document["topology"]["subnets"]["subnet2"]["security_group"] = "shut"
    scenario = page.url.rstrip("/").split("/")[-1]
    token = next(one["value"] for one in page.context.cookies() if one["name"] == "csrftoken")
    patch = [{"op": "replace", "path": "/topology", "value": document["topology"]}]
    at = page.request.get(f"/api/v1/scenarios/{scenario}").json()["revision"]
    page.request.patch(
        f"/api/v1/scenarios/{scenario}",
        data={"base": at, "patch": patch},
        headers={"X-CSRFToken": token, "Referer": page.url},
        fail_on_status_code=True,
    )
    page.reload()
    expect(page.get_by_role("button", name="Run trace").last).to_be_enabled()
    ask(page)
    page.get_by_role("button", name="Find the smallest fix").click()
    best = page.get_by_test_id("best-edit")
    expect(best).to_contain_text("Peer hub with spoke1.", timeout=60_000)
    best.get_by_role("button", name=re.compile("^Apply")).click()
    mended = page.get_by_test_id("mended")
    expect(mended).to_contain_text(re.compile("After.*Dropped", re.DOTALL), timeout=60_000)
    page.get_by_role("button", name="Find the smallest fix").click()
    page.get_by_test_id("remedies").get_by_role("button").first.click()
    expect(mended).to_contain_text(re.compile("After.*Delivered", re.DOTALL), timeout=60_000)


def test_a_trace_waits_for_the_edit_before_it(page: Page, worker: Worker) -> None:
    """Who draws and asks at once is told of what was drawn, not of what the server had then."""
    only_traces(page)
    blank(page)
    two_networks(page)
    saved(page)
    page.route("**/api/v1/scenarios/*", lambda route: (page.wait_for_timeout(500), route.continue_()))
    page.get_by_role("treeitem", name="hub").first.click()
    page.keyboard.press("c")
    page.get_by_role("option", name=re.compile("Virtual network spoke1")).click()
    ask(page)
    expect(page.get_by_test_id("verdict-forward")).to_contain_text("Delivered")
