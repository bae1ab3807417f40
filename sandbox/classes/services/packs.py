"""Versions of packs: take in what came with the sandbox, import, publish a draft."""

from __future__ import annotations

import re
from itertools import chain, count
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import now
from django.utils.translation import gettext

import netcore
from sandbox.accounts.models import User
from sandbox.classes import access, packs
from sandbox.classes.models import Course, Exercise, PackDraft, PackVersion

SHIPPED: Final = Path(__file__).parent.parent / "packs"
FIRST: Final = Path(__file__).parent.parent / "first_pack"
"""The pack that a new one begins as: the one of docs/exercise-packs.md."""

DRAFTS_PER_COURSE: Final = 200
MAX_DRAFT_BYTES: Final = 1_000_000
MAX_ID: Final = 60
MAX_NUMBER: Final = 90_000
"""No pack comes with a higher number of its version: it needs room for later ones."""
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class PackNotTaken(ValueError):
    """The pack is not taken; ``problems`` lists what is wrong as plain data."""

    def __init__(self, message: str, problems: list[dict[str, Any]] | None = None) -> None:
        """Keep the problems."""
        super().__init__(message)
        self.problems = problems or []


class Stale(Exception):
    """Somebody else saved the draft in the meantime."""


def paths_of(folder: Path) -> dict[str, Path]:
    """Return where the files of a pack are, by their path inside its folder; hidden ones are left out."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path for path in found}


def files_of(folder: Path) -> dict[str, str]:
    """Return the files of a pack in a folder."""
    return {name: path.read_text(encoding="utf-8") for name, path in paths_of(folder).items()}


def take_shipped(folder: Path = SHIPPED) -> list[PackVersion]:
    """Store the packs that came with the sandbox, each as a new version if it changed; return the newest."""
    return [publish(None, None, files_of(path.parent)) for path in sorted(folder.glob("*/pack.yml"))]


def publish(course: Course | None, author: User | None, files: packs.Files, note: str = "") -> PackVersion:
    """Store a version of a pack and return it; what is the newest version already is returned as it is.

    Its number is the one in pack.yml where that is new; else the next, which is written there, so that
    receipts name the version of this site. A course goes on behind the pack of that id that came with the
    sandbox, so that one number means one thing.

    Args:
        course: None: every course may use it.

    Raises:
        PackNotTaken: it cannot be read as a pack, or has more solutions than are tried.
    """
    return _publish(course, author, files, note)[0]


def _publish(
    course: Course | None,
    author: User | None,
    files: packs.Files,
    note: str,
    base: PackVersion | None = None,
) -> tuple[PackVersion, bool]:
    """Return the version of ``publish``, and whether it is a new one.

    Args:
        base: what the files were made from; the same files are no new version, unless the course has its own.
    """
    try:
        pack = packs.read(files)
    except netcore.PackRefused as error:
        raise PackNotTaken(str(error), [problem.as_dict() for problem in error.problems]) from error
    if problems := netcore.too_many_solutions(pack):
        raise PackNotTaken(
            gettext("The pack has more solutions than are tried."), [one.as_dict() for one in problems]
        )
    with transaction.atomic():
        if course is not None:
            Course.objects.select_for_update().get(pk=course.pk)
        known = PackVersion.objects.filter(course=course, slug=pack.id)
        newest = known.order_by("-number").first()
        if newest is not None and _same(newest.files, files):
            return newest, False
        if newest is None and base is not None and base.slug == pack.id and _same(base.files, files):
            return base, False
        least = _next(pack, course, newest)
        number = max(pack.version, least)
        if number > max(MAX_NUMBER, least):
            raise PackNotTaken(
                gettext(
                    "The pack is version {number}, which leaves too few numbers for later ones. Write a "
                    "smaller one into pack.yml, such as version: {least}."
                ).format(number=number, least=least)
            )
        if number != pack.version:
            files = packs.numbered(files, number)
            pack = _numbered(files, number)
        made = PackVersion.objects.create(
            course=course,
            slug=pack.id,
            number=number,
            title=pack.about.title,
            track=pack.about.track,
            minutes=pack.about.minutes,
            files=dict(files),
            digest=pack.digest,
            author=author,
            note=note,
        )
        return made, True


def _next(pack: netcore.Pack, course: Course | None, newest: PackVersion | None) -> int:
    """Return the least number that a version of a pack may have, behind the newest one of its course."""
    least = newest.number + 1 if newest is not None else 1
    if course is None:
        return least
    shipped = PackVersion.objects.filter(course=None, slug=pack.id)
    if pack.version >= least and shipped.filter(number=pack.version, digest=pack.digest).exists():
        return least  # it is that very version
    last: int | None = shipped.aggregate(last=Max("number"))["last"]
    return max(least, (last or 0) + 1)


def _same(files: packs.Files, others: packs.Files) -> bool:
    """Return whether two packs are the same but for the number of their version."""
    return packs.numbered(files, 1) == packs.numbered(others, 1)


def _numbered(files: packs.Files, number: int) -> netcore.Pack:
    """Return the pack of files into which its number was written.

    Raises:
        PackNotTaken: there is no line in pack.yml in which it can be written.
    """
    try:
        if (pack := packs.read(files)).version == number:
            return pack
    except netcore.PackRefused:
        pass
    raise PackNotTaken(
        gettext("Write version: {number} into pack.yml, on a line of its own.").format(number=number)
    )


def draft_of(course: Course, version: PackVersion) -> PackDraft:
    """Return the course's draft of a pack, made from a version if there is none."""
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=course.pk)
        if (known := PackDraft.objects.filter(course=course, slug=version.slug).first()) is not None:
            return known
        _room_for_a_draft(course)
        files = PackVersion.objects.values_list("files", flat=True).get(pk=version.pk)
        return PackDraft.objects.create(course=course, slug=version.slug, files=files, base=version)


def _room_for_a_draft(course: Course) -> None:
    if course.drafts.count() >= DRAFTS_PER_COURSE:
        raise PackNotTaken(gettext("A course has {limit} drafts at most.").format(limit=DRAFTS_PER_COURSE))


def free_slug(course: Course) -> str:
    """Return an id that no pack and no draft of a course has, to be proposed."""
    taken = {
        *access.packs(course).values_list("slug", flat=True),
        *course.drafts.values_list("slug", flat=True),
    }
    names = chain(("new-pack",), (f"new-pack-{number}" for number in count(2)))
    return next(slug for slug in names if slug not in taken)


def new_draft(course: Course, slug: str) -> PackDraft:
    """Return the draft of a new pack, which begins as a small sound one.

    Raises:
        PackNotTaken: there is a pack or a draft of that id, it is none, or there are too many drafts.
    """
    if not (_ID.fullmatch(slug) and len(slug) <= MAX_ID):
        raise PackNotTaken(
            gettext(
                "The id of a pack has {most} letters a to z, digits and single hyphens at most, such as "
                "two-doors."
            ).format(most=MAX_ID)
        )
    files = files_of(FIRST)
    files["pack.yml"] = re.sub(r"(?m)^id: .*$", f'id: "{slug}"', files["pack.yml"], count=1)
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=course.pk)
        if course.drafts.filter(slug=slug).exists() or access.packs(course).filter(slug=slug).exists():
            raise PackNotTaken(
                gettext("There is a pack {slug} already. Choose another id.").format(slug=slug)
            )
        _room_for_a_draft(course)
        return PackDraft.objects.create(course=course, slug=slug, files=files)


def publish_draft(draft: PackDraft, author: User, note: str = "") -> tuple[PackVersion, bool]:
    """Store a draft as the next version of its pack and return it.

    Where its id was changed, the draft goes on under the new one, so that the old pack can be edited again.

    Raises:
        PackNotTaken: it cannot be read as a pack, or another draft has its id.
    """
    with transaction.atomic():
        made, new = _publish(draft.course, author, draft.files, note, draft.base)
        if made.slug != draft.slug:
            if PackDraft.objects.filter(course=draft.course, slug=made.slug).exists():
                raise PackNotTaken(
                    gettext("There is another draft of {slug}. Write its id otherwise in pack.yml.").format(
                        slug=made.slug
                    )
                )
            draft.slug, draft.base = made.slug, made
            draft.save(update_fields=["slug", "base"])
    return made, new


def save_draft(draft: PackDraft, base: int, files: packs.Files) -> PackDraft:
    """Store the files of a draft and return it; it need not be a pack that can be read.

    Raises:
        Stale: ``base`` is not the number of the last save.
        PackNotTaken: too large, or no text.
    """
    if sum(len(text.encode()) for text in files.values()) > MAX_DRAFT_BYTES or len(files) > packs.MAX_FILES:
        raise PackNotTaken(
            gettext("A draft has {max_files} files and {limit} MB at most.").format(
                max_files=packs.MAX_FILES, limit=MAX_DRAFT_BYTES // 1_000_000
            )
        )
    if not all(packs.is_text(path + text) for path, text in files.items()):
        raise PackNotTaken(gettext("There is a character in the draft that is no text."))
    with transaction.atomic():
        locked = PackDraft.objects.select_for_update().get(pk=draft.pk)
        if locked.saved != base:
            raise Stale(
                gettext(
                    "This draft was saved in the meantime: by you in another tab, or by somebody else. "
                    "Reload the page and do it again."
                )
            )
        locked.files, locked.saved, locked.updated = dict(files), base + 1, now()
        locked.save(update_fields=["files", "saved", "updated"])
    return locked


def move_exercises(course: Course, version: PackVersion) -> int:
    """Let the exercises of a pack give a version to whoever begins now, and return how many they are.

    Attempts that began keep theirs.
    """
    return Exercise.objects.filter(course=course, pack__slug=version.slug).update(pack=version)
