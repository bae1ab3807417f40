"""A course in the browser: a learner begins, answers, hands in and sees it graded live; staff look on."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from sandbox.accounts.models import User
from sandbox.classes.models import Enrolment, Exercise
from sandbox.classes.services import people
from tests.browser.people import axe, post, sign_in
from tests.conftest import Worker

COURSE = "Azure networking, hands on"
FIRST = "First packet"


def open_course(page: Page) -> None:
    sign_in(page)
    page.goto("/courses/")
    page.get_by_role("link", name=COURSE).click()


def lock_answer(page: Page, check: str, answers: dict[str, str]) -> None:
    """Choose or write each answer by its label, lock them, and wait until they are."""
    question = page.locator(f"#check-{check}")
    for label, answer in answers.items():
        field = question.get_by_label(label)
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(answer)
        elif field.get_attribute("role") == "radiogroup":
            field.locator(f"[value={answer}]").check()
        else:
            field.fill(answer)
    question.get_by_role("button", name="Lock the answer").click()
    expect(question).to_contain_text("locked")


def test_an_exercise_is_begun_answered_handed_in_and_graded_live(
    page: Page, demo_account: None, worker: Worker
) -> None:
    open_course(page)
    page.get_by_role("link", name=FIRST, exact=True).click()
    page.get_by_role("button", name="Try it as a learner").click()
    expect(page.get_by_role("heading", name="Your drawing")).to_be_visible()
    assert axe(page) == []

    page.get_by_role("button", name="Open the drawing").click()
    page.get_by_role("link", name="Exercise").click()
    first = page.get_by_text("2 predictions come first")
    submit = page.get_by_role("button", name="Submit")
    expect(submit).to_have_count(0)
    keys = page.locator(".answer-form").get_by_text(re.compile(r"^(type|hop|code|kind-1)$"))
    expect(keys).to_have_count(0)
    first.get_by_role("link", name="The route from").click()
    expect(page).to_have_url(re.compile(r"#check-which-route$"))
    expect(page.locator("#check-which-route")).to_be_in_viewport()

    asked = page.locator("#check-which-route legend").inner_text()  # each learner has other addresses
    second = re.findall(r"10\.(\d+)\.\d+\.\d+", asked)[0]
    route = {"next hop type": "VnetLocal", "source": "Default", "prefix": f"10.{second}.0.0/16"}
    lock_answer(page, "which-route", route)
    expect(page.get_by_text("One prediction comes first")).to_be_visible()
    expect(submit).to_have_count(0)
    lock_answer(page, "first-address", {"answer": "NO_SUCH_HOST"})
    expect(page.get_by_text("predictions come first")).to_have_count(0)

    submit.click()
    expect(page.locator(".check-row").first).to_be_visible(timeout=30_000)
    failed = page.locator(".check-row").filter(has_text="talk").first
    expect(failed).to_contain_text("failed")
    for answered in ("The route from", "first address"):
        expect(page.locator(".check-row").filter(has_text=answered)).to_contain_text("passed")
    assert axe(page) == []


def test_whoever_follows_an_invitation_link_joins_by_a_click(page: Page, demo_account: None) -> None:
    owner = Enrolment.objects.get(course__title=COURSE, user__username="demo")
    assert owner.user is not None
    token = people.invite(owner.course, owner.user)
    User.objects.create_user("newcomer", password="a-password")
    page.request.get("/accounts/login/")
    post(page, "/accounts/login/", login="newcomer", password="a-password")
    page.goto(f"/courses/invitations/{token}/")
    page.get_by_role("button", name="Join the course").click()
    expect(page.get_by_role("heading", name=COURSE)).to_be_visible()
    expect(page).to_have_url(re.compile(rf"/courses/{owner.course_id}/$"))


def test_pages_of_staff_are_sound_in_light_and_dark_and_fit_a_phone(page: Page, demo_account: None) -> None:
    open_course(page)
    course = page.url
    page.goto(f"{course}packs/")
    page.get_by_role("button", name=f"Edit a draft of {FIRST}").click()
    page.get_by_role("button", name="Try solutions").click()
    exercise = f"/exercises/{Exercise.objects.get(course__title=COURSE, title=FIRST).pk}/"
    narrow = [f"{exercise}insight/", f"{course}people/", f"{exercise}grades/", f"{course}gradebook/"]
    paths = [page.url, course, f"{exercise}wall/", f"{course}packs/", *narrow]
    for path in paths:
        page.set_viewport_size({"width": 1400, "height": 900})
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.goto(str(path))
        assert axe(page) == [], path
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        page.reload()  # colours on their way from light to dark are not what is asked
        assert axe(page, colours=True) == [], path
        page.set_viewport_size({"width": 390, "height": 844})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, (path, wide)
        if path in narrow:
            moves = "all => all.filter(one => one.scrollWidth > one.clientWidth).length"
            assert page.locator(".table-wrap").evaluate_all(moves) == 0, path
            expect(page.get_by_role("rowheader").first).to_be_visible()  # it is still a table to listeners


def test_a_gradebook_is_put_in_order_on_a_phone_too(page: Page, demo_account: None) -> None:
    open_course(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{page.url}gradebook/")
    first = page.get_by_role("rowheader").first
    expect(first).to_have_text("Ada Example")
    page.get_by_label("Order").select_option(label="Learner, descending")
    page.get_by_role("button", name="Show").click()
    expect(first).to_have_text("Gil Example")
    expect(page.get_by_label("Order")).to_have_value("-name")


def test_pages_are_printed_whole_and_without_what_is_pressed(page: Page, demo_account: None) -> None:
    """On the width of A4 within its margins; a gradebook has more columns than that."""
    open_course(page)
    course = page.url
    exercise = f"/exercises/{Exercise.objects.get(course__title=COURSE, title=FIRST).pk}/"
    page.set_viewport_size({"width": 700, "height": 1000})
    for path in (f"{course}gradebook/", f"{exercise}grades/", exercise):
        page.goto(path)
        page.get_by_role("navigation", name="Course").wait_for()
        page.emulate_media(media="print")
        moves = "all => all.filter(one => one.scrollWidth > one.clientWidth).length"
        assert page.locator("html, .table-wrap").evaluate_all(moves) == 0, path
        for pressed in (".button", ".course-nav", ".table-tools"):
            assert page.locator(f"main {pressed}:visible").count() == 0, (path, pressed)
        page.emulate_media(media="screen")
    page.goto(f"{course}gradebook/")
    page.emulate_media(media="print")
    title = "Whose MAC is that?"
    expect(page.locator(f'td[data-label="{title}"]')).to_be_visible()


def test_learners_are_found_while_a_name_is_typed(page: Page, demo_account: None) -> None:
    open_course(page)
    exercise = Exercise.objects.get(course__title=COURSE, title=FIRST)
    page.goto(f"/exercises/{exercise.pk}/settings/")
    field = page.get_by_role("combobox", name="Learner", exact=True)
    field.press_sequentially("ada")
    offered = page.locator("#learners option")
    expect(offered).to_have_count(1)
    field.fill(str(offered.get_attribute("value")))
    page.get_by_label("Extra minutes").fill("30")
    page.get_by_label("Reason").fill("ill")
    page.get_by_role("button", name="Extend", exact=True).click()
    expect(page.get_by_text("Extended for Ada Example.")).to_be_visible()


def test_a_snippet_lands_where_the_cursor_is_and_what_may_follow_is_offered(
    page: Page, demo_account: None
) -> None:
    open_course(page)
    page.get_by_role("link", name="Packs").click()
    page.get_by_role("button", name=f"Edit a draft of {FIRST}").click()
    page.get_by_role("link", name="checks.yml").click()
    text = page.get_by_role("textbox", name="Text of checks.yml")
    text.press("Control+End")
    page.get_by_label("Insert").select_option(label="a check: delivers")
    sent = page.locator("#text")
    expect(sent).to_have_value(re.compile(r"delivers: a -> b tcp/443\n$"))
    text.press_sequentially("      dro")
    # By mouse: for a moment after it opens, the list leaves Enter to the text.
    page.locator(".cm-completionLabel", has_text="drops").click()
    expect(sent).to_have_value(re.compile(r"\n      drops: $"))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".cm-lint-marker-error")).to_be_visible()


def test_what_was_chosen_and_not_locked_yet_is_read_on_paper(page: Page, demo_account: None) -> None:
    open_course(page)
    page.get_by_role("link", name="Night shift").click()
    page.get_by_role("button", name="Try it as a learner").click()
    page.get_by_label("fault 1: kind").select_option("guest-flag-lost")
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})
    answers = page.locator(".answer-form")
    chosen = answers.get_by_text("a guest that does not forward", exact=True).locator("visible=true")
    expect(chosen).to_have_count(1)
    assert chosen.evaluate("one => one.scrollWidth <= one.clientWidth")
    expect(answers.locator("select").first).to_be_hidden()
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(page.get_by_label("fault 1: kind")).to_have_value("guest-flag-lost")
