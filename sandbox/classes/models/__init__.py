"""Rows of courses, by what they are about: people, exercises, work, grades."""

from __future__ import annotations

from sandbox.classes.models.exercises import (
    MOST_MINUTES,
    Exercise,
    Extension,
    LatePolicy,
    Scoring,
    ShowHidden,
    ShowResults,
)
from sandbox.classes.models.grades import CheckRow, CheckState, Comment, GradeEvent, Grading, Override
from sandbox.classes.models.lti import Passback, Platform, PlatformKind, RosterState, SendState
from sandbox.classes.models.packs import ImmutablePack, PackDraft, PackVersion
from sandbox.classes.models.people import STAFF, Course, Enrolment, Invitation, Role
from sandbox.classes.models.work import Answer, Attempt, AttemptEvent, Broadcast, Deed, Submission

__all__ = [
    "MOST_MINUTES",
    "STAFF",
    "Answer",
    "Attempt",
    "AttemptEvent",
    "Broadcast",
    "CheckRow",
    "CheckState",
    "Comment",
    "Course",
    "Deed",
    "Enrolment",
    "Exercise",
    "Extension",
    "GradeEvent",
    "Grading",
    "ImmutablePack",
    "Invitation",
    "LatePolicy",
    "Override",
    "PackDraft",
    "PackVersion",
    "Passback",
    "Platform",
    "PlatformKind",
    "Role",
    "RosterState",
    "Scoring",
    "SendState",
    "ShowHidden",
    "ShowResults",
    "Submission",
]
