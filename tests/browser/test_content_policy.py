"""The content security policy in a real browser: the main pages have a strict one, and nothing is stopped.

`tests/sandbox/test_policy.py` reads the header of every address; here the browser judges what pages do.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, Response, expect

from tests.browser.people import FIREWALLS, is_open, sign_in

NOTE = """() => {
  window.stopped = [];
  document.addEventListener('securitypolicyviolation', ({effectiveDirective, blockedURI}) => {
    window.stopped.push(`${effectiveDirective} ${blockedURI}`);
  });
}"""
STOPPED = "() => window.stopped"

STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}


def policy(response: Response | None) -> dict[str, str]:
    assert response is not None
    parts = response.header_value("content-security-policy") or ""
    found = dict(part.strip().partition(" ")[::2] for part in parts.split(";"))
    return {name: found.get(name, "") for name in STRICT}


def visit(page: Page, address: str) -> list[Any]:
    """Open a page, hold its header to the strict policy, and return what the browser stopped on it."""
    assert policy(page.goto(address)) == STRICT, address
    page.wait_for_load_state("networkidle")
    return [(address, one) for one in page.evaluate(STOPPED)]


def test_nothing_on_the_main_pages_is_stopped_by_their_policy(page: Page, demo_account: None) -> None:
    page.add_init_script(f"({NOTE})()")
    stopped = visit(page, "/") + visit(page, "/accounts/login/")
    sign_in(page)
    for address in ("/", "/templates/", "/glossary/", "/facts/", "/settings/", "/courses/", "/nowhere/"):
        stopped += visit(page, address)
    found = page.request.get("/api/v1/scenarios").json()["items"]
    url = next(item["url"] for item in found if item["name"].startswith(FIREWALLS))
    stopped += visit(page, url)
    is_open(page)
    page.locator('.react-flow__node[data-id="vms/fw1"]').dispatch_event("click")
    for tab in ("Effective routes", "Effective rules", "Guest"):
        page.get_by_label("Inspector").get_by_role("tab", name=tab).click()
    for tab in ("Compare", "Failover", "Matrix", "Edits", "Runs"):
        page.get_by_role("tab", name=tab, exact=True).click()
    page.get_by_role("button", name="History of revisions").click()
    expect(page.get_by_role("dialog", name="History")).to_be_visible()
    assert stopped + page.evaluate(STOPPED) == []


def test_what_does_not_come_from_here_is_stopped_and_heard_of(page: Page) -> None:
    # A page of its own: the other one must never hear of such a thing.
    other = page.context.new_page()
    other.add_init_script(f"({NOTE})()")
    assert visit(other, "/accounts/login/") == []
    other.evaluate(
        """() => {
          const script = document.createElement('script');
          script.textContent = 'window.ran = true';
          document.head.append(script);
        }"""
    )
    other.wait_for_function("() => window.stopped.length > 0")
    assert other.evaluate(STOPPED) == ["script-src-elem inline"]
    assert other.evaluate("() => window.ran") is None
