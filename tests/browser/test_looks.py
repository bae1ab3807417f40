"""Every page, panel and dialog: axe-core finds nothing, in light, dark and both with high contrast."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import FIREWALLS, axe, open_scenario, play_race, play_trace, post, sign_in
from tests.conftest import Worker

pytestmark = [pytest.mark.usefixtures("demo_account"), pytest.mark.timeout(900)]

LOOKS = (("light", "auto"), ("dark", "auto"), ("light", "more"), ("dark", "more"))

SWITCH = """async ([theme, contrast]) => {
  document.documentElement.dataset.theme = theme;
  document.documentElement.dataset.contrast = contrast;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const still = Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)));
  // What is taken away while it moves may never say that it is over.
  await Promise.race([still, new Promise((done) => setTimeout(done, 2000))]);
}"""


class Looked:
    """What was found wrong so far; all of it is told at the end."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found: list[str] = []
        page.emulate_media(reduced_motion="reduce")

    def at(self, place: str) -> None:
        """Look at the page: everything once, then the colours in the other looks."""
        for look in LOOKS:
            self.page.evaluate(SWITCH, list(look))
            for rule, targets in axe(self.page, colours=look != LOOKS[0]):
                self.found.append(f"{place}, {' '.join(look)}: {rule} {targets}")
        self.page.evaluate(SWITCH, list(LOOKS[0]))

    def nothing_is_wrong(self) -> None:
        assert not self.found, "\n".join(self.found)


def test_pages(page: Page) -> None:
    looked = Looked(page)
    for address in ("/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/nowhere/"):
        page.goto(address)
        looked.at(f"stranger at {address}")
    page.goto("/accounts/login/")
    post(page, "/guest/")
    for address in ("/", "/accounts/claim/"):
        page.goto(address)
        looked.at(f"guest at {address}")
    page.context.clear_cookies()
    sign_in(page)
    addresses = ("/", "/?q=nothing+like+it", "/templates/", "/glossary/", "/facts/?q=peering", "/settings/")
    for address in (*addresses, "/accounts/logout/", "/accounts/password/change/", "/courses/"):
        page.goto(address)
        looked.at(address)
    looked.nothing_is_wrong()
    page.set_viewport_size({"width": 390, "height": 844})
    for address in (*addresses, "/courses/", "/accounts/password/change/"):
        page.goto(address)
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= 390, f"{address} is {wide} px wide"


PANELS = ("Add", "Outline", "Problems", "Rule cards", "Help")
INSPECTED = (
    ("vms/fw1", ("Settings", "Effective routes", "Effective rules", "Guest")),
    ("subnets/protected", ("Settings", "Effective routes")),
    ("vnets/hub", ("",)),
    ("load_balancers/ilb", ("Settings", "Backend health")),
)
PICTURES = ("Explain in sentences", "One router", "A router at each NIC", "Frames")
TABS = ("Compare", "Matrix", "Edits", "Runs")
VIEWS = ("Timeline", "Live", "Distributions", "Sweep", "Numbers")


def test_workbench(page: Page, worker: Worker) -> None:
    """Rail, inspector and dock at once, each in its next state: axe reads the whole page anyway."""
    looked = Looked(page)
    sign_in(page)
    open_scenario(page, FIREWALLS)
    play_trace(page)

    def panels() -> Iterator[str]:
        for panel in PANELS:
            page.get_by_label("Panels").get_by_role("button", name=panel, exact=True).click()
            yield panel

    def inspected() -> Iterator[str]:
        for path, views in INSPECTED:
            page.locator(f'.react-flow__node[data-id="{path}"]').dispatch_event("click")
            for view in views:
                if view:
                    page.get_by_label("Inspector").get_by_role("tab", name=view).click()
                yield f"{path} {view}"

    def docked() -> Iterator[str]:
        yield "trace"
        for picture in PICTURES:
            page.get_by_role("button", name=picture, exact=True).click()
            yield picture
        for tab in TABS:
            page.get_by_role("tab", name=tab, exact=True).click()
            yield tab
        play_race(page)
        for view in VIEWS:
            page.get_by_role("tab", name=view).click()
            yield f"failover, {view}"

    for states in itertools.zip_longest(panels(), inspected(), docked()):
        looked.at(", ".join(state for state in states if state))
    looked.nothing_is_wrong()


def test_dialogs(page: Page) -> None:
    looked = Looked(page)
    sign_in(page)
    open_scenario(page, FIREWALLS)
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    looked.at("share")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    looked.at("commands")
    page.keyboard.press("Escape")
    for command in ("History of revisions", "Find and replace a prefix"):
        page.keyboard.press("Control+k")
        page.get_by_role("combobox", name="Find a command or a thing").fill(command)
        page.keyboard.press("Enter")
        looked.at(command)
        page.keyboard.press("Escape")
    page.locator(".react-flow__pane").click(position={"x": 5, "y": 5})
    page.keyboard.press("Control+a")
    for key, dialog in (("m", "bulk"), ("Delete", "delete")):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        looked.at(dialog)
        page.keyboard.press("Escape")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name=re.compile("^More")).click()
    looked.at("menu of a narrow window")
    looked.nothing_is_wrong()
