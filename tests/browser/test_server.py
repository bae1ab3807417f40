"""The harness itself: a real browser reaches the real server, and our headers hold."""

from __future__ import annotations

from playwright.sync_api import Page


def test_the_browser_reaches_the_server(page: Page) -> None:
    answer = page.goto("/healthz")
    assert answer
    assert answer.json() == {"status": "ok", "database": "ok", "redis": "ok"}


def test_inline_scripts_do_not_run(page: Page) -> None:
    page.goto("/healthz")
    policy = page.evaluate("() => fetch('/healthz').then(a => a.headers.get('content-security-policy'))")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
