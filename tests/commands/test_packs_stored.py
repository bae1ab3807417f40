"""`manage.py packs import` and `export`, and the course of the demo."""

from __future__ import annotations

import json
import re
import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from sandbox.accounts.models import User
from sandbox.classes import demo
from sandbox.classes.models import Attempt, Grading, PackVersion
from sandbox.classes.services import packs

LAB = "lab-01-first-packet"


@pytest.mark.django_db
def test_what_is_imported_is_exported_again_file_by_file(tmp_path: Path) -> None:
    out = StringIO()
    for _ in range(2):
        call_command("packs", "import", LAB, stdout=out)
    assert out.getvalue() == f"{LAB}: version 1\n" * 2
    call_command("packs", "export", LAB, str(tmp_path), stdout=out)
    assert packs.files_of(tmp_path / LAB) == packs.files_of(packs.SHIPPED / LAB)


@pytest.mark.django_db
def test_a_pack_that_cannot_be_read_is_refused_with_its_problems(tmp_path: Path) -> None:
    (tmp_path / "pack.yml").write_text("schema: 1\n", encoding="utf-8")
    with pytest.raises(CommandError, match=r"There is no scenario\.yml"):
        call_command("packs", "import", str(tmp_path))
    with pytest.raises(CommandError, match="no such version"):
        call_command("packs", "export", LAB, str(tmp_path))
    assert not PackVersion.objects.exists()


@pytest.mark.django_db
def test_what_the_browser_refuses_for_its_many_solutions_is_not_imported_either(tmp_path: Path) -> None:
    folder = tmp_path / LAB
    shutil.copytree(packs.SHIPPED / LAB, folder)
    there = sorted((folder / "wrong").iterdir())
    for number in range(13 - len(there)):
        shutil.copy(there[0], folder / "wrong" / f"copy-{number}.yml")
    with pytest.raises(CommandError, match=r"There are 13 files in wrong; at most 12 are tried\."):
        call_command("packs", "import", str(folder))
    assert not PackVersion.objects.exists()
    (folder / "wrong" / "copy-0.yml").unlink()
    call_command("packs", "import", str(folder), stdout=StringIO())
    assert PackVersion.objects.count() == 1


def test_lint_tells_pack_by_pack_how_it_went_and_how_long_it_took() -> None:
    out = StringIO()
    call_command("packs", "lint", LAB, seeds=1, stdout=out)
    first, last = out.getvalue().splitlines()
    assert re.fullmatch(rf"{LAB}: ok \([0-9.]+ s\)", first)
    assert last == "packs: 1 ok, 0 refused"


def test_lint_of_a_folder_says_file_place_and_mend_and_ends_with_1(tmp_path: Path) -> None:
    folder = tmp_path / "other"
    shutil.copytree(packs.SHIPPED / LAB, folder)
    (folder / "after.md").rename(folder / "text.md")
    checks = (folder / "checks.yml").read_text().replace("points: 20", "points: 21", 1)
    (folder / "checks.yml").write_text(checks)
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("packs", "lint", LAB, str(folder), seeds=1, stdout=out)
    assert ended.value.code == 1
    lines = out.getvalue().splitlines()
    assert lines[1].startswith("other: refused") and lines[-1] == "packs: 1 ok, 1 refused"
    assert f"  pack.yml /id: other-folder: The pack calls itself {LAB}, and its folder other." in lines[2]
    assert "  checks.yml /checks: points: The points add up to 101, not to 100. Take 1 away." in lines
    with pytest.raises(SystemExit):
        call_command("packs", "lint", str(folder), seeds=1, json=True, stdout=(out := StringIO()))
    told = json.loads(out.getvalue().splitlines()[0])
    assert [one["code"] for one in told["problems"]] == ["other-folder", "points"]
    assert all(one["hint"] for one in told["problems"])


@pytest.mark.django_db(transaction=True)
def test_the_demo_has_a_course_with_work_in_it_and_repeating_changes_nothing() -> None:
    owner = User.objects.create_user("demo")
    course = demo.seed(owner)
    count = len(list(packs.SHIPPED.glob("*/pack.yml")))
    assert course.exercises.count() == count
    assert course.enrolments.count() == 1 + len(demo.LEARNERS)
    assert not Grading.objects.filter(finished=None).exists()
    scores = set(Attempt.objects.values_list("score", flat=True))
    assert 100 in scores and any(score is not None and score < 100 for score in scores)
    attempts = Attempt.objects.count()
    assert demo.seed(owner) == course
    assert (Attempt.objects.count(), course.exercises.count()) == (attempts, count)
