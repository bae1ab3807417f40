"""On paper and as a picture: the whole drawing, and the trace with every step."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import FIREWALLS, open_scenario, play_trace, sign_in
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
