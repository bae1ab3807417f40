"""What a learner may do now: dates, late policy, attempts and time limit of an exercise, with extensions.

Pure: the clock and the rows are handed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.utils.translation import gettext

from sandbox.classes.models import MOST_MINUTES, Attempt, Exercise, Extension, LatePolicy

_DAY_S = 86_400


@dataclass(frozen=True)
class Limits:
    """The limits of one learner in one exercise at one moment.

    ``due`` and ``closes`` are with the extension; ``ends`` is when the time limit of the attempt runs out;
    ``left`` the submissions that are left (None: as many as one likes). ``refusal`` says why nothing can be
    submitted now, "" when something can. ``visible``: the exercise has opened.
    """

    visible: bool
    due: datetime | None
    closes: datetime | None
    ends: datetime | None
    left: int | None
    late_s: int
    refusal: str


def limits(
    exercise: Exercise, extension: Extension | None, attempt: Attempt | None, made: int, now: datetime
) -> Limits:
    """Return the limits; ``made`` is the number of submissions so far.

    An extension takes nothing away: it moves dates that are there, later, and sets none.
    """
    extended = extension.due if extension else None
    due = _later(exercise.due, extended)
    # Behind the closing date an extension opens the exercise until then.
    closes = due if due and exercise.late == LatePolicy.REFUSE else _later(exercise.closes, extended)
    ends = None
    if attempt and exercise.minutes:
        # A row may be from before extra minutes had a bound; more than a calendar holds would raise.
        extra = min(extension.extra_minutes, MOST_MINUTES) if extension else 0
        ends = attempt.started + timedelta(minutes=exercise.minutes + extra)
    left = None
    if exercise.submissions:
        whole = exercise.submissions + (extension.extra_submissions if extension else 0)
        left = max(0, whole - made)
    visible = exercise.opens is None or exercise.opens <= now
    refusal = ""
    if exercise.course.archived is not None:
        refusal = gettext("The course is archived: it can be read, and nothing is handed in any more.")
    elif not visible:
        refusal = gettext("The exercise has not opened yet.")
    elif closes and now > closes:
        refusal = gettext("The exercise is closed: what is submitted now would not count.")
    elif ends and now > ends:
        refusal = gettext("The time for this attempt is over.")
    elif left == 0:
        refusal = gettext("All submissions are used up.")
    return Limits(visible, due, closes, ends, left, late_s(exercise, extension, now), refusal)


def late_s(exercise: Exercise, extension: Extension | None, moment: datetime) -> int:
    """Return how many seconds behind the due date of a learner a moment is, by the dates of today."""
    due = _later(exercise.due, extension.due if extension else None)
    return ceil(max(0.0, (moment - due).total_seconds())) if due else 0


def _later(date: datetime | None, extended: datetime | None) -> datetime | None:
    """Return a date as an extension moves it; None stays None, for what has no end is as late as can be."""
    return max(date, extended) if date and extended else date


def late_factor(exercise: Exercise, late_s: int) -> float:
    """Return what a submission so many seconds behind the due date counts for, 0 to 1."""
    if not late_s or exercise.late == LatePolicy.FULL:
        return 1.0
    if exercise.late == LatePolicy.REFUSE:
        return 0.0
    return max(0.0, 1 - exercise.late_percent / 100 * ceil(late_s / _DAY_S))
