"""On a phone: what the line of the header has no room for is in a menu, and tables move in their own box."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from pytest_playwright.pytest_playwright import CreateContextCallback

from tests.browser.people import axe, sign_in
from tests.browser.test_classes import open_course

pytestmark = pytest.mark.usefixtures("demo_account")

PHONE: ViewportSize = {"width": 390, "height": 844}


def test_the_menu_of_the_header_works_by_touch(new_context: CreateContextCallback, asgi_server: str) -> None:
    page = new_context(base_url=asgi_server, has_touch=True).new_page()
    page.set_viewport_size(PHONE)
    for address in ("/", "/accounts/login/", "/nowhere/"):
        page.goto(address)
        page.get_by_role("button", name="Menu").tap()
        expect(
            page.get_by_role("navigation", name="Menu").get_by_role("link", name="Glossary")
        ).to_be_visible()
    sign_in(page)
    for address in ("/courses/", "/facts/", "/settings/"):
        page.goto(address)
        page.get_by_role("button", name="Menu").tap()
        menu = page.get_by_role("navigation", name="Menu")
        for name in ("Rule cards", "Glossary", "Settings of demo"):
            expect(menu.get_by_role("link", name=name)).to_be_visible()
        expect(menu.get_by_role("button", name="Sign out")).to_be_visible()
        sizes = menu.locator("a, button").evaluate_all("all => all.map(one => one.offsetHeight)")
        assert min(sizes) >= 44
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert axe(page) == []
        page.touchscreen.tap(40, 700)
        expect(menu).to_be_hidden()
    page.get_by_role("button", name="Menu").tap()
    menu.get_by_role("link", name="Rule cards").tap()
    expect(page).to_have_url(f"{asgi_server}/facts/")


def test_the_menu_of_the_header_works_by_keyboard(page: Page) -> None:
    sign_in(page)
    page.set_viewport_size(PHONE)
    page.goto("/courses/")
    button = page.get_by_role("button", name="Menu")
    menu = page.get_by_role("navigation", name="Menu")
    button.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(menu.get_by_role("link", name="Rule cards")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/glossary/$"))


def test_where_there_is_room_no_menu_is_needed(page: Page) -> None:
    sign_in(page)
    page.goto("/courses/")
    expect(page.get_by_role("button", name="Menu")).to_be_hidden()
    expect(page.get_by_role("link", name="Glossary").first).to_be_visible()


def test_a_table_of_a_text_keeps_its_words_and_moves_in_its_own_box(page: Page) -> None:
    """Lab 27 has a table of pairs, flows and ways; no word of it is cut where the page is narrow."""
    open_course(page)
    page.set_viewport_size(PHONE)
    page.get_by_role("link", name="Night shift").click()
    page.get_by_role("button", name="Try it as a learner").click()
    table = page.locator(".prose table").first
    table.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    cut = """all => all.filter((cell) => {
        const words = (cell.textContent ?? "").split(/[\\s-]+/u);
        const ruler = document.createElement("span");
        ruler.style.cssText = "position:absolute;white-space:nowrap;visibility:hidden";
        cell.append(ruler);
        const longest = Math.max(...words.map((word) => {
            ruler.textContent = word;
            return ruler.offsetWidth;
        }));
        ruler.remove();
        return longest > cell.clientWidth;
    }).map((cell) => cell.textContent)"""
    assert table.locator("th, td").evaluate_all(cut) == []
    box = page.get_by_role("region", name="from, to, by way of")
    table.evaluate("one => { one.style.width = '900px'; }")  # as one of more columns would be
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    box.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("one => one.scrollLeft > 0", arg=box.element_handle())
    assert axe(page) == []
