"""What an instructor does on the wall: send a hint to a cluster, show one drawing to all, look at one."""

from __future__ import annotations

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext

from sandbox.accounts.models import User
from sandbox.classes import wall
from sandbox.classes.models import Broadcast, Deed, Exercise, Submission
from sandbox.classes.services.work import write_down
from sandbox.scenarios import services as scenarios
from sandbox.scenarios.models import Revision, Scenario

_WRITTEN = ("description", "notes")
"""Parts of a document that hold a person's own words."""


class WallRefused(ValueError):
    """It is not done; the message says why, for people."""


def send_hint(exercise: Exercise, author: User, fingerprint: str, text: str) -> int:
    """Send a hint to everybody of a cluster and return how many they are; it costs them nothing."""
    found = [one for one in wall.clusters(exercise) if one["fingerprint"] == fingerprint]
    attempts = found[0]["attempts"] if found else []
    with transaction.atomic():
        for attempt in attempts:
            write_down(attempt, Deed.SENT, author, text=text)
    return len(attempts)


def broadcast(exercise: Exercise, author: User, submission: Submission, note: str) -> Broadcast:
    """Show the drawing of a submission to the class and return it, without what a person may have written.

    Name, description and notes go; names of things in the drawing stay, for it would be another one without.

    Raises:
        WallRefused: it is an exam.
    """
    if exercise.exam:
        raise WallRefused(
            gettext("In an exam no drawing is shown to the class. When it is over, take the mark exam away.")
        )
    kept = {key: part for key, part in submission.revision.document.items() if key not in _WRITTEN}
    document = {**kept, "name": gettext("Shown to the class: {title}").format(title=exercise.title)[:120]}
    return Broadcast.objects.create(exercise=exercise, document=document, note=note, author=author)


def end_broadcasts(exercise: Exercise) -> None:
    """Show nothing to the class any more."""
    Broadcast.objects.filter(exercise=exercise, ended=None).update(ended=now())


def copy(revision: Revision, user: User, name: str) -> Scenario:
    """Save a revision of a learner as a drawing of somebody of the staff, to look into.

    Raises:
        scenarios.TooManyScenarios: the person may not keep more.
    """
    return scenarios.create(user, {**revision.document, "name": name[:120]})


def copy_of(broadcast: Broadcast, user: User) -> Scenario:
    """Save the drawing that is shown to the class as a drawing of the person.

    Raises:
        scenarios.TooManyScenarios: the person may not keep more.
    """
    return scenarios.create(user, broadcast.document)
