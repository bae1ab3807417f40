"""The failover in use: one clock for lanes and drawing, targets, sweeps, numbers, faults, links."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_playwright.pytest_playwright import CreateContextCallback

from sandbox.scenarios.models import Scenario
from tests.browser.people import FIREWALLS, axe, open_scenario, play_race, sign_in
from tests.conftest import Worker

pytestmark = pytest.mark.usefixtures("demo_account")


def race(page: Page) -> None:
    """Race the first two designs and stop the clock at its beginning."""
    page.emulate_media(reduced_motion="reduce")
    sign_in(page)
    open_scenario(page, FIREWALLS)
    play_race(page)
    page.get_by_label("Time", exact=True).press("Home")


def view(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def test_lanes_and_drawing_move_together(page: Page, worker: Worker) -> None:
    race(page)
    moment, marked = page.get_by_test_id("moment"), page.locator('.react-flow__node[data-id="vms/fw1"]')
    expect(moment).to_contain_text("−5.0 s All new packets of web1 to client and their answers arrive.")
    expect(page.locator(".way.tone-delivered")).to_have_count(2)
    page.get_by_role("button", name="Next event").click()
    expect(moment).to_contain_text("+0.0 s 0 % of new packets")
    expect(moment).to_contain_text("(NH_STOPPED). Dead: Appliance 1.")
    expect(marked.get_by_text("down", exact=True)).to_be_visible()
    expect(page.locator(".way.tone-dropped")).to_have_count(1)
    page.get_by_label("Design on the drawing").select_option("balancer")
    expect(moment).to_contain_text("50 % of new packets of web1 to client arrive")
    page.get_by_label("Flow on the drawing").select_option("inbound")
    expect(moment).to_contain_text("of new packets of client to web1 arrive")
    assert axe(page) == []


def test_the_keys_go_from_event_to_event(page: Page, worker: Worker) -> None:
    race(page)
    slider = page.get_by_label("Time", exact=True)
    slider.press("n")
    expect(slider).to_have_attribute("aria-valuetext", "+0.0 s")
    slider.press("n")
    second = slider.get_attribute("aria-valuetext")
    assert second != "+0.0 s"
    slider.press("b")
    expect(slider).to_have_attribute("aria-valuetext", "+0.0 s")
    slider.press("End")
    expect(page.get_by_test_id("moment")).to_contain_text("All new packets of web1 to client")


def test_a_link_to_a_moment_opens_it_here_and_on_a_shared_page(
    page: Page, worker: Worker, new_context: CreateContextCallback, asgi_server: str
) -> None:
    race(page)
    page.get_by_text(re.compile("^Everything that happened")).click()
    event = page.get_by_role("button", name="probe 2 of 2 on Appliance 1 unanswered")
    event.click()
    expect(event).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Flow on the drawing").select_option("inbound")
    said = page.get_by_test_id("moment").inner_text()
    page.get_by_role("button", name="Copy link to this moment").click()
    expect(page).to_have_url(re.compile(r"run=.+&t=.+&design=balancer&flow=inbound&event=\d+"))
    moment = page.url.partition("?")[2]
    page.reload()
    expect(page.get_by_test_id("moment")).to_have_text(said)
    expect(event).to_have_attribute("aria-pressed", "true")
    expect(event).to_be_visible()

    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Share link").input_value()
    stranger = new_context(base_url=asgi_server).new_page()
    stranger.goto(f"{link}?{moment}")
    expect(stranger.get_by_test_id("moment")).to_have_text(said)
    expect(stranger.get_by_label("Flow on the drawing")).to_have_value("inbound")
    expect(stranger.get_by_role("button", name="Race", exact=True)).to_have_count(0)
    assert axe(stranger) == []


def test_trials_are_judged_by_a_target_and_every_picture_has_a_table(page: Page, worker: Worker) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    page.get_by_role("tab", name="Failover").click()
    view(page, "Distributions")
    page.get_by_label("Recover within").fill("20")
    page.get_by_label("lose at most").fill("1000000")
    page.get_by_text("How often things happen in a month").click()
    page.get_by_label("Crashes of a VM").fill("3")
    page.get_by_role("button", name="Run 1,000 trials").click()
    target = page.get_by_test_id("target")
    expect(target).to_contain_text("recover within 20.0 s and lose at most 1,000,000 packets", timeout=60_000)
    expect(target.get_by_role("row", name="Balancer with probes")).to_contain_text("passes")
    expect(target.get_by_role("row", name="Addresses moved by")).to_contain_text("too slow")
    expect(page.get_by_test_id("availability")).to_contain_text("3 crashes of a VM")
    summary = page.get_by_test_id("trials-summary")
    expect(summary.get_by_text("The same as a table")).to_have_count(4)
    for figure in summary.locator("figure").all():
        figure.get_by_text("The same as a table").click()
        expect(figure.get_by_role("table")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename.endswith(".csv")
    assert axe(page) == []


def test_a_sweep_gives_a_curve_and_its_table(page: Page, worker: Worker) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    page.get_by_role("tab", name="Failover").click()
    view(page, "Sweep")
    page.get_by_label("What is varied").select_option("probe.interval")
    form = page.get_by_role("form", name="Sweep")
    expect(form).to_contain_text(re.compile(r"Now\s*\d+ s"))
    values = page.get_by_label("Values")
    values.fill("5, soon")
    expect(form).to_contain_text("soon: no number.")
    expect(page.get_by_role("button", name="Run sweep")).to_be_disabled()
    values.fill("5, 20")
    page.get_by_label("What is varied").select_option("probe.threshold")
    expect(values).not_to_have_value("5, 20")
    page.get_by_label("What is varied").select_option("probe.interval")
    expect(values).to_have_value("5, 20")
    page.get_by_label("Trials each").fill("100")
    page.get_by_role("button", name="Run sweep").click()
    summary = page.get_by_test_id("sweep-summary")
    expect(summary).to_contain_text("Balancer with probes: p95 from", timeout=60_000)
    expect(summary).to_contain_text("Addresses moved by orchestration calls does not depend on it")
    expect(summary.get_by_role("heading")).to_contain_text("Time between two probes")
    expect(summary.get_by_role("columnheader")).to_have_text(["Design", "At", "5 s", "20 s"])
    expect(summary.get_by_role("row")).to_have_count(9)
    expect(summary.get_by_role("img")).to_be_visible()
    assert axe(page) == []


def test_a_number_is_changed_with_its_source_in_sight_and_taken_back(page: Page) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    page.get_by_role("tab", name="Failover").click()
    view(page, "Numbers")
    row = page.get_by_role("row").filter(has_text="poll.period")
    expect(row.get_by_text("assumption", exact=True)).to_be_visible()
    field = page.get_by_label("poll.period", exact=True)
    field.fill("10")
    field.press("Enter")
    expect(row).to_contain_text("changed in this drawing")
    expect(page.get_by_text("saved", exact=True)).to_be_visible()
    assert Scenario.objects.get(name=FIREWALLS).head.document["timing_overrides"] == {"poll.period": 10}
    page.get_by_role("tab", name="Numbers").press("Control+z")
    expect(row).not_to_contain_text("changed in this drawing")
    page.get_by_label("Timing profile", exact=True).select_option("optimistic")
    expect(page.get_by_text("saved", exact=True)).to_be_visible()
    assert axe(page) == []


def test_a_fault_is_drawn_its_problems_stand_at_the_field_and_undo_takes_it_back(page: Page) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    page.get_by_role("tab", name="Failover").click()
    page.get_by_role("form", name="Failover").get_by_role("button", name="Add a fault").click()
    form = page.get_by_role("form", name="Fault", exact=True)
    form.get_by_label("Name").fill("Both lie down")
    form.get_by_role("button", name="Add the fault").click()
    expect(form.locator("#fault-vm-wrong")).to_contain_text("expected the id of a VM")
    form.get_by_label("VM", exact=True).select_option("fw2")
    form.get_by_role("button", name="Save the fault").click()
    expect(form.locator("#fault-vm-wrong")).to_have_text("")
    expect(page.get_by_label("What breaks")).to_have_value("both-lie-down")
    assert axe(page) == []
    for _ in range(2):
        form.get_by_role("button", name="Close").press("Control+z")
    expect(page.get_by_label("What breaks").get_by_role("option", name="Both lie down")).to_have_count(0)


def test_six_designs_are_seen_as_a_race_and_each_can_be_unfolded(page: Page, worker: Worker) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(reduced_motion="reduce")
    sign_in(page)
    open_scenario(page, FIREWALLS)
    page.get_by_role("tab", name="Failover").click()
    question = page.get_by_role("form", name="Failover")
    expect(question.get_by_role("checkbox", checked=True)).to_have_count(2)
    for box in question.get_by_role("checkbox").all()[:6]:
        box.check()
    page.get_by_role("button", name="Race", exact=True).click()
    expect(page.get_by_test_id("race-metrics")).to_be_visible(timeout=30_000)
    expect(question).to_have_count(0)
    tracks = page.locator(".track")
    expect(tracks).to_have_count(6)
    for track in tracks.all():
        expect(track.get_by_role("heading")).to_be_in_viewport(ratio=1)
        expect(track.get_by_role("img", name="All flows of").last).to_be_in_viewport(ratio=1)
    tracks.nth(1).get_by_role("button", name="every lane and flow").click()
    expect(tracks.nth(1).get_by_role("img", name="detect of")).to_be_visible()
    page.get_by_role("button", name="Change the question").click()
    expect(question.get_by_role("checkbox", checked=True)).to_have_count(6)
    page.get_by_role("button", name="Fold the question").click()
    expect(question).to_have_count(0)
    assert axe(page) == []


def test_clocks_that_nobody_tells_apart_win_nothing(page: Page, worker: Worker) -> None:
    page.emulate_media(reduced_motion="reduce")
    sign_in(page)
    open_scenario(page, FIREWALLS)
    page.get_by_role("tab", name="Failover").click()
    question = page.get_by_role("form", name="Failover")
    expect(question.get_by_role("checkbox", checked=True)).to_have_count(2)
    question.get_by_label("Addresses moved by orchestration calls").uncheck()
    question.get_by_label("Failed node fenced by the control plane").check()
    page.get_by_role("button", name="Race", exact=True).click()
    fenced = page.get_by_test_id("race-metrics").get_by_role("row", name="Failed node fenced")
    expect(fenced.get_by_role("cell").first).to_have_text("not separable", timeout=30_000)
    expect(page.get_by_text("Failed node fenced by the control plane, not separable:")).to_be_visible()
    page.get_by_role("button", name="Run 1,000 trials").click()
    summary = page.get_by_test_id("trials-summary")
    expect(summary).to_contain_text("not separable:", timeout=60_000)
    table = summary.get_by_role("table").filter(has_text="Until new flows recover")
    expect(table.get_by_role("columnheader", name="Weakest number")).to_be_visible()


def test_a_fault_without_a_rate_has_no_month(page: Page, worker: Worker) -> None:
    sign_in(page)
    open_scenario(page, "7. ")
    page.get_by_role("tab", name="Failover").click()
    page.get_by_label("What breaks").select_option(label="Nothing fails")
    page.get_by_label("Trials", exact=True).fill("50")
    page.get_by_role("button", name="Run 50 trials").click()
    expect(page.get_by_test_id("availability")).to_have_text(
        "No month is shown. Nothing fails here.", timeout=60_000
    )


def test_edits_of_an_event_are_recorded_or_written_by_hand(page: Page) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    page.get_by_role("tab", name="Failover").click()
    page.get_by_role("form", name="Failover").get_by_role("button", name="Add a fault").click()
    form = page.get_by_role("form", name="Fault", exact=True)
    form.get_by_label("Name").fill("The flag is lost")
    form.get_by_label("What happens").select_option("edit")
    form.get_by_role("button", name="Record the next edits").click()
    recording = page.get_by_role("group", name="Recording")
    expect(recording).to_contain_text("Recording: 0 changes so far.")
    expect(recording.get_by_role("button", name="Keep as this event")).to_be_disabled()
    page.get_by_role("tab", name="Runs").click()
    page.get_by_role("button", name="To the event").click()
    assert axe(page) == []
    recording.get_by_role("button", name="Throw away").click()
    expect(form.get_by_label("Name")).to_have_value("The flag is lost")
    form.get_by_role("button", name="Record the next edits").click()
    app = page.locator('.react-flow__node[data-id="vms/app1"]')
    app.click()
    page.keyboard.press("Delete")
    expect(app).to_have_count(0)
    expect(recording).to_contain_text("/topology/vms/app1 is removed")
    recording.get_by_role("button", name="Keep as this event").click()
    expect(app).to_be_visible()
    expect(form).to_contain_text("/topology/vms/app1 is removed")
    form.get_by_text("Write a change by hand").click()
    form.get_by_label("Place in the document").fill("/topology/nics/fw1-internal/ip_forwarding")
    form.get_by_label("New value").fill("false")
    form.get_by_role("button", name="Add the change").click()
    expect(form).to_contain_text("becomes false")
    form.get_by_role("button", name="Add the fault").click()
    expect(page.get_by_label("What breaks")).to_have_value("the-flag-is-lost")
    expect(page.get_by_text("saved", exact=True)).to_be_visible()
    document = Scenario.objects.get(name=FIREWALLS).head.document
    edits = document["faults"]["the-flag-is-lost"]["edits"]
    assert {"pointer": "/topology/vms/app1", "value": None} in edits
    assert edits[-1] == {"pointer": "/topology/nics/fw1-internal/ip_forwarding", "value": False}
    assert "app1" in document["topology"]["vms"]


def test_what_cannot_be_played_is_listed_with_its_reason(page: Page) -> None:
    sign_in(page)
    open_scenario(page, FIREWALLS)
    page.get_by_role("tab", name="Failover").click()
    refused = page.locator("details.refused")
    expect(refused.locator("dd").first).to_be_hidden()
    refused.get_by_text("Cannot be played here").click()
    expect(refused.locator("dd").first).to_be_visible()
    assert all(text.strip().endswith(".") for text in refused.locator("dd").all_inner_texts())
