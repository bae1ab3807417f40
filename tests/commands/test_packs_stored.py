"""`manage.py packs import` and `export`, and the course of the demo."""

from __future__ import annotations

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
