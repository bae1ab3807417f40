"""The demo loses its web server, its broker and its worker while a page watches a run: nothing is missing."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_playwright.pytest_playwright import CreateContextCallback

from tests.browser.people import FIREWALLS, open_scenario, sign_in
from tests.commands.test_demo import clean_environment, demo

PROGRAMS = {"uvicorn", "redis-server", "celery"}


@pytest.mark.timeout(900)  # a whole start, a crash and the start after it
def test_the_page_reconnects_and_shows_everything(tmp_path: Path, new_context: CreateContextCallback) -> None:
    with demo(tmp_path, clean_environment()) as running:
        page = new_context(base_url=running.address).new_page()
        sign_in(page)
        open_scenario(page, FIREWALLS)
        page.get_by_role("tab", name="Failover").click()
        page.get_by_label("Trials").fill("50000")
        page.get_by_role("button", name="Run 50,000 trials").click()
        expect(page.get_by_text(re.compile(r"^[1-9][\d,]* of 50,000 trials"))).to_be_visible(timeout=90_000)
        killed = set()
        for pid, command in running.processes().items():
            for program in PROGRAMS:
                if program in command:
                    os.kill(pid, signal.SIGKILL)
                    killed.add(program)
        assert killed == PROGRAMS
        expect(page.get_by_test_id("trials-summary")).to_be_visible(timeout=300_000)
        run = page.url.partition("run=")[2].partition("&")[0]
        answer = page.request.get(f"/api/v1/runs/{run}/events?after=0")
        events = answer.json()["events"]
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        assert [event["event"] for event in events].count("trials.summary") == 1
        assert events[-1]["state"] == "succeeded"
        # The page itself has the last progress and the summary, as somebody who never lost the line.
        page.reload()
        expect(page.get_by_test_id("trials-summary")).to_contain_text("50,000")
