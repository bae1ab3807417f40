"""The app of courses."""

from __future__ import annotations

from django.apps import AppConfig


class ClassesConfig(AppConfig):
    name = "sandbox.classes"
    label = "classes"
    verbose_name = "Courses"

    def ready(self) -> None:
        """Say who computes gradings and what their logs tell, who sits an exam, and which tasks there are."""
        from sandbox.classes.lti import tasks  # noqa: F401 - Celery finds tasks by import
        from sandbox.classes.queries import sits_exam
        from sandbox.classes.runner import grade, told_now
        from sandbox.runs import queries, work
        from sandbox.runs.models import Kind
        from sandbox.scenarios import restrictions

        work.register(Kind.GRADE, grade)
        queries.register("grade.check", told_now)
        restrictions.register(sits_exam)
