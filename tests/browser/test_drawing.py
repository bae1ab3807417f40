"""Drawing: pieces by key and by drag, refusals, forms, tables, lines that connect, and what is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from sandbox.scenarios import queries, services
from sandbox.scenarios.models import Scenario
from tests.browser.people import axe, only_traces, post, sign_in
from tests.conftest import Worker

pytestmark = pytest.mark.usefixtures("demo_account")


def blank(page: Page) -> None:
    """Open a new scenario with nothing in it."""
    sign_in(page)
    page.goto(post(page, "/scenarios/new/").url)
    expect(page.get_by_role("heading", name="Nothing is drawn yet")).to_be_visible()


def press(page: Page, keys: Iterable[str]) -> None:
    for key in keys:
        page.keyboard.press(key)


def saved(page: Page) -> dict[str, Any]:
    """Return the document as the server has it, once all is saved and the page has shown that it is."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(page.get_by_text("saved", exact=True)).to_be_visible()
    found: dict[str, Any] = Scenario.objects.order_by("-created")[0].head.document
    return found


def node(page: Page, path: str) -> Locator:
    return page.locator(f'.react-flow__node[data-id="{path}"]')


def middle(of: Locator, dx: float = 0, dy: float = 0) -> tuple[float, float]:
    box = of.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2 + dx, box["y"] + box["height"] / 2 + dy


def drag(page: Page, start: tuple[float, float], end: tuple[float, float], *, drop: bool = True) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 10, start[1] + 10)
    page.mouse.move(*end, steps=6)
    if drop:
        page.mouse.up()


def two_networks(page: Page) -> None:
    """Draw [vm1] -- (subnet1 of hub) and [vm2] -- (subnet2 of spoke1), by keys alone."""
    press(page, "ns")
    expect(node(page, "subnets/subnet1")).to_be_visible()
    press(page, "v")
    page.keyboard.press("Escape")
    press(page, "nsv")
    expect(node(page, "vms/vm2")).to_be_visible()


def test_the_steps_that_are_offered_lead_from_blank_through_a_firewall(page: Page, worker: Worker) -> None:
    only_traces(page)
    sign_in(page)
    page.goto("/")
    page.get_by_role("button", name="New scenario", exact=True).click()
    expect(page.get_by_role("heading", name="Nothing is drawn yet")).to_be_visible()
    steps = page.get_by_role("region", name="First steps")
    assert axe(page) == []

    def take(*offered: str) -> None:
        for words in offered:
            steps.get_by_role("button", name=words, exact=True).click(timeout=60_000)

    take("Add a virtual network", "Add a subnet", "Add a VM", "Add another VM")
    page.get_by_role("tab", name="Compare").click()  # the step leads back to the trace
    take("Run trace", "Add a spoke")
    expect(page.get_by_test_id("verdict-forward")).to_contain_text("Delivered")
    take("Add a subnet to spoke1", "Add a VM to spoke1", "Add a spoke", "Add a subnet to spoke2")
    take("Add a VM to spoke2", "Peer hub with spoke1", "Peer hub with spoke2", "Run trace")
    # The packet dies; its reason is named, with the rule, and what to draw next.
    expect(steps.get_by_role("status")).to_contain_text("Dropped", timeout=60_000)
    expect(steps).to_contain_text("Peering is not transitive")
    assert axe(page) == []
    steps.get_by_role("link", name="G3").last.click()
    expect(page.get_by_role("dialog", name="Rule card")).to_be_visible()
    page.keyboard.press("Escape")
    take("Add an appliance to hub", "Add a route table to spoke1", "Route spoke1 by fw1")
    take("Add a route table to spoke2", "Route spoke2 by fw1", "Run trace")
    expect(steps.get_by_role("status")).to_contain_text("does not allow forwarded traffic", timeout=60_000)
    take("Accept forwarded traffic at spoke1, spoke2", "Run trace")
    expect(steps).to_contain_text("A packet went from spoke to spoke through the firewall", timeout=60_000)
    page.reload()  # what was done stays done, until it is closed
    expect(steps).to_contain_text("10 of 10")
    steps.get_by_role("button", name="Close the first steps").click()
    expect(steps).to_have_count(0)
    assert len(saved(page)["topology"]["peerings"]) == 4


def test_a_piece_is_dragged_onto_the_canvas_and_refused_where_it_may_not_live(page: Page) -> None:
    blank(page)
    press(page, "nsva")
    piece = page.get_by_role("button", name="Internal balancer")
    piece.scroll_into_view_if_needed()  # the first steps take their share of the rail
    canvas = page.locator("main.canvas").bounding_box()
    assert canvas is not None
    drag(page, middle(piece), (canvas["x"] + 60, canvas["y"] + 120), drop=False)
    expect(page.locator(".ghost.no")).to_contain_text("An internal balancer lives in a subnet.")
    page.mouse.move(*middle(node(page, "subnets/subnet1"), dx=60, dy=30), steps=5)
    expect(page.locator(".ghost.ok")).to_contain_text("in subnet1")
    expect(node(page, "subnets/subnet1").locator(".lands")).to_be_visible()
    page.mouse.up()
    expect(page.get_by_role("heading", name="balancer1")).to_be_visible()
    document = saved(page)
    assert document["topology"]["load_balancers"]["balancer1"]["frontends"]["front"]["address"] == "10.0.0.5"
    assert "load_balancers/balancer1" in document["layout"]
    # A drop where it is refused does nothing.
    drag(page, middle(piece), (canvas["x"] + 60, canvas["y"] + 120))
    expect(node(page, "load_balancers/balancer2")).to_have_count(0)


def go_to(page: Page, words: str) -> None:
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Find a command or a thing").fill(words)
    page.keyboard.press("Enter")


def test_every_piece_is_found_by_its_name_and_leaves_a_drawing_without_problems(page: Page) -> None:
    blank(page)
    two_networks(page)
    page.keyboard.press("a")
    expect(page.locator(".palette-piece")).to_have_count(28)  # all but what only another provider knows
    names = [words.strip() for words in page.locator(".palette-piece > span").all_inner_texts()]
    press(page, "e")
    homes = {"Connection": "Gateway spoke1-vpn", "Router of a site": "Site site1"}
    for name in names:
        go_to(page, homes.get(name, "VM vm2"))
        go_to(page, f"Add {name}")
    document = saved(page)
    empty = [key for key, value in document["topology"].items() if not value]
    assert empty == ["transit_gateways"]
    head = queries.revision(Scenario.objects.order_by("-created")[0])
    assert head is not None and queries.problems(head) == []


def test_undo_and_redo_take_back_an_addition_whole(page: Page) -> None:
    blank(page)
    press(page, "nsv")
    expect(node(page, "vms/vm1")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(node(page, "vms/vm1")).to_have_count(0)
    assert saved(page)["topology"]["nics"] == {}
    page.keyboard.press("Control+Shift+z")
    expect(node(page, "vms/vm1")).to_be_visible()


def test_what_goes_along_is_told_before_it_is_deleted(page: Page) -> None:
    blank(page)
    press(page, "nsvv")
    node(page, "subnets/subnet1").locator("header").click()
    page.keyboard.press("Delete")
    dialog = page.get_by_role("dialog", name="Delete subnet subnet1?")
    expect(dialog).to_contain_text("VM vm1 goes with it.")
    assert axe(page) == []
    dialog.get_by_role("button", name=re.compile("^Delete")).click()
    expect(node(page, "vms/vm1")).to_have_count(0)
    page.locator(".told").get_by_role("button", name="Undo").click()
    expect(node(page, "vms/vm2")).to_be_visible()


def test_several_are_chosen_duplicated_copied_and_aligned(page: Page) -> None:
    blank(page)
    press(page, "nsvv")
    node(page, "vms/vm1").click()
    node(page, "vms/vm2").click(modifiers=["Shift"])
    tools = page.get_by_role("toolbar", name="Edit the drawing")
    expect(tools).to_contain_text("2 chosen")
    page.keyboard.press("Control+d")
    expect(node(page, "vms/vm4")).to_be_visible()
    page.keyboard.press("Control+c")
    page.keyboard.press("Control+v")
    expect(node(page, "vms/vm6")).to_be_visible()
    page.get_by_role("button", name="Spread in a column").click()
    document = saved(page)
    spots = document["layout"]
    assert spots["vms/vm5"]["x"] == spots["vms/vm6"]["x"]
    addresses = [nic["configurations"]["primary"]["address"] for nic in document["topology"]["nics"].values()]
    assert len(set(addresses)) == 6
    page.keyboard.press("Control+a")
    expect(tools).to_contain_text("8 chosen")
    assert axe(page) == []


def test_a_line_from_one_network_to_another_peers_them_and_both_halves_have_flags(page: Page) -> None:
    blank(page)
    two_networks(page)
    node(page, "vnets/hub").locator("header").click()
    dot = node(page, "vnets/hub").locator(".connector")
    drag(page, middle(dot), middle(node(page, "vnets/spoke1").locator("header")), drop=False)
    expect(page.locator(".ghost.ok")).to_contain_text("Peer hub with spoke1: two links")
    page.mouse.up()
    both = page.get_by_role("region", name="Both links")
    both.get_by_label("Accepts forwarded traffic, at spoke1").check()
    assert axe(page) == []
    links = saved(page)["topology"]["peerings"]
    assert links["spoke1-hub"]["allow_forwarded"] is True and links["hub-spoke1"]["allow_forwarded"] is False


def test_a_vm_goes_into_a_pool_by_keyboard_alone(page: Page) -> None:
    blank(page)
    press(page, "nsvb")
    node(page, "vms/vm1").click()
    page.keyboard.press("c")
    page.get_by_role("option", name=re.compile("Balancer balancer1")).click()
    members = saved(page)["topology"]["load_balancers"]["balancer1"]["pools"]["pool"]["members"]
    assert members["vm1-nic"]["nic"] == "vm1-nic"


def test_a_vm_that_is_dragged_into_another_subnet_takes_an_address_there(page: Page) -> None:
    blank(page)
    press(page, "nsv")
    page.locator(".react-flow__node[data-id='vnets/hub'] header").click()
    press(page, "s")
    expect(node(page, "subnets/subnet2")).to_be_visible()
    drag(page, middle(node(page, "vms/vm1")), middle(node(page, "subnets/subnet2")), drop=False)
    expect(page.locator(".ghost.ok")).to_contain_text("Move to subnet2, 10.0.1.4")
    page.mouse.up()
    nic = saved(page)["topology"]["nics"]["vm1-nic"]
    assert nic["subnet"] == "subnet2" and nic["configurations"]["primary"]["address"] == "10.0.1.4"


def test_a_form_checks_as_it_is_typed_and_explains_addresses(page: Page) -> None:
    blank(page)
    press(page, "nsvv")
    node(page, "subnets/subnet1").locator("header").click()
    prefixes = page.get_by_label("Prefixes")
    prefixes.fill("10.0.0.7/24")
    expect(page.get_by_role("alert")).to_contain_text("10.0.0.0/24 would do")
    prefixes.fill("10.1.0.0/24")
    expect(page.locator(".explained")).to_contain_text("Outside the address space of hub")
    prefixes.press("Escape")
    page.get_by_role("treeitem", name="vm2-nic").click()
    page.get_by_label("Address of primary").fill("10.0.0.4")
    page.get_by_label("Address of primary").press("Tab")
    table = page.locator(".map-table").first
    expect(table).to_contain_text("found 10.0.0.4, which NIC vm1-nic holds")
    expect(page.get_by_role("button", name="Problems: 1")).to_be_visible()
    assert axe(page) == []


def test_rows_of_a_spreadsheet_are_pasted_into_a_security_group_and_ordered(page: Page) -> None:
    blank(page)
    press(page, "nsvg")
    page.get_by_role("button", name="Add to Rules").click()
    rows = [
        ["priority", "direction", "access", "protocol", "source", "destination ports"],
        ["200", "Inbound", "Deny", "tcp", "10.9.0.0/16", "22"],
        ["300", "Inbound", "Allow", "udp", "*", "53, 123"],
    ]
    page.get_by_label("Priority of rule1").focus()
    page.evaluate(
        """(text) => { const data = new DataTransfer(); data.setData("text/plain", text);
        document.activeElement.dispatchEvent(new ClipboardEvent("paste",
            {clipboardData: data, bubbles: true, cancelable: true})); }""",
        "\n".join("\t".join(row) for row in rows),
    )
    expect(page.get_by_label("Priority of rule2")).to_have_value("300")
    group = next(iter(saved(page)["topology"]["security_groups"].values()))
    assert group["rules"]["rule1"]["source"] == ["10.9.0.0/16"]
    assert group["rules"]["rule2"]["destination_ports"] == ["53", "123"]
    page.get_by_role("button", name="Move rule2 up").click()
    expect(page.get_by_label("Priority of rule2")).to_have_value("200")
    expect(page.get_by_role("region", name="In force")).to_contain_text("65000", timeout=10_000)
    page.get_by_role("button", name="Rules as a wide table").click()
    expect(page.get_by_role("dialog").get_by_label("Source ports of rule1")).to_be_visible()
    assert axe(page) == []


def test_a_prefix_is_found_and_replaced_everywhere(page: Page) -> None:
    blank(page)
    press(page, "nsv")
    page.keyboard.press("Control+h")
    dialog = page.get_by_role("dialog", name="Find and replace a prefix")
    dialog.get_by_label("Replace with").fill("10.9.0.0/16")
    expect(dialog.get_by_role("row")).to_have_count(4)
    assert axe(page) == []
    dialog.get_by_role("button", name="Replace 3 places").click()
    assert saved(page)["topology"]["nics"]["vm1-nic"]["configurations"]["primary"]["address"] == "10.9.0.4"


def test_the_command_palette_asks_for_a_trace(page: Page, worker: Worker) -> None:
    blank(page)
    press(page, "nsvv")
    expect(page.get_by_role("button", name="Run trace").last).to_be_enabled()
    saved(page)
    page.keyboard.press("Control+k")
    page.keyboard.type("vm2 > vm1:22")
    found = page.get_by_role("dialog", name="Commands").get_by_role("option")
    expect(found.first).to_contain_text("Ask: vm2 to vm1, port 22")
    assert axe(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("verdict-forward")).to_contain_text("Delivered", timeout=20_000)


def test_finding_and_history_stand_where_a_mouse_finds_them(page: Page) -> None:
    blank(page)
    page.get_by_role("banner").get_by_role("button", name="Find").click()
    expect(page.get_by_role("dialog", name="Commands")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("toolbar").get_by_role("button", name="History of revisions").click()
    expect(page.get_by_role("dialog", name="History")).to_be_visible()


def test_a_guest_stays_open_while_it_is_edited(page: Page) -> None:
    blank(page)
    press(page, "nsf")
    guest = page.locator("details.folding").filter(has=page.get_by_text("Guest", exact=True))
    forwarding = guest.get_by_label("Forwarding")
    forwarding.uncheck()
    saved(page)
    expect(forwarding).to_be_visible()


def test_what_is_chosen_is_seen_in_forced_colours(page: Page) -> None:
    """Backgrounds and shadows are dropped there, so an outline has to say it."""
    page.emulate_media(forced_colors="active")
    blank(page)
    press(page, "n")
    frame = node(page, "vnets/hub").locator(".thing")
    expect(frame).to_have_css("outline-style", "solid")
    page.keyboard.press("Escape")
    expect(frame).to_have_css("outline-style", "none")


def test_notes_names_and_folding_are_drawn(page: Page) -> None:
    blank(page)
    press(page, "nsv")
    page.keyboard.press("Escape")
    press(page, "t")
    page.get_by_label("Words on the drawing").fill("Ask the firewall team")
    page.get_by_label("Words on the drawing").press("Tab")
    expect(node(page, "notes/note1")).to_contain_text("Ask the firewall team")
    node(page, "subnets/subnet1").locator("header").click()
    page.keyboard.press("-")
    expect(node(page, "subnets/subnet1")).to_contain_text("folded")
    expect(node(page, "vms/vm1")).to_have_count(0)
    document = saved(page)
    assert document["notes"]["note1"]["text"] == "Ask the firewall team"
    assert document["layout"]["subnets/subnet1"]["folded"] is True


def test_help_names_every_key(page: Page) -> None:
    blank(page)
    page.keyboard.press("?")
    panel = page.get_by_role("region", name="Help")
    for words in ("Add virtual network", "Duplicate what is chosen", "Find and replace a prefix…"):
        expect(panel.get_by_text(words)).to_be_visible()
    assert axe(page) == []


def test_a_picture_can_be_saved(page: Page) -> None:
    blank(page)
    press(page, "nsv")
    page.keyboard.press("Control+k")
    page.keyboard.type("picture as svg")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert "<svg" in download.value.path().read_text(encoding="utf-8")
    page.keyboard.press("Control+k")
    page.keyboard.type("picture as png")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


def test_history_says_what_changed_names_a_revision_marks_it_and_brings_it_back(page: Page) -> None:
    blank(page)
    press(page, "nsv")
    saved(page)
    go_to(page, "History of revisions")
    dialog = page.get_by_role("dialog", name="History")
    newest = dialog.get_by_role("list", name="Revisions, newest first").get_by_role("button")
    expect(newest).to_have_count(4)
    newest.nth(0).click()
    expect(dialog).to_contain_text("Added VM vm1 to subnet subnet1")
    assert axe(page) == []
    dialog.get_by_label("Name of revision 4").fill("With a VM")
    dialog.get_by_label("Name of revision 4").press("Enter")
    expect(newest.nth(0)).to_contain_text("With a VM")
    dialog.get_by_role("button", name="Show on the drawing").click()
    expect(node(page, "vms/vm1").locator(".change-word")).to_have_text("added")
    page.keyboard.press("Escape")
    expect(page.locator(".change-word")).to_have_count(0)
    go_to(page, "History of revisions")
    newest.nth(2).click()
    dialog.get_by_role("button", name="Restore revision 2").click()
    expect(node(page, "subnets/subnet1")).to_have_count(0)
    assert saved(page)["topology"]["vms"] == {}
    page.keyboard.press("Control+z")
    expect(node(page, "vms/vm1")).to_be_visible()


def test_a_problem_is_mended_at_one_press(page: Page) -> None:
    blank(page)
    press(page, "nsvv")
    page.get_by_label("Address of primary").fill("10.0.0.4")
    page.get_by_label("Address of primary").press("Tab")
    page.get_by_role("button", name="Problems: 1").click()
    page.get_by_role("region", name="Problems").get_by_role(
        "button", name="Take 10.0.0.5, which is free"
    ).click()
    expect(page.get_by_role("button", name="Problems", exact=True)).to_be_visible()


def test_several_vms_are_edited_together(page: Page) -> None:
    blank(page)
    press(page, "nsvv")
    node(page, "vms/vm1").click()
    node(page, "vms/vm2").click(modifiers=["Shift"])
    page.keyboard.press("m")
    dialog = page.get_by_role("dialog", name="Edit together")
    dialog.get_by_label("Power").select_option("stopped")
    assert axe(page) == []
    dialog.get_by_role("button", name="Change 2 things").click()
    vms = saved(page)["topology"]["vms"]
    assert [vm["power"] for vm in vms.values()] == ["stopped", "stopped"]


def test_undo_and_edits_without_network_outlive_the_page(page: Page) -> None:
    blank(page)
    press(page, "ns")
    saved(page)
    page.reload()
    expect(node(page, "subnets/subnet1")).to_be_visible()
    # What can be undone is read from the browser's storage, a moment after the drawing.
    expect(page.get_by_role("toolbar").get_by_role("button", name="Undo")).to_be_enabled()
    page.keyboard.press("Control+z")
    expect(node(page, "subnets/subnet1")).to_have_count(0)
    page.keyboard.press("Control+Shift+z")
    expect(node(page, "subnets/subnet1")).to_be_visible()
    saved(page)
    node(page, "subnets/subnet1").click()
    page.context.set_offline(True)
    press(page, "vv")
    expect(page.get_by_test_id("notice")).to_contain_text("Not saved, trying again.")
    expect(node(page, "vms/vm2")).to_be_visible()
    url = page.url
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto(url)
    expect(node(page, "vms/vm2")).to_be_visible()
    assert list(saved(page)["topology"]["vms"]) == ["vm1", "vm2"]
    go_to(page, "History of revisions")
    rows = page.get_by_role("dialog", name="History").get_by_role("listitem")
    expect(rows.nth(0)).to_contain_text("Added VM vm2 to subnet subnet1")
    expect(rows.nth(1)).to_contain_text("Added VM vm1 to subnet subnet1")
    expect(rows.nth(2)).to_contain_text("Added subnet subnet1 to virtual network hub")
    expect(rows.nth(3)).to_contain_text("Deleted subnet subnet1 from virtual network hub")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    expect(node(page, "vms/vm2")).to_have_count(0)


def test_two_people_at_one_place_are_told_and_may_choose(page: Page) -> None:
    blank(page)
    press(page, "n")
    document = saved(page)
    scenario = Scenario.objects.order_by("-created")[0]
    patch = [{"op": "replace", "path": "/topology/vnets/hub/region", "value": "northeurope"}]
    services.apply_patch(scenario, 2, patch, scenario.owner)
    assert document["topology"]["vnets"]["hub"]["region"] == "westeurope"
    page.get_by_label("Region").fill("uksouth")
    page.get_by_label("Region").press("Tab")
    conflicts = page.get_by_role("alert", name="Conflicts")
    expect(conflicts).to_contain_text("yours uksouth, theirs northeurope")
    assert axe(page) == []
    conflicts.get_by_role("button", name="Take theirs").click()
    expect(page.get_by_label("Region")).to_have_value("northeurope")
    expect(conflicts).to_have_count(0)


def test_an_edit_of_what_somebody_deleted_is_lost_and_may_come_back(page: Page) -> None:
    blank(page)
    press(page, "nsv")
    before = saved(page)["topology"]
    scenario = Scenario.objects.order_by("-created")[0]
    gone = [("vms", "vm1"), ("nics", "vm1-nic")]
    patch = [{"op": "remove", "path": f"/topology/{kind}/{name}"} for kind, name in gone]
    services.apply_patch(scenario, scenario.head.number, patch, scenario.owner)
    page.keyboard.press("F2")
    page.keyboard.type("mine")
    page.keyboard.press("Enter")
    conflicts = page.get_by_role("alert", name="Conflicts")
    expect(conflicts).to_contain_text("deleted by somebody else; your edit, mine, is lost with it")
    expect(node(page, "vms/vm1")).to_have_count(0)
    assert axe(page) == []
    conflicts.get_by_role("button", name="Bring it back with my edit").click()
    expect(conflicts).to_have_count(0)
    expect(node(page, "vms/vm1")).to_be_visible()
    after = saved(page)["topology"]
    assert after["vms"]["vm1"]["name"] == "mine"
    assert after["nics"] == before["nics"]


def test_restoring_an_older_revision_leaves_what_somebody_else_drew_meanwhile(page: Page) -> None:
    blank(page)
    press(page, "nsv")
    assert saved(page)["topology"]["vms"]
    scenario = Scenario.objects.order_by("-created")[0]
    go_to(page, "History of revisions")
    dialog = page.get_by_role("dialog", name="History")
    dialog.get_by_role("list", name="Revisions, newest first").get_by_role("button").nth(1).click()
    restore = dialog.get_by_role("button", name="Restore revision 3")
    expect(restore).to_be_enabled()
    patch = [
        {"op": "replace", "path": "/topology/vnets/hub/region", "value": "northeurope"},
        {"op": "replace", "path": "/topology/vms/vm1/name", "value": "theirs"},
    ]
    services.apply_patch(scenario, 4, patch, scenario.owner)
    restore.click()
    conflicts = page.get_by_role("alert", name="Conflicts")
    expect(conflicts).to_contain_text("theirs")
    expect(page.get_by_text("saved on top of another edit")).to_be_visible()
    scenario.refresh_from_db()
    assert scenario.head.document["topology"]["vnets"]["hub"]["region"] == "northeurope"
    assert scenario.head.document["topology"]["vms"] == {}
    conflicts.get_by_role("button", name="Take theirs").click()
    expect(conflicts).to_have_count(0)
    assert saved(page)["topology"]["vms"]["vm1"]["name"] == "theirs"


def test_tidy_gives_every_network_a_place(page: Page) -> None:
    blank(page)
    two_networks(page)
    page.get_by_role("button", name="Tidy up").click()
    expect(page.locator(".told")).to_contain_text("Tidied up.", timeout=15_000)
    layout = saved(page)["layout"]
    assert {"vnets/hub", "vnets/spoke1"} <= set(layout)
