"""What people do with scenarios. Every change is a new revision; nothing is overwritten."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext

import netcore
from sandbox.accounts.models import User
from sandbox.scenarios import changes, queries, restrictions
from sandbox.scenarios import patch as json_patch
from sandbox.scenarios.models import Label, Revision, Scenario, Upload
from sandbox.scenarios.patch import PatchError as PatchError
from sandbox.scenarios.restrictions import InExam as InExam
from sandbox.scenarios.restrictions import PredictFirst as PredictFirst
from sandbox.scenarios.restrictions import restrict as restrict

SCENARIOS_PER_PERSON: Final = 500
MAX_UPLOAD_BYTES: Final = 5_000_000
MAX_EDITS: Final = 20
"""So many edits are taken at once; each becomes a revision, and all of them are checked under one lock."""


class Invalid(ValueError):
    """What was sent is not a scenario document; ``problems`` lists all that is wrong, as plain data.

    ``edit`` is the number of the edit that made it so, where several were sent.
    """

    edit: int | None = None

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        """Keep the problems."""
        super().__init__(gettext("This is not a scenario document that can be saved."))
        self.problems = problems


class Locked(json_patch.PatchError):
    """The edit changes a part of the drawing that is locked; the message names it."""


class Stale(Exception):
    """The edit names an older revision; ``current`` is the newest one, with its document."""

    def __init__(self, current: Revision) -> None:
        """Keep the newest revision for the answer."""
        super().__init__(gettext("The scenario was changed in the meantime."))
        self.current = current


class TooManyScenarios(Exception):
    """The person has as many scenarios as one may have."""

    def __init__(self, limit: int) -> None:
        """Say the limit."""
        super().__init__(
            gettext("You have %(limit)d scenarios, which is as many as one may keep. Delete one first.")
            % {"limit": limit}
        )


class UploadTooLarge(ValueError):
    """The file is larger than may be imported."""


def create(owner: User, document: Any, *, scenario_id: UUID | None = None) -> Scenario:
    """Save a document as a new scenario, revision 1, and return it.

    A drawing with problems is saved; something that is no drawing is not.

    Args:
        scenario_id: makes the call repeatable: a scenario of this id and owner is returned as it is.

    Raises:
        Invalid: the document cannot be read as a scenario at all.
        TooManyScenarios: the person has ``SCENARIOS_PER_PERSON`` already.
    """
    reading = _read(document)
    limit = getattr(settings, "SCENARIOS_PER_PERSON", SCENARIOS_PER_PERSON)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)  # two requests at once must not both fit
        if scenario_id and (known := Scenario.objects.filter(pk=scenario_id, owner=owner).first()):
            return known
        if Scenario.objects.filter(owner=owner, deleted=None).count() >= limit:
            raise TooManyScenarios(limit)
        scenario = Scenario.objects.create(id=scenario_id or uuid4(), owner=owner, name="")
        _append(scenario, None, reading, owner)
    return scenario


def apply_patch(scenario: Scenario, base: int, patch: list[dict[str, Any]], author: User) -> Revision:
    """Apply a JSON Patch to revision ``base`` and return the new revision.

    An empty patch changes nothing and returns the newest revision.

    Raises:
        Stale: ``base`` is not the newest revision.
        PatchError: the patch does not fit.
        Locked: it changes what is locked.
        Invalid: the result is no scenario document.
    """
    with transaction.atomic():
        locked, head = _head(scenario, base)
        return _edit(locked, head, patch, author)


def apply_patches(
    scenario: Scenario, base: int, patches: list[list[dict[str, Any]]], author: User
) -> Revision:
    """Apply edits that were kept meanwhile, all or none, and return the newest revision.

    Each is a revision of its own, as if it had been sent when it was made: a history reads the same
    whether somebody had a network or not.

    Raises:
        ValueError: more than ``MAX_EDITS``.
        Stale, PatchError, Locked, Invalid: as ``apply_patch``; the last three name the edit in ``edit``.
    """
    if len(patches) > MAX_EDITS:
        raise ValueError(f"{MAX_EDITS} edits are taken at once; these are {len(patches)}.")
    with transaction.atomic():
        locked, head = _head(scenario, base)
        as_sent = True
        for number, patch in enumerate(patches):
            before = head
            try:
                head = _edit(locked, before, patch, author)
            except (PatchError, Invalid) as error:
                error.edit = number
                if isinstance(error, PatchError):
                    error.pointer = error.pointer.replace("/patch", f"/edits/{number}", 1)
                raise
            as_sent = as_sent and (head is before or head.as_sent)
        head.as_sent = as_sent
        return head


def _head(scenario: Scenario, base: int) -> tuple[Scenario, Revision]:
    """Lock a scenario and return it with its newest revision, which is ``base`` or the edit is stale."""
    locked = Scenario.objects.select_for_update().get(pk=scenario.pk)
    head = Revision.objects.defer("document").get(head_of=locked)
    if head.number != base:
        raise Stale(head)
    head.document = queries.documents(head)
    return locked, head


def _edit(locked: Scenario, head: Revision, patch: list[dict[str, Any]], author: User) -> Revision:
    if not patch:
        return head
    patched = json_patch.apply(head.document, patch)
    reading = _read(patched)
    _keep_locks(locked, head.document, reading)
    revision = _append(locked, head, reading, author)
    revision.as_sent = revision.document == patched
    return revision


def _keep_locks(scenario: Scenario, before: Any, reading: netcore.Reading) -> None:
    assert reading.document is not None
    after = netcore.dump(reading.document) if scenario.locks else {}
    for pointer in scenario.locks:
        if json_patch.value_at(before, pointer) != json_patch.value_at(after, pointer):
            raise Locked(
                gettext("{pointer} is part of the exercise and stays as it is.").format(pointer=pointer),
                "/patch",
            )


def replace(scenario: Scenario, document: Any, author: User) -> Revision:
    """Append a whole document as the newest revision, whatever is locked; what was before is kept.

    Raises:
        Invalid: it is no scenario document.
    """
    with transaction.atomic():
        locked = Scenario.objects.select_for_update().get(pk=scenario.pk)
        head = Revision.objects.get(head_of=locked)
        return _append(locked, head, _read(document), author)


def rename(scenario: Scenario, name: str, author: User) -> Revision:
    """Give a scenario another name, as an edit of its newest revision.

    Raises:
        Invalid: the name is empty or too long.
        Locked: it is locked.
    """
    with transaction.atomic():
        locked = Scenario.objects.select_for_update().get(pk=scenario.pk)
        head = Revision.objects.get(head_of=locked)
        reading = _read({**head.document, "name": name})
        _keep_locks(locked, head.document, reading)
        return _append(locked, head, reading, author)


def label(revision: Revision, name: str) -> None:
    """Give a revision a name, or take it away with an empty one."""
    if name:
        Label.objects.update_or_create(revision=revision, defaults={"name": name})
    else:
        Label.objects.filter(revision=revision).delete()


def duplicate(revision: Revision, owner: User, *, same_name: bool = False) -> Scenario:
    """Save a copy of a revision as a new scenario of ``owner`` and return it. The history stays behind.

    Raises:
        InExam: the scenario belongs to an exam.
        PredictFirst: its predictions are not locked yet.
        TooManyScenarios: as ``create``.
    """
    restrictions.may_leave(revision.scenario)
    document = dict(revision.document)
    if not same_name:
        document["name"] = gettext("{document} (copy)").format(document=document["name"][:110])
    return create(owner, document)


def delete(scenario: Scenario) -> None:
    """Hide a scenario, its runs and its shares from everybody. The rows stay.

    ``runs.services.delete_scenario`` ends its runs as well.
    """
    Scenario.objects.filter(pk=scenario.pk, deleted=None).update(deleted=now())


def store_upload(owner: User, name: str, size: int | None, content: bytes) -> Upload:
    """Keep the bytes of a file for its import by a worker.

    Raises:
        UploadTooLarge: more than ``MAX_UPLOAD_BYTES``.
    """
    if max(size or 0, len(content)) > MAX_UPLOAD_BYTES:
        raise UploadTooLarge(upload_too_large())
    shown = "".join(letter for letter in name if letter.isprintable())[:200]
    return Upload.objects.create(owner=owner, name=shown or "file", content=content)


def upload_too_large() -> str:
    """Return the sentence that refuses a file."""
    return gettext("A file for import may have {limit} MB at most.").format(
        limit=MAX_UPLOAD_BYTES // 1_000_000
    )


def drop_upload(upload_id: UUID) -> None:
    """Forget the bytes of a file; the row stays to name it."""
    Upload.objects.filter(pk=upload_id).update(content=b"")


def _read(document: Any) -> netcore.Reading:
    reading = netcore.read(document)
    if reading.document is None:
        raise Invalid([problem.as_dict() for problem in reading.problems])
    return reading


def _append(scenario: Scenario, head: Revision | None, reading: netcore.Reading, author: User) -> Revision:
    """Store a revision behind ``head`` and make it the newest; the caller holds the lock on the scenario."""
    assert reading.document is not None
    document = netcore.dump(reading.document)
    revision = Revision.objects.create(
        scenario=scenario,
        number=head.number + 1 if head else 1,
        document=document,
        author=author,
        problems=len(reading.problems),
        description=reading.document.description,
        counts=queries.counts_of(document),
        changes=changes.kept(changes.comparison(head.document if head else None, document)),
    )
    # Once it is there for good: of a number that is rolled back nothing may be remembered.
    transaction.on_commit(lambda: queries.keep(revision, reading))
    scenario.head = revision
    scenario.name = reading.document.name
    scenario.updated = revision.created
    restrictions.follow(scenario, document)
    scenario.save(update_fields=["head", "name", "updated", "follows", "exam", "withheld"])
    return revision
