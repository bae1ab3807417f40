"""What an address names is shown in the drawing, and the page stays as large as its window."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.people import is_open, open_scenario, play_trace, sign_in
from tests.conftest import Worker

OUTSIDE = """() => {
  const pane = document.querySelector(".canvas").getBoundingClientRect();
  return [...document.querySelectorAll(".react-flow__node")]
    .map((node) => [node.dataset.id, node.getBoundingClientRect()])
    .filter(([, box]) => box.left < pane.left || box.top < pane.top)
    .map(([id]) => id);
}"""


def test_an_address_that_names_a_thing_shows_the_drawing_around_it(page: Page, demo_account: None) -> None:
    sign_in(page)
    found = page.request.get("/api/v1/scenarios").json()["items"][0]
    drawing = page.request.get(f"/api/v1/scenarios/{found['id']}").json()["document"]
    subnet = next(iter(drawing["topology"]["subnets"]))
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{found['url']}?select=subnets/{subnet}")
    is_open(page)
    expect(page.locator(".react-flow__node").first).to_be_visible()
    page.wait_for_function(f"() => ({OUTSIDE})().length === 0")


def test_a_trace_does_not_stretch_the_page(page: Page, demo_account: None, worker: Worker) -> None:
    sign_in(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    found = page.request.get("/api/v1/scenarios").json()["items"][0]
    open_scenario(page, found["name"])
    play_trace(page)
    assert page.evaluate("document.documentElement.scrollHeight") <= 900
