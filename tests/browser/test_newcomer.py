"""The first ten minutes: hub, two spokes and a firewall from blank to a packet across, with mouse or keys."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.people import axe, only_traces, open_scenario, sign_in
from tests.browser.test_drawing import blank, drag, middle, node, press, saved
from tests.conftest import Worker

pytestmark = pytest.mark.usefixtures("demo_account")


def piece(page: Page, name: str) -> Locator:
    """Return a piece of the palette, which is scrolled to it."""
    found = page.get_by_role("region", name="Add").get_by_role("button", name=re.compile(f"^{name}"))
    found.scroll_into_view_if_needed()
    return found


def drop(page: Page, name: str, into: Locator) -> None:
    """Drag a piece of the palette into a frame, beside what is in it."""
    drag(page, middle(piece(page, name)), middle(into, dy=12), drop=False)
    expect(page.locator(".ghost.ok")).to_be_visible()
    page.mouse.up()


def join(page: Page, start: str, end: str) -> None:
    """Draw a line from the dot of one network to another."""
    node(page, start).locator("header").first.click()
    dot = node(page, start).locator(".connector")
    drag(page, middle(dot), middle(node(page, end).locator("header").first), drop=False)
    expect(page.locator(".ghost.ok")).to_contain_text("two links")
    page.mouse.up()
    expect(page.get_by_role("region", name="Both links")).to_contain_text(f"at {end.split('/')[1]}")


def accepts(page: Page, spoke: str) -> Locator:
    return page.get_by_role("region", name="Both links").get_by_label(
        f"Accepts forwarded traffic, at {spoke}"
    )


def tidy(page: Page) -> None:
    page.get_by_role("button", name="Tidy up").click()
    expect(page.locator(".told")).to_contain_text("Tidied up.", timeout=15_000)
    page.locator(".told").get_by_role("button", name="Close").click()


def test_ten_minutes_by_mouse(page: Page, worker: Worker) -> None:
    """[vm1] spoke1 -- hub {fw1} -- spoke2 [vm2], both spokes routed by the firewall."""
    started = time.monotonic()
    only_traces(page)
    blank(page)
    page.keyboard.press("a")
    canvas = page.locator("main.canvas").bounding_box()
    assert canvas is not None
    drag(page, middle(piece(page, "Virtual network")), (canvas["x"] + 200, canvas["y"] + 60))
    for name, beside in (("spoke1", "hub"), ("spoke2", "spoke1")):
        x, y = middle(node(page, f"vnets/{beside}"))
        drag(page, middle(piece(page, "Virtual network")), (x, y + 150))
        expect(node(page, f"vnets/{name}")).to_be_visible()
    tidy(page)
    for name in ("hub", "spoke1", "spoke2"):
        drop(page, "Subnet", node(page, f"vnets/{name}"))
    tidy(page)
    drop(page, "Appliance", node(page, "subnets/subnet1"))
    drop(page, "VM", node(page, "subnets/subnet2"))
    drop(page, "VM", node(page, "subnets/subnet3"))
    tidy(page)
    join(page, "vnets/hub", "vnets/spoke1")
    accepts(page, "spoke1").check()
    join(page, "vnets/hub", "vnets/spoke2")
    for subnet in ("subnets/subnet2", "subnets/subnet3"):
        drag(page, middle(piece(page, "Route table")), middle(node(page, subnet).locator("header")))
        page.get_by_role("button", name="Add to Routes").click()
        expect(page.get_by_label("Next hop IP of default")).to_have_value("10.0.0.4")
    node(page, "vms/vm1").click()
    page.get_by_role("button", name="Trace from here").click()
    node(page, "vms/vm2").click()
    page.get_by_role("button", name="Trace to here").click()
    page.get_by_role("button", name="Run trace").last.click()
    # What is missing is said, and the step leads to where it is set.
    ending = page.get_by_test_id("verdict-forward")
    expect(ending).to_contain_text("the link of spoke2 does not allow forwarded traffic", timeout=60_000)
    last = page.get_by_test_id("trace-steps").get_by_role("listitem").last
    last.get_by_role("button", name="peerings/spoke2-hub").click()
    accepts(page, "spoke2").check()
    page.get_by_role("button", name="Run trace").last.click()
    expect(page.get_by_test_id("verdict-return")).to_contain_text("Delivered", timeout=60_000)
    expect(page.get_by_test_id("trace-steps")).to_contain_text("vms/fw1")
    # Who drew it all unasked has done the first steps as well.
    expect(page.get_by_role("region", name="First steps")).to_contain_text("its answer came back")
    document = saved(page)["topology"]
    assert (len(document["peerings"]), len(document["route_tables"])) == (4, 2)
    assert time.monotonic() - started < 600


def choose(page: Page, words: str) -> None:
    """Find a command or a thing by its words, and take the first."""
    page.keyboard.press("Control+k")
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Commands")).to_have_count(0)


def test_ten_minutes_by_keyboard_alone(page: Page, worker: Worker) -> None:
    """The same network; no pointer is moved or pressed."""
    only_traces(page)
    blank(page)
    press(page, "nsf")
    page.keyboard.press("Escape")
    for _ in range(2):
        press(page, "nsv")
        expect(node(page, "vnets/hub")).to_be_visible()
        page.keyboard.press("Escape")
    for spoke in ("spoke1", "spoke2"):
        choose(page, "virtual network hub")
        page.keyboard.press("c")
        page.keyboard.type(spoke)
        page.keyboard.press("Enter")
        accepts(page, spoke).focus()
        page.keyboard.press("Space")
        expect(accepts(page, spoke)).to_be_checked()
    for subnet in ("subnet2", "subnet3"):
        choose(page, f"Subnet {subnet}")
        press(page, "r")
        add = page.get_by_role("button", name="Add to Routes")
        add.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_label("Next hop IP of default")).to_have_value("10.0.0.4")
    page.get_by_label("Next hop IP of default").focus()
    choose(page, "vm1 > vm2:443")
    expect(page.get_by_test_id("verdict-return")).to_contain_text("Delivered", timeout=60_000)
    expect(page.get_by_test_id("trace-steps")).to_contain_text("vms/fw1")
    expect(page.get_by_role("region", name="First steps")).to_contain_text("its answer came back")
    assert len(saved(page)["topology"]["peerings"]) == 4


def test_the_tour_goes_from_place_to_place_is_skipped_and_taken_again(page: Page) -> None:
    sign_in(page)
    open_scenario(page, "First packet")
    page.get_by_role("button", name="Take the tour").click()
    tour = page.get_by_role("dialog", name="Tour")
    expect(tour).to_be_focused()
    expect(tour).to_contain_text("1 of 8")
    assert axe(page) == []
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("region", name="Add")).to_be_visible()
    tour.get_by_role("button", name="Next").click()
    expect(tour).to_contain_text("3 of 8")
    page.keyboard.press("Escape")
    expect(tour).to_have_count(0)
    page.reload()
    expect(page.get_by_role("button", name="Run trace")).to_be_visible()
    expect(page.get_by_role("region", name="Tour")).to_have_count(0)
    page.keyboard.press("?")
    page.get_by_role("button", name="Take the tour").click()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    expect(tour).to_have_count(0)
