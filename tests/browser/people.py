"""What people do on the pages, in their words; waits on what they would wait for."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import APIResponse, Page, Route, expect

from tests.conftest import ROOT

FIREWALLS = "Two firewalls behind a load balancer"
AXE = ROOT / "static" / "src" / "node_modules" / "axe-core" / "axe.min.js"


def sign_in(page: Page) -> None:
    """Give the browser what it has after signing in, without loading the pages that lead there."""
    form = "/accounts/login/"
    page.request.get(form)
    post(page, form, login="demo", password="demo-password")


def post(page: Page, path: str, **fields: str) -> APIResponse:
    """Send a form as the browser of this page would, without loading what comes back."""
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    return page.request.post(path, form={**fields, "csrfmiddlewaretoken": token}, fail_on_status_code=True)


def sign_in_by_hand(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_placeholder("Username").fill("demo")
    page.get_by_placeholder("Password").fill("demo-password")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "login" not in url)


def open_scenario(page: Page, name: str, *, run: bool = True) -> None:
    """Open the person's scenario whose name begins so."""
    found = page.request.get("/api/v1/scenarios").json()["items"]
    page.goto(next(item["url"] for item in found if item["name"].startswith(name)))
    is_open(page, run=run)


def is_open(page: Page, *, run: bool = True) -> None:
    """Wait until a drawing is shown, and with ``run`` until it may be run."""
    button = page.get_by_role("button", name="Run trace")
    expect(button).to_be_visible()
    if run:
        expect(button).to_be_enabled()


def play_trace(page: Page) -> None:
    page.get_by_role("button", name="Run trace").click()
    expect(page.get_by_test_id("verdict-return")).to_be_visible(timeout=60_000)


def play_race(page: Page) -> None:
    page.get_by_role("tab", name="Failover").click()
    page.get_by_role("button", name="Race", exact=True).click()
    expect(page.get_by_test_id("race-metrics")).to_be_visible(timeout=30_000)


def play_trials(page: Page) -> None:
    page.get_by_role("button", name="Run 1,000 trials").click()
    expect(page.get_by_test_id("trials-summary")).to_be_visible(timeout=60_000)


def axe(page: Page, *, colours: bool = False, within: str = "html") -> list[Any]:
    """Return what axe-core finds wrong, shortened to rule and place; with ``colours`` contrast alone."""
    # The page's policy forbids script elements; evaluating is the debugger's way in.
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    only = "runOnly: {type: 'rule', values: ['color-contrast']}" if colours else ""
    found = page.evaluate(f"() => axe.run({within!r}, {{resultTypes: ['violations'], {only}}})")
    return [(entry["id"], [node["target"] for node in entry["nodes"]][:3]) for entry in found["violations"]]


def only_traces(page: Page) -> None:
    """Keep the page from asking what each edit did: compiling the answer takes the tests' only worker."""

    def judge(route: Route) -> None:
        if '"kind":"difference"' in (route.request.post_data or ""):
            route.abort()
        else:
            route.fallback()

    page.route("**/runs", judge)
