"""The workbench in use: trace after trace, narrow windows, switches, backends, a network that goes away."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from pytest_playwright.pytest_playwright import CreateContextCallback

from sandbox.scenarios.models import Scenario
from tests.browser.people import FIREWALLS, axe, is_open, open_scenario, play_trace, sign_in
from tests.conftest import Worker

HUB = "Hub and two spokes through a firewall"
NARROW = {"width": 390, "height": 844}

pytestmark = pytest.mark.usefixtures("demo_account")


def ask(page: Page, destination: str) -> None:
    page.get_by_label("Destination, name or address").fill(destination)
    page.get_by_role("button", name="Run trace").click()


def counted(page: Page) -> str:
    return page.get_by_role("group", name="Player of the trace").locator("span.mono").inner_text()


def inside(page: Page, outer: str, inner: str) -> bool:
    """Return whether one element lies inside another on the screen."""
    a, b = page.locator(outer).first.bounding_box(), page.locator(inner).first.bounding_box()
    assert a is not None and b is not None
    return (
        b["x"] >= a["x"] - 1
        and b["y"] >= a["y"] - 1
        and b["x"] + b["width"] <= a["x"] + a["width"] + 1
        and b["y"] + b["height"] <= a["y"] + a["height"] + 1
    )


def test_a_second_trace_of_another_length_plays_to_its_end(page: Page, worker: Worker) -> None:
    sign_in(page)
    open_scenario(page, HUB)
    play_trace(page)
    first = counted(page)
    ask(page, "8.8.8.8")
    expect(page.get_by_test_id("verdict-forward")).to_contain_text("Dropped", timeout=20_000)
    second = counted(page)
    assert first != second and second.split(" / ")[0] == second.split(" / ")[1]
    ask(page, "b1")
    expect(page.get_by_test_id("verdict-return")).to_contain_text("Delivered", timeout=20_000)
    assert counted(page) == first


@pytest.mark.parametrize("size", [NARROW, {"width": 1440, "height": 900}], ids=["narrow", "wide"])
def test_a_drop_at_the_edge_is_drawn_at_the_internet_and_in_view(
    page: Page, worker: Worker, size: Any
) -> None:
    page.set_viewport_size(size)
    sign_in(page)
    open_scenario(page, HUB)
    ask(page, "8.8.8.8")
    expect(page.get_by_test_id("verdict-forward")).to_contain_text("Dropped", timeout=20_000)
    internet = page.locator('.react-flow__node[data-id="internet"]')
    expect(internet.get_by_text("dropped here")).to_be_visible()
    expect(page.locator(".way.forward path")).to_have_count(1)
    page.wait_for_timeout(400)  # the view glides
    assert inside(page, "main.canvas", '.react-flow__node[data-id="internet"]')
    assert inside(page, "main.canvas", '.react-flow__node[data-id="vms/a1"]')


def spread(page: Page) -> None:
    """Draw the networks of the hub far apart in a row, as a newcomer may."""
    scenario = page.url.rstrip("/").split("/")[-1]
    address = f"/api/v1/scenarios/{scenario}"
    token = next(one["value"] for one in page.context.cookies() if one["name"] == "csrftoken")
    places = {"spoke-a": -1500, "hub": 0, "spoke-b": 1500}
    layout = {f"vnets/{name}": {"x": x, "y": 0} for name, x in places.items()}
    page.request.patch(
        address,
        data={
            "base": page.request.get(address).json()["revision"],
            "patch": [{"op": "replace", "path": "/layout", "value": layout}],
        },
        headers={"X-CSRFToken": token, "Referer": page.url},
        fail_on_status_code=True,
    )
    page.reload()
    is_open(page)


def out_of_view(page: Page, what: str) -> list[str]:
    """Return which of the elements do not lie whole in the canvas, once the view stands still."""
    page.wait_for_timeout(500)  # the view glides
    found: list[str] = page.evaluate(
        """what => {
            const pane = document.querySelector("main.canvas").getBoundingClientRect();
            const all = [...document.querySelectorAll(what)];
            const out = (box) => box.left < pane.left - 1 || box.right > pane.right + 1
                || box.top < pane.top - 1 || box.bottom > pane.bottom + 1;
            if (all.length === 0) return ["nothing is drawn"];
            return all.filter((one) => out(one.getBoundingClientRect()))
                .map((one) => one.dataset.id ?? one.getAttribute("d"));
        }""",
        what,
    )
    return found


NETWORKS = '.react-flow__node[data-id^="vnets/"]'


def test_a_phone_shows_the_whole_way_of_a_packet_and_a_stranger_the_whole_drawing(
    page: Page, worker: Worker, new_context: CreateContextCallback, asgi_server: str
) -> None:
    page.set_viewport_size(NARROW)
    sign_in(page)
    open_scenario(page, HUB)
    spread(page)
    assert out_of_view(page, NETWORKS) == []
    # Within one spoke and the hub: the way is shown larger, and all of it.
    ask(page, "dns")  # which hears nothing at this port; the way there is the same
    expect(page.get_by_test_id("verdict-forward")).to_contain_text("Dropped", timeout=20_000)
    ends = ", ".join(f'.react-flow__node[data-id="vms/{name}"]' for name in ("a1", "dns"))
    assert out_of_view(page, f"{ends}, .way path") == []
    assert out_of_view(page, NETWORKS) == ["vnets/spoke-b"]
    # From one end of the drawing to the other: nothing is gained by cutting frames off.
    ask(page, "b1")
    expect(page.get_by_test_id("verdict-return")).to_contain_text("Delivered", timeout=20_000)
    assert out_of_view(page, f"{NETWORKS}, .way path") == []
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Share link").input_value()
    for size in (ViewportSize(width=390, height=844), ViewportSize(width=1440, height=900)):
        stranger = new_context(base_url=asgi_server).new_page()
        stranger.set_viewport_size(size)
        stranger.goto(link)
        expect(stranger.get_by_test_id("verdict-return")).to_be_visible(timeout=20_000)
        assert out_of_view(stranger, NETWORKS) == []


def test_what_would_mend_it_is_said_once(page: Page, worker: Worker) -> None:
    sign_in(page)
    open_scenario(page, HUB)
    ask(page, "8.8.8.8")
    mend = page.get_by_role("region", name="Why, and the smallest fix")
    expect(mend).to_contain_text("Give the subnet a NAT gateway", timeout=20_000)
    expect(page.get_by_text("Why, and the smallest fix", exact=True)).to_have_count(1)
    mend.get_by_role("button", name="Find the smallest fix").click()
    expect(mend.get_by_test_id("remedies")).to_be_attached(timeout=30_000)
    expect(mend).not_to_contain_text("Give the subnet a NAT gateway, the NIC")
    assert axe(page) == []


def test_sentences_of_a_trace_stand_below_one_another(page: Page, worker: Worker) -> None:
    sign_in(page)
    open_scenario(page, HUB)
    play_trace(page)
    page.get_by_role("button", name="Explain in sentences").click()
    text = page.get_by_test_id("trace-text")
    boxes = text.locator("> *").evaluate_all("all => all.map((one) => one.getBoundingClientRect().toJSON())")
    assert len(boxes) > 5
    assert all(above["bottom"] <= below["top"] for above, below in pairwise(boxes))


def test_a_field_of_a_port_is_narrow(page: Page) -> None:
    sign_in(page)
    open_scenario(page, HUB)
    question = page.get_by_role("form", name="Packet")
    port = question.get_by_label("Port", exact=True).bounding_box()
    destination = question.get_by_label("Destination, name or address").bounding_box()
    assert port is not None and destination is not None
    assert port["width"] < destination["width"] / 2


def test_a_narrow_window_has_everything_in_one_menu(page: Page) -> None:
    page.set_viewport_size(NARROW)
    sign_in(page)
    open_scenario(page, FIREWALLS)
    more = page.get_by_role("button", name="More", exact=True)
    more.click()
    menu = page.get_by_role("dialog", name="More")
    for name in ("Compare with…", "Outline", "Problems", "Help", "Light or dark"):
        expect(menu.get_by_role("button", name=name)).to_be_visible()
    expect(menu.get_by_role("button", name="Rule cards")).to_be_visible()
    assert axe(page) == []
    # In a window that is low besides, all of it is reached by scrolling in the menu.
    page.set_viewport_size({"width": 700, "height": 320})
    box = menu.bounding_box()
    assert box is not None and box["y"] + box["height"] <= 320
    menu.get_by_role("button", name="Light or dark").scroll_into_view_if_needed()
    assert inside(page, ".more-menu", ".more-menu > .button:last-child")
    page.set_viewport_size(NARROW)
    menu.get_by_label("Rules of the provider").select_option("azure-2021")
    expect(menu.get_by_label("Rules of the provider")).to_have_value("azure-2021")
    menu.get_by_role("button", name="Outline").click()
    page.get_by_role("treeitem", name="web1-nic").click()
    expect(page.get_by_role("heading", name="web1-nic")).to_be_visible()
    expect(page.get_by_role("tree", name="Outline")).to_have_count(0)
    assert axe(page) == []


def test_what_is_being_loaded_is_readable_at_every_moment(page: Page) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    page.route("**/runs", lambda route: None)  # never answered
    page.get_by_role("tab", name="Runs").click()
    expect(page.get_by_text("Looking for runs")).to_be_visible()
    for moment in (0, 700, 1400):
        page.evaluate(
            "at => { for (const one of document.getAnimations()) { one.pause(); one.currentTime = at; } }",
            moment,
        )
        assert axe(page) == []


def test_the_dock_opens_low_and_grows_with_the_first_answer(page: Page, worker: Worker) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    dock = page.get_by_role("region", name="Dock")
    before = dock.bounding_box()
    play_trace(page)
    after = dock.bounding_box()
    assert before and after and before["height"] < 200 < 350 < after["height"]


def test_a_switch_of_the_rules_is_set_and_taken_back(page: Page) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    switches = page.get_by_test_id("switches")
    expect(switches.get_by_role("combobox")).to_have_count(12)
    icmp = switches.get_by_label("HA-ports rules carry ICMP.")
    icmp.select_option("false")
    expect(switches.get_by_text("set in this drawing")).to_have_count(1)
    expect(page.get_by_text("saved", exact=True)).to_be_visible()
    assert Scenario.objects.get(name=FIREWALLS).head.document["switches"] == {"icmp_ha_ports": False}
    page.get_by_role("heading", name="Rules", exact=True).click()
    page.locator(".inspector").press("Control+z")
    expect(switches.get_by_text("set in this drawing")).to_have_count(0)
    assert axe(page) == []


def test_the_inspector_says_backend_health_macs_and_addresses(page: Page) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    page.get_by_role("treeitem", name="External balancer").first.click()
    probes = page.get_by_role("region", name="Probes", exact=True)
    expect(probes.get_by_label(re.compile("^Interval of")).first).to_have_value("5")
    page.get_by_role("tab", name="Backend health").click()
    health = page.get_by_test_id("backend-health")
    expect(health.get_by_text("Rule https")).to_be_visible()
    expect(health.get_by_text("healthy").first).to_be_visible()
    page.locator('.tree-line:has(.name[title="web1"])').click()
    page.get_by_role("tab", name="Settings").click()
    expect(page.get_by_test_id("effective-macs")).to_contain_text("MAC in force")
    page.get_by_role("tab", name="Guest").click()
    addresses = page.get_by_role("region", name="Table: Addresses")
    for column in ("NIC", "Address", "MAC", "MTU", "Platform", "Guest"):
        expect(addresses.get_by_role("columnheader", name=column, exact=True)).to_be_visible()
    expect(addresses.get_by_role("row")).to_have_count(2)
    assert axe(page) == []


def test_choosing_in_the_outline_does_not_move_what_is_in_sight(page: Page) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    node = page.locator('.react-flow__node[data-id="vms/web1"]')
    expect(node).to_be_visible()
    before = node.bounding_box()
    page.get_by_role("treeitem", name="web1-nic").click()
    page.wait_for_timeout(500)
    assert node.bounding_box() == before


def test_an_edit_made_without_network_is_kept_and_saved_later(page: Page) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    page.context.set_offline(True)
    page.get_by_label("Rules of the provider").select_option("azure-2021")
    notice = page.get_by_test_id("notice")
    expect(notice).to_contain_text("Not saved, trying again.")
    expect(page.get_by_label("Rules of the provider")).to_have_value("azure-2021")
    assert axe(page) == []
    page.context.set_offline(False)
    expect(notice).to_have_count(0, timeout=10_000)
    assert Scenario.objects.get(name=FIREWALLS).head.document["profile"] == "azure-2021"


def test_who_signed_out_elsewhere_is_told_so_and_what_was_deleted_is_said(page: Page) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.get_by_label("Rules of the provider").select_option("azure-2021")
    notice = page.get_by_test_id("notice")
    expect(notice).to_contain_text("You are signed out; sign in again.")
    expect(notice.get_by_role("link", name="Sign in")).to_be_visible()
    page.context.add_cookies(cookies)  # type: ignore[arg-type]
    expect(notice).to_have_count(0, timeout=15_000)

    page.evaluate(
        "() => fetch(location.pathname.replace(/^\\/scenarios/, '/api/v1/scenarios').replace(/\\/$/, ''),"
        " {method: 'DELETE', headers: {'X-CSRFToken': /csrftoken=([^;]+)/.exec(document.cookie)[1]}})"
    )
    page.get_by_label("Rules of the provider").select_option("azure-2026")
    expect(notice).to_contain_text("This scenario was deleted.")


def test_a_question_that_cannot_be_asked_is_refused_by_the_names_people_gave(page: Page) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    ask(page, "nobody")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("neither an address nor the name")
    expect(alert).to_contain_text("web1")
    expect(alert).not_to_contain_text("vms/")
    page.get_by_label("Destination, name or address").fill("WEB1")
    expect(alert).to_have_count(0)


def test_long_names_leave_room_for_addresses(page: Page) -> None:
    scenario = Scenario.objects.get(name=HUB)
    from sandbox.scenarios import services

    long = "a-name-that-somebody-made-by-putting-every-word-of-a-naming-rule-behind-the-other-0001"
    patch = [{"op": "replace", "path": f"/topology/subnets/{key}/name", "value": long} for key in ("app-a",)]
    patch += [{"op": "replace", "path": "/topology/vms/a1/name", "value": long}]
    services.apply_patch(scenario, 1, patch, scenario.owner)
    sign_in(page)
    open_scenario(page, HUB)
    panel = ".rail-panel"
    item = page.get_by_role("treeitem", name=long).first
    expect(item.get_by_text("10.1.1.0/24")).to_be_visible()
    expect(item.get_by_text(long).first).to_have_attribute("title", long)
    assert inside(page, panel, f'{panel} .mono:has-text("10.1.1.0/24")')
    node = page.locator('.react-flow__node[data-id="subnets/app-a"]')
    expect(node.get_by_text("10.1.1.0/24")).to_be_visible()
    header = node.locator("header").bounding_box()
    assert header and header["height"] < 40


def test_warnings_and_routes_that_would_not_be_shown_are_said(page: Page) -> None:
    from sandbox.scenarios import services

    scenario = Scenario.objects.get(name=HUB)
    table = scenario.head.document["topology"]["route_tables"]["rt-spoke-a"]["routes"]
    route = f"/topology/route_tables/rt-spoke-a/routes/{next(iter(table))}/next_hop_ip"
    patch = [
        {"op": "replace", "path": route, "value": "10.0.1.99"},
        {"op": "add", "path": "/topology/vms/b1/power", "value": "stopped"},
    ]
    services.apply_patch(scenario, 1, patch, scenario.owner)
    sign_in(page)
    open_scenario(page, HUB)
    expect(page.get_by_test_id("warnings").first).to_contain_text("next-hop-unheld")
    page.get_by_role("treeitem", name="b1-nic").click()
    page.get_by_role("tab", name="Effective routes").click()
    expect(page.get_by_test_id("routes-shown")).to_contain_text("b1 does not run")
    assert axe(page) == []
