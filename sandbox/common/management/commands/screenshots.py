"""`manage.py screenshots`: take the pictures of README and docs from a running demo, so that they hold."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from sandbox.common.launch import tools
from sandbox.common.launch.stages import ROOT, Trouble

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

FLAGS = ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"]
WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
OPENED = "Two firewalls behind a load balancer"


class Command(BaseCommand):
    help = "Start a demo with data of its own and take the pictures of README and docs, light and dark."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to", type=Path, default=ROOT / "docs" / "pictures", help="folder of the pictures"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["to"]
        folder.mkdir(parents=True, exist_ok=True)
        try:
            tools.install_missing()
            with _demo() as address, _page(address) as page:
                for name in _pictures(page):
                    for theme, ending in (("light", ""), ("dark", "-dark")):
                        page.evaluate(_SWITCH, theme)
                        page.screenshot(path=folder / f"{name}{ending}.png", animations="disabled")
                    page.evaluate(_SWITCH, "light")
                    print(f"wrote {folder / name}.png and {name}-dark.png", flush=True)
        except Trouble as trouble:
            sys.exit(str(trouble))


_SWITCH = """async (theme) => {
  document.documentElement.dataset.theme = theme;
  await document.fonts.ready;
  for (let wait = 0; wait < 3; wait += 1) await new Promise(requestAnimationFrame);
  await Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)));
}"""


def _environment() -> dict[str, str]:
    """Return the environment of a demo whose kernels are compiled already where this machine has them."""
    return {"NUMBA_CACHE_DIR": str(ROOT / ".data" / "kernels"), **os.environ}


@contextmanager
def _demo() -> Iterator[str]:
    """Start a demo on data of its own and yield its address."""
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "manage.py", "demo", "--no-open", "--data", data]
        demo = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=_environment())
        assert demo.stdout
        said = ""
        try:
            for line in demo.stdout:
                said += line
                if found := re.search(r"is ready: (\S+)", line):
                    yield found[1]
                    return
            raise Trouble(f"The demo did not start:\n{said}")
        finally:
            demo.send_signal(signal.SIGINT)
            demo.communicate(timeout=30)


@contextmanager
def _page(address: str) -> Iterator[Page]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tools.find_chromium(), args=FLAGS)
        context = browser.new_context(
            base_url=address, viewport=WIDE, locale="en-GB", color_scheme="light", reduced_motion="reduce"
        )
        # High enough for both designs of a race.
        context.add_init_script("localStorage.setItem('dock-height', '480')")
        yield context.new_page()
        browser.close()


def _pictures(page: Page) -> Iterator[str]:
    """Do what a person does; yield the name of a picture whenever there is something to see."""
    page.goto("/")
    yield "landing"
    page.goto("/accounts/login/")
    page.get_by_placeholder("Username").fill("demo")
    page.get_by_placeholder("Password").fill("demo-password")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="My scenarios").wait_for()
    yield "home"
    page.set_viewport_size(NARROW)
    yield "home-390"
    page.set_viewport_size(WIDE)
    page.get_by_role("link", name=OPENED).first.click()
    page.get_by_role("button", name="Run trace").wait_for()
    yield "scenario"
    page.get_by_role("button", name="Run trace").click()
    page.get_by_test_id("verdict-return").wait_for()
    yield "trace"
    page.set_viewport_size(NARROW)
    page.reload()  # as somebody opens it on a phone
    page.get_by_test_id("verdict-return").wait_for()
    yield "trace-390"
    page.set_viewport_size(WIDE)
    page.reload()
    page.get_by_role("tab", name="Matrix").click()
    page.get_by_role("button", name="Run matrix").click()
    page.locator("section.matrix[aria-busy=false]").wait_for(timeout=240_000)
    yield "matrix"
    page.get_by_role("tab", name="Failover").click()
    page.get_by_role("button", name="Race", exact=True).click()
    page.get_by_test_id("race-metrics").wait_for()
    yield "race"
    page.get_by_role("button", name="Run 1,000 trials").click()
    summary = page.get_by_test_id("trials-summary")
    summary.wait_for(timeout=240_000)
    summary.evaluate("element => element.scrollIntoView({block: 'start'})")
    yield "trials"
