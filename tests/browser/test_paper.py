"""On paper and as a picture: the whole drawing, and the trace with every step."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import FIREWALLS, open_scenario, play_race, play_trace, play_trials, sign_in
from tests.conftest import Worker

A4 = {"width": 688, "height": 1020}
"""A4 less its margins, in CSS pixels."""

pytestmark = pytest.mark.usefixtures("demo_account")


def test_a_trace_is_printed_whole_and_dark_on_white(page: Page, worker: Worker) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    page.get_by_role("button", name="Switch between light and dark").click()
    play_trace(page)
    steps = page.locator(".dock-body li").count()
    assert steps > 5
    page.emulate_media(media="print")
    page.set_viewport_size(A4)
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    picture = page.locator("img.printed")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    assert page.evaluate("() => document.documentElement.scrollWidth") <= A4["width"]
    clipped = """() => [...document.querySelectorAll('.dock, .dock-body, .dock-body *')].filter((one) =>
        one.checkVisibility() && getComputedStyle(one).overflowY !== 'visible'
        && one.scrollHeight > one.clientHeight + 1).map((one) => one.className)"""
    assert page.evaluate(clipped) == []
    assert page.evaluate("() => getComputedStyle(document.querySelector('.verdict')).colorScheme") == "light"
    for hidden in (".rail", ".inspector", ".react-flow", ".question"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.get_by_role("button", name="Explain in sentences")).to_be_hidden()
    assert page.locator(".dock-body li").last.is_visible()
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    expect(picture).to_have_count(0)


def test_what_was_asked_is_read_on_paper_and_aloud(page: Page, worker: Worker) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    play_trace(page)
    asked = page.get_by_text("Asked: web1 to client, tcp, port 443; revision 1.")
    width = "one => one.getBoundingClientRect().width"
    assert asked.evaluate(width) == 1
    page.emulate_media(media="print")
    assert asked.evaluate(width) > 200
    expect(page.locator(".branch input").first).to_be_hidden()


def test_a_race_is_printed_with_its_lanes_and_no_table_is_cut_off(page: Page, worker: Worker) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    play_race(page)
    heads = page.get_by_test_id("race-metrics").locator("thead th")
    overlaps = "all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)"
    assert heads.count() > 5
    assert heads.evaluate_all(overlaps) == []
    page.emulate_media(media="print")
    page.set_viewport_size(A4)
    exact = "one => getComputedStyle(one).printColorAdjust"
    for drawn in (".lane-area .span", ".lane-area .piece", ".bar-parts > span"):
        assert page.locator(drawn).first.evaluate(exact) == "exact"
    for pressed in (".fold", ".fold-all"):
        expect(page.locator(pressed).first).to_be_hidden()
    assert wider(page) == []
    page.emulate_media(media="screen")
    play_trials(page)
    page.emulate_media(media="print")
    assert page.locator(".legend .swatch").first.evaluate(exact) == "exact"
    assert wider(page) == []


def wider(page: Page) -> list[str]:
    """Return the texts of the cells that end beyond the sheet or their column."""
    found: list[str] = page.evaluate(
        """() => {
            const edge = document.querySelector('.dock-body').getBoundingClientRect().right
            const out = (one) =>
                one.getBoundingClientRect().right > edge || one.scrollWidth > one.clientWidth + 1
            return [...document.querySelectorAll('.dock .table :is(th, td)')]
                .filter((one) => one.checkVisibility() && out(one)).map((one) => one.textContent)
        }"""
    )
    return found


@pytest.mark.parametrize(("name", "start"), [("SVG", b"<svg"), ("PNG", b"\x89PNG")])
def test_a_picture_is_saved(page: Page, tmp_path: Path, name: str, start: bytes) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Find a command or a thing").fill(f"Picture as {name}")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == f"two-firewalls-behind-a-load-balancer.{name.lower()}"
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(start)
    if name == "SVG":
        words = "".join(ElementTree.fromstring(content).itertext())
        assert "web1" in words and "hub" in words
    else:
        assert len(content) > 20_000
