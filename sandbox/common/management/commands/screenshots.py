"""`manage.py screenshots`: take the pictures of README and docs from a running demo, so that they hold."""

from __future__ import annotations

import base64
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
HUB = "Hub and two spokes through a firewall"
PROBLEMS = "A drawing with problems"
COURSE = "Azure networking, hands on"
LAB = "First packet"
PREDICTED = {
    "which-route": {"type": "Internet", "source": "Default", "prefix": "0.0.0.0/0"},
    "first-address": {"answer": "NO_SUCH_HOST"},
}
"""A wrong one and a right one; the lab runs nothing before."""
LONG_MS = 240_000


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
                        (folder / f"{name}{ending}.webp").write_bytes(_shot(page))
                    page.evaluate(_SWITCH, "light")
                    print(f"wrote {folder / name}.webp and {name}-dark.webp", flush=True)
        except Trouble as trouble:
            sys.exit(str(trouble))


QUALITY = 90
"""Of WebP: letters stay sharp at less than half of what PNG takes."""


def _shot(page: Page) -> bytes:
    """Return what the page shows as WebP, which Playwright itself does not write."""
    browser = page.context.new_cdp_session(page)
    asked = {"format": "webp", "quality": QUALITY, "optimizeForSpeed": False}
    found = browser.send("Page.captureScreenshot", asked)
    browser.detach()
    return base64.b64decode(found["data"])


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
    _open(page, OPENED)
    yield "scenario"
    yield from _packets(page)
    yield from _failovers(page)
    yield from _drawing(page)
    yield from _classes(page)


def _open(page: Page, name: str) -> None:
    page.goto("/")
    page.get_by_role("link", name=name).first.click()
    page.get_by_role("button", name="Run trace").wait_for()


def _packets(page: Page) -> Iterator[str]:
    """One packet: its trace, the same on a phone, all pairs, and two clouds beside each other."""
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
    page.locator("section.matrix[aria-busy=false]").wait_for(timeout=LONG_MS)
    yield "matrix"
    _open(page, HUB)
    page.get_by_role("tab", name="Compare").click()
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_test_id("side-aws").get_by_text("Dropped").wait_for(timeout=LONG_MS)
    yield "compare"


def _failovers(page: Page) -> Iterator[str]:
    """One fault: designs race, many trials, and played live."""
    # High enough for both designs of a race.
    page.evaluate("localStorage.setItem('dock-height', '480')")
    _open(page, OPENED)
    page.get_by_role("tab", name="Failover").click()
    page.get_by_role("button", name="Race", exact=True).click()
    page.get_by_test_id("race-metrics").wait_for()
    yield "race"
    page.get_by_role("button", name="Run 1,000 trials").click()
    summary = page.get_by_test_id("trials-summary")
    summary.wait_for(timeout=LONG_MS)
    summary.evaluate("element => element.scrollIntoView({block: 'start'})")
    yield "trials"
    page.get_by_role("tab", name="Live").click()
    page.get_by_role("button", name="Play live").click()
    page.get_by_role("button", name="Fail Appliance 1").click(timeout=LONG_MS)
    page.get_by_text("new flows fail since +").first.wait_for(timeout=LONG_MS)
    yield "live"
    page.get_by_role("button", name="End and save").click()
    page.get_by_test_id("live-saved").wait_for(timeout=LONG_MS)
    page.evaluate("localStorage.removeItem('dock-height')")


STEPS = (
    ("Add a virtual network", "Add a subnet", "Add a VM", "Add another VM", "Run trace"),
    ("Add a spoke", "Add a subnet to spoke1", "Add a VM to spoke1"),
    ("Add a spoke", "Add a subnet to spoke2", "Add a VM to spoke2"),
    ("Peer hub with spoke1", "Peer hub with spoke2", "Run trace"),
)


def _drawing(page: Page) -> Iterator[str]:
    """Problems with their mends, and the first steps where a packet has died."""
    _open(page, PROBLEMS)
    page.get_by_role("button", name=re.compile("^Problems")).first.click()
    yield "problems"
    page.goto("/")
    page.get_by_role("button", name="New scenario", exact=True).click()
    steps = page.get_by_role("region", name="First steps")
    for words in (words for chapter in STEPS for words in chapter):
        steps.get_by_role("button", name=words, exact=True).click(timeout=LONG_MS)
    steps.get_by_role("status").wait_for(timeout=LONG_MS)
    yield "first-steps"


def _classes(page: Page) -> Iterator[str]:
    """A lab as its learner sees it, graded; the gradebook; the wall while a class works."""
    page.goto("/courses/")
    page.get_by_role("link", name=COURSE).click()
    page.get_by_role("link", name=LAB, exact=True).wait_for()
    course = page.url
    page.goto(f"{course}gradebook/")
    yield "gradebook"
    page.goto(course)
    page.get_by_role("row").filter(has=page.get_by_role("link", name=LAB, exact=True)).get_by_role(
        "link", name="wall"
    ).click()
    page.get_by_role("heading", name="The wall").wait_for()
    yield "wall"
    page.goto(course)
    page.get_by_role("link", name=LAB, exact=True).click()
    page.get_by_role("button", name="Try it as a learner").click()
    page.get_by_role("button", name="Open the drawing").click()
    page.get_by_role("link", name="Exercise").click()
    for check, answers in PREDICTED.items():
        question = page.locator(f"#check-{check}")
        for label, answer in answers.items():
            field = question.get_by_label(label)
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(answer)
            else:
                field.fill(answer)
        question.get_by_role("button", name="Lock the answer").click()
        question.get_by_text("locked").wait_for()
    page.get_by_role("button", name="Submit").click()
    page.locator(".check-row").first.wait_for(timeout=LONG_MS)
    page.locator(".check-row").first.evaluate("element => element.scrollIntoView({block: 'center'})")
    yield "exercise"
