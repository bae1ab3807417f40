"""The app of courses."""

from __future__ import annotations

from django.apps import AppConfig


class ClassesConfig(AppConfig):
    name = "sandbox.classes"
    label = "classes"
    verbose_name = "Courses"
