"""What was said of somebody's work is added to and never changed, by any way the ORM has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import models, transaction

from sandbox.classes.models import (
    Answer,
    AttemptEvent,
    CheckRow,
    Course,
    Extension,
    GradeEvent,
    Override,
    Submission,
)
from sandbox.classes.models.appended import AppendedModel, AppendOnly
from sandbox.classes.services import exercises, grading
from tests.sandbox.classes.base import ClassroomTest

KINDS: tuple[type[Any], ...] = (Answer, AttemptEvent, CheckRow, Extension, GradeEvent, Override, Submission)


class AppendedTest(ClassroomTest):
    """One learner with a graded submission and points set by hand."""

    def setUp(self) -> None:
        super().setUp()
        exercise = self.exercise()
        self.attempt = self.begun(exercise)
        self.solve(self.attempt)
        self.graded(self.attempt)
        grading.override(self.attempt, self.owner, "all-talk", 5, "said so")
        given = Extension(
            exercise=exercise, enrolment=self.attempt.enrolment, extra_submissions=1, reason="ill"
        )
        exercises.extend(given, self.owner)

    def test_these_are_all_that_are_added_only(self) -> None:
        assert set(AppendedModel.__subclasses__()) == set(KINDS)

    def test_no_way_changes_or_deletes_a_row(self) -> None:
        for kind in KINDS:
            row = kind.objects.first()
            assert row is not None, kind
            field = next(
                one for one in kind._meta.fields if isinstance(one, models.DateTimeField | models.FloatField)
            )
            same: dict[str, Any] = {field.name: getattr(row, field.name)}
            again = kind(**{one.attname: getattr(row, one.attname) for one in kind._meta.fields})
            ways: tuple[Callable[[], Any], ...] = (
                row.save,
                row.delete,
                lambda kind=kind, same=same: kind.objects.update(**same),  # type: ignore[misc]
                lambda kind=kind, same=same: kind.objects.filter(pk__gt=0).update(**same),  # type: ignore[misc]
                lambda kind=kind, row=row, field=field: kind.objects.bulk_update([row], [field.name]),  # type: ignore[misc]
                lambda kind=kind: kind.objects.all().delete(),  # type: ignore[misc]
                lambda kind=kind, row=row, same=same: kind.objects.update_or_create(pk=row.pk, defaults=same),  # type: ignore[misc]
                lambda kind=kind, row=row, field=field: kind.objects.bulk_create(  # type: ignore[misc]
                    [row], update_conflicts=True, unique_fields=["pk"], update_fields=[field.name]
                ),
            )
            for number, way in enumerate(ways):
                with pytest.raises(AppendOnly):
                    way()
                assert kind.objects.filter(pk=row.pk).exists(), (kind, number)
            with pytest.raises(Exception, match=r"(?i)unique"):
                self.alone(again.save)

    def alone(self, what: Callable[[], Any]) -> None:
        with transaction.atomic():
            what()

    def test_rows_go_with_the_course_and_outlive_their_author(self) -> None:
        grading.override(self.attempt, self.users["assistant"], "all-talk", 6, "said so")
        self.users["assistant"].delete()
        assert Override.objects.order_by("-pk")[0].author is None
        Course.objects.all().delete()
        assert not any(kind.objects.exists() for kind in KINDS)
