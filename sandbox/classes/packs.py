"""What the engine says of packs: read once per version, variants of learners, what may be shown of them."""

from __future__ import annotations

import dataclasses
import io
import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, Final

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from jsonpointer import JsonPointer

import netcore
from sandbox.classes.models import Attempt, Deed, Grading, PackVersion
from sandbox.scenarios import queries as scenario_queries

_LACKS: Final = object()

MAX_ZIP_BYTES: Final = 4_000_000
MAX_FILES: Final = 60

Files = Mapping[str, str]
"""The files of a pack: paths inside it, texts."""


class BadArchive(ValueError):
    """The file is no archive of a pack; the message says why."""


def read(files: Files) -> netcore.Pack:
    """Return a pack.

    Raises:
        netcore.PackRefused: all that is wrong with it.
    """
    return netcore.read_pack({path: text.encode() for path, text in files.items()})


def pack_of(version: PackVersion) -> netcore.Pack:
    """Return the pack of a stored version; kept by digest, for a version never changes."""
    return _stored(str(version.pk), version.digest)


@lru_cache(64)
def _stored(version_id: str, digest: str) -> netcore.Pack:
    return read(PackVersion.objects.values_list("files", flat=True).get(pk=version_id))


def numbered(files: Files, number: int) -> dict[str, str]:
    """Return the files of a pack with a number of version in pack.yml, as it was written otherwise."""
    for path, line in (("pack.yml", _YAML_VERSION), ("pack.json", _JSON_VERSION)):
        if path in files:
            return {**files, path: line.sub(rf"\g<1>{number}", files[path], count=1)}
    return dict(files)


_YAML_VERSION: Final = re.compile(r"""(?m)^(["']?version["']?[ \t]*:[ \t]*)[0-9]+""")
_JSON_VERSION: Final = re.compile(r"""("version"\s*:\s*)[0-9]+""")


def titles(version: PackVersion) -> dict[str, str]:
    """Return the title of each check, of a hidden one the rule, in the names of the pack, not a learner's."""
    return {check.id: check.rule or check.title for check in pack_of(version).checks}


def pack_by_digest(digest: str) -> netcore.Pack | None:
    """Return a stored pack, of whatever course; None: there is none whose files have this digest."""
    version = PackVersion.objects.filter(digest=digest).defer("files").first() if is_text(digest) else None
    return None if version is None else pack_of(version)


def variant_of(attempt: Attempt) -> netcore.Variant:
    """Return the variant of an attempt: drawing, text and hints as this learner has them."""
    return netcore.variant(pack_of(attempt.pack), attempt.seed)


def public_checks(version: PackVersion, seed: int) -> list[dict[str, Any]]:
    """Return the checks that anybody may see, with the questions they ask, as plain data."""
    return [check.as_dict() for check in netcore.public_checks(pack_of(version), seed)]


def right_choices(grading: Grading, check_id: str) -> list[dict[str, str]]:
    """Return the right options of a visible check where the submission chose others."""
    submission = grading.submission
    answer = submission.answers.get(check_id)
    return list(netcore.right_choices(pack_of(grading.pack), submission.attempt.seed, check_id, answer))


def same_start(one: PackVersion, other: PackVersion, seed: int) -> bool:
    """Return whether two versions of a pack begin with the same drawing, as written and in a variant."""
    return all(
        netcore.variant(pack_of(one), number).document == netcore.variant(pack_of(other), number).document
        for number in (0, seed)
    )


def unpredicted(attempt: Attempt) -> list[dict[str, Any]]:
    """Return the public checks of an attempt whose answers come before a run and are not locked yet."""
    answered = set(attempt.answers.values_list("check_id", flat=True))
    checks = public_checks(attempt.pack, attempt.seed)
    return [check for check in checks if check["withholds"] and check["id"] not in answered]


def locks_of(attempt: Attempt) -> list[str]:
    """Return the locked places of an attempt's exercise as its learner has them, in other names perhaps."""
    pack = pack_of(attempt.pack)
    return [netcore.in_variant(pack, attempt.seed, pointer) for pointer in attempt.exercise.locks]


def start_of(version: PackVersion) -> dict[str, Any]:
    """Return the starting drawing of a pack as it is written, with all fields."""
    return netcore.dump(netcore.load(netcore.variant(pack_of(version), 0).document))


def unknown_places(version: PackVersion, pointers: Sequence[str]) -> dict[str, str]:
    """Return those of some places that the starting drawing lacks, with one that is like it, or nothing."""
    start = start_of(version)
    known = [
        f"/topology/{kind}{f'/{key}' if key else ''}"
        for kind, things in start["topology"].items()
        for key in ("", *things)
    ]
    lacking = [pointer for pointer in pointers if JsonPointer(pointer).resolve(start, _LACKS) is _LACKS]
    return {one: next(iter(get_close_matches(one, known, 1, 0.6)), "") for one in lacking}


def places_of(version: PackVersion) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what can be locked in the starting drawing: kinds in words, with pointers and names."""
    found = []
    for kind, things in start_of(version)["topology"].items():
        rows = [(f"/topology/{kind}/{key}", str(one.get("name") or key)) for key, one in things.items()]
        if rows:
            found.append(
                (scenario_queries.kind_words(kind), [(f"/topology/{kind}", gettext("all of them")), *rows])
            )
    return found


def open_predictions(attempt: Attempt) -> list[dict[str, str]]:
    """Return the same as ``Scenario.withheld`` has them."""
    page = attempt.exercise.get_absolute_url()
    return [
        {"title": check["title"], "url": f"{page}#check-{check['id']}", "told": check["withholds"]}
        for check in unpredicted(attempt)
    ]


def reference_document(attempt: Attempt) -> dict[str, Any]:
    """Return the drawing of the first reference solution in the learner's variant."""
    pack = pack_of(attempt.pack)
    name = sorted(pack.reference)[0]
    return netcore.handed_in(pack, netcore.solution(pack, "reference", name, attempt.seed), attempt.seed)


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """A drawing on the way, as a learner may choose it: ``gives`` are the titles of the checks it does."""

    name: str
    title: str
    gives: tuple[str, ...]


def checkpoints(attempt: Attempt) -> list[Checkpoint]:
    """Return the checkpoints of the attempt's pack in the order of their files; hidden checks go unnamed."""
    pack = pack_of(attempt.pack)
    titles = {check.id: check.title for check in netcore.public_checks(pack, attempt.seed)}
    found = []
    for name in sorted(pack.checkpoints):
        one = netcore.solution(pack, "checkpoints", name, attempt.seed)
        found.append(Checkpoint(name, one.title, tuple(titles[key] for key in one.gives if key in titles)))
    return found


def checkpoint_document(attempt: Attempt, name: str) -> dict[str, Any]:
    """Return the drawing of a checkpoint in the learner's variant."""
    pack = pack_of(attempt.pack)
    given = netcore.solution(pack, "checkpoints", name, attempt.seed)
    return netcore.handed_in(pack, given, attempt.seed)


def given_by(attempt: Attempt) -> list[str]:
    """Return the ids of the checks that the checkpoints of an attempt did for the learner, sorted.

    The record says what each did when it was taken, for another version of the pack may know it no more.
    """
    if not attempt.checkpoints:
        return []
    lines = list(attempt.record.filter(deed__in=(Deed.CHECKPOINT, Deed.VERSION)).values_list("deed", "data"))
    given = {str(check) for _, data in lines for check in data.get("gives", ())}
    if any(deed == Deed.CHECKPOINT and "gives" not in data for deed, data in lines):
        # It was taken before records said so.
        given |= gives_of(attempt, attempt.checkpoints)
    return sorted(given)


def gives_of(attempt: Attempt, names: Sequence[str]) -> set[str]:
    """Return the ids of the checks that checkpoints do in the version of the pack that an attempt has."""
    known = pack_of(attempt.pack).checkpoints
    return {check for name in names if name in known for check in known[name].gives}


def from_zip(content: bytes) -> dict[str, str]:
    """Return the files of a pack from a ZIP archive; one folder around all of them is taken off.

    Raises:
        BadArchive: it is none, it is too large, or a file in it is no text.
    """
    if len(content) > MAX_ZIP_BYTES:
        raise BadArchive(
            gettext("A pack may have {limit} MB at most.").format(limit=MAX_ZIP_BYTES // 1_000_000)
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if not 1 <= len(entries) <= MAX_FILES:
            raise BadArchive(
                gettext("A pack has 1 to {limit} files; this archive has {count}.").format(
                    limit=MAX_FILES, count=len(entries)
                )
            )
        if sum(entry.file_size for entry in entries) > MAX_ZIP_BYTES:
            raise BadArchive(
                gettext("Unpacked, a pack may have {limit} MB at most.").format(
                    limit=MAX_ZIP_BYTES // 1_000_000
                )
            )
        # The size in the heading may lie, so no more than the limit is read of anything.
        read_all = {entry.filename: archive.open(entry).read(MAX_ZIP_BYTES + 1) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, OSError, EOFError) as error:
        raise BadArchive(gettext("The file is not a ZIP archive that can be read.")) from error
    if sum(map(len, read_all.values())) > MAX_ZIP_BYTES:
        raise BadArchive(
            gettext("Unpacked, a pack may have {limit} MB at most.").format(limit=MAX_ZIP_BYTES // 1_000_000)
        )
    try:
        texts = {path: text.decode() for path, text in read_all.items()}
    except UnicodeDecodeError as error:
        raise BadArchive(gettext("A file in the archive is not UTF-8 text.")) from error
    if not all(PurePosixPath(path).parts and is_text(path + text) for path, text in texts.items()):
        raise BadArchive(gettext("A file in the archive has no name, or a character that is no text."))
    return _without_folder(texts)


def is_text(text: str) -> bool:
    """Return whether the database can keep a text; PostgreSQL keeps no zero bytes."""
    return "\0" not in text


def _without_folder(files: dict[str, str]) -> dict[str, str]:
    tops = {PurePosixPath(path).parts[0] for path in files}
    if len(tops) == 1 and all(len(PurePosixPath(path).parts) > 1 for path in files):
        return {str(PurePosixPath(*PurePosixPath(path).parts[1:])): text for path, text in files.items()}
    return files


def to_zip(slug: str, files: Files) -> bytes:
    """Return the files of a pack as a ZIP archive; the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(f"{slug}/{path}", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[path])
    return out.getvalue()


def about(version: PackVersion) -> dict[str, Any]:
    """Return what may be said of a pack before an attempt, as plain data."""
    pack = pack_of(version)
    said = pack.about
    return {
        "title": said.title,
        "objective": said.objective,
        "track": said.track,
        "minutes": said.minutes,
        "points": pack.points,
        "checks": len(pack.checks),
    }


def receipt_of(grading: Grading) -> str | None:
    """Return the signed receipt of a finished grading as JSON text.

    None: it has not finished, or another version of the engine graded it, which this one cannot vouch for.
    """
    run = grading.run
    if grading.finished is None or run is None or run.engine != netcore.ENGINE_VERSION:
        return None
    submission = grading.submission
    fields = [field.name for field in dataclasses.fields(netcore.CheckResult) if field.name != "check"]
    results = [
        netcore.CheckResult(check=row.check_id, **{name: getattr(row, name) for name in fields})
        for row in grading.rows.all()
    ]
    made = netcore.receipt(
        pack_of(grading.pack),
        submission.revision.document,
        submission.answers,
        submission.attempt.seed,
        results,
        key=receipt_key(),
    )
    return json.dumps(made, indent=1, ensure_ascii=False)


def receipt_key() -> bytes:
    """Return the key that receipts are signed with; it follows from the secret of the site."""
    return salted_hmac("sandbox.classes.receipt", "1", algorithm="sha256").digest()
