"""Packs of a course: versions, import and export, writing one in the browser, receipts."""

from __future__ import annotations

import io
import json
import re
import zipfile
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

import netcore
from netcore.checks.grading import receipts
from sandbox.classes import authoring, packs
from sandbox.classes.models import Exercise, Grading, ImmutablePack, PackDraft, PackVersion
from sandbox.classes.services import packs as services
from sandbox.classes.services import people
from tests.sandbox.classes.base import LAB, ClassroomTest


def archive(files: dict[str, str | bytes]) -> bytes:
    """Return a ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


def damaged(content: bytes) -> bytes:
    """Return an archive whose one compressed file cannot be unpacked."""
    start = content.index(b"text.md") + len("text.md")
    return content[:start] + b"\xff" * 8 + content[start + 8 :]


class PacksTest(ClassroomTest):
    """The first pack, stored for everybody."""

    def setUp(self) -> None:
        super().setUp()
        self.version = self.pack()
        self.files = dict(self.version.files)
        self.page = f"/courses/{self.course.pk}/packs/"
        self.author = self.clients["instructor"]

    def draft(self) -> PackDraft:
        self.author.post(f"{self.page}{self.version.pk}/edit/")
        return PackDraft.objects.get()

    def save(self, path: str, text: str, base: int | None = None, **more: str) -> None:
        found = PackDraft.objects.get()
        body = {"path": path, "text": text, "base": found.saved if base is None else base, **more}
        self.author.post(f"/drafts/{found.pk}/save/", body)

    def test_a_version_never_changes_and_the_same_files_are_the_same_version(self) -> None:
        assert services.publish(None, None, self.files) == self.version
        self.version.title = "Other"
        with pytest.raises(ImmutablePack):
            self.version.save()
        with pytest.raises(ImmutablePack):
            PackVersion.objects.update(title="Other")
        changed = services.publish(None, None, {**self.files, "text.md": "Other."})
        assert (changed.slug, changed.number) == (LAB, 2)

    def test_the_number_of_a_version_stands_in_its_pack_and_in_receipts(self) -> None:
        second = services.publish(None, None, {**self.files, "text.md": "Other."})
        assert "version: 2\n" in second.files["pack.yml"]
        assert packs.pack_of(second).version == second.number == 2
        assert services.publish(None, None, {**self.files, "text.md": "Other."}) == second
        assert services.publish(None, None, second.files) == second
        own = re.sub(r"(?m)^version: .*$", "version: 7", self.files["pack.yml"])
        seventh = services.publish(None, None, {**self.files, "pack.yml": own, "text.md": "Another."})
        assert seventh.number == packs.pack_of(seventh).version == 7
        exercise = self.exercise()
        Exercise.objects.update(pack=second)
        exercise.refresh_from_db()
        grading = self.graded(self.begun(exercise)).gradings.get()
        receipt = json.loads(self.clients["learner"].get(f"/gradings/{grading.pk}/receipt.json").content)
        assert receipt["pack"] == {"id": LAB, "version": 2, "digest": second.digest}

    def test_a_pack_whose_number_cannot_be_written_says_so(self) -> None:
        odd = self.files["pack.yml"].replace("version: 1\n", "? version\n: 1\n")
        with pytest.raises(services.PackNotTaken):
            services.publish(None, None, {**self.files, "pack.yml": odd, "text.md": "Other."})

    def test_what_is_exported_is_imported_again(self) -> None:
        sent = self.author.get(f"{self.page}{self.version.pk}.zip").content
        assert packs.from_zip(sent) == self.files
        assert packs.to_zip(LAB, self.files) == sent
        self.author.post(f"{self.page}import/", {"file": SimpleUploadedFile("p.zip", sent)})
        own = PackVersion.objects.get(course=self.course)
        assert own.digest == self.version.digest and own.author == self.users["instructor"]

    def test_a_pack_that_breaks_its_promises_is_refused_with_reasons(self) -> None:
        files = {**self.files, "checks.yml": self.files["checks.yml"].replace("points: 20", "points: 21")}
        answer = self.author.post(
            f"{self.page}import/", {"file": SimpleUploadedFile("p.zip", archive(dict(files)))}
        )
        assert answer.status_code == 422 and b"101" in answer.content
        assert not PackVersion.objects.filter(course=self.course).exists()

    def test_hostile_archives_are_refused_in_words(self) -> None:
        bomb = archive({"text.md": b"0" * (packs.MAX_ZIP_BYTES + 1)})
        assert len(bomb) < 100_000
        for content in (
            b"no archive",
            archive({}),
            archive({f"{n}.yml": "x" for n in range(packs.MAX_FILES + 1)}),
            archive({"pack.yml": b"\xff\xfe"}),
            archive({"text.md": "a\0b"}),
            archive({".": "x"}),
            damaged(archive({"text.md": "words " * 500})),
            bomb,
        ):
            with pytest.raises(packs.BadArchive):
                packs.from_zip(content)
        answer = self.author.post(f"{self.page}import/", {"file": SimpleUploadedFile("p.zip", b"no archive")})
        assert answer.status_code == 302

    def test_a_draft_with_a_character_that_is_no_text_is_refused(self) -> None:
        made = self.draft()
        with pytest.raises(services.PackNotTaken, match="no text"):
            services.save_draft(made, made.saved, {**made.files, "text.md": "a\0b"})

    def test_a_note_that_cannot_be_kept_is_refused_in_words(self) -> None:
        found = self.draft()
        for note, words in (("x" * 201, "201 characters"), ("a\0b", "that is no text")):
            answer = self.author.post(f"/drafts/{found.pk}/publish/", {"note": note}, follow=True)
            assert words in answer.content.decode()
        assert not PackVersion.objects.filter(course=self.course).exists()

    def test_a_draft_is_written_tried_and_published_and_exercises_move_on(self) -> None:
        exercise = self.exercise()
        attempt = self.begun(exercise)
        found = self.draft()
        self.save("text.md", "Another task for **all**.")
        tried = self.author.get(f"/drafts/{found.pk}/?tab=try&seed=3").context["tried"]
        assert [one["promise"] for one in tried["solutions"]] == [""] * 3
        assert tried["solutions"][0]["earned"] == 100
        preview = self.author.get(f"/drafts/{found.pk}/?tab=preview").content
        assert b"<strong>all</strong>" in preview
        self.author.post(f"/drafts/{found.pk}/publish/", {"note": "another task", "set": "on"})
        made = PackVersion.objects.get(course=self.course)
        exercise.refresh_from_db()
        attempt.refresh_from_db()
        assert exercise.pack == made and attempt.pack == self.version

    def test_trying_tells_its_author_what_breaks_a_hidden_check(self) -> None:
        pack = packs.read(self.files)
        tried = authoring.side_by_side(pack, 0)
        (row,) = (one for one in tried["rows"] if one["check"].hidden)
        broken = next(one for one in row["results"] if one.state == "failed")
        assert broken.counterexample is not None
        assert broken.message not in ("", row["check"].rule)

    def test_a_preview_is_the_page_of_a_learner_with_drawing_fields_and_what_comes_first(self) -> None:
        found = self.draft()
        page = self.author.get(f"/drafts/{found.pk}/?tab=preview&seed=3").content.decode()
        picture = f"/drafts/{found.pk}/picture.svg?seed=3"
        assert picture in page.replace("&amp;", "&")
        assert "Learners read this when their work is done." in page
        assert "<fieldset disabled>" in page and "before the run" in page and "predictions come first" in page
        drawn = self.author.get(picture)
        assert drawn.status_code == 200 and drawn["Content-Type"].startswith("image/svg+xml")
        assert drawn["ETag"] != self.author.get(f"/drafts/{found.pk}/picture.svg")["ETag"]
        assert self.clients["assistant"].get(picture).status_code == 404
        self.save("scenario.yml", "topology: [")
        assert self.author.get(picture).status_code == 200

    def test_trying_says_which_solution_breaks_its_promise(self) -> None:
        found = self.draft()
        wrong = self.files["wrong/own-table.yml"].replace("fails:", "fails: [all-talk] #")
        self.save("wrong/own-table.yml", wrong)
        tried = self.author.get(f"/drafts/{found.pk}/?tab=try").context["tried"]
        assert {one["path"]: one["promise"] for one in tried["solutions"]}["wrong/own-table"] == (
            "does not fail all-talk"
        )
        answer = self.author.post(f"/drafts/{found.pk}/publish/", {})
        assert answer.status_code == 422
        assert not PackVersion.objects.filter(course=self.course).exists()

    def upload(self) -> str:
        file = SimpleUploadedFile("p.zip", packs.to_zip(LAB, self.files))
        return self.author.post(f"{self.page}import/", {"file": file}, follow=True).content.decode()

    def test_a_pack_that_takes_too_long_is_not_tried_to_its_end_and_nothing_is_stored(self) -> None:
        found = self.draft()
        words = "It could not be tried to its end"
        with patch.object(authoring, "TRYING_S", 0):
            assert words in self.upload()
            assert words in self.author.get(f"/drafts/{found.pk}/?tab=try").content.decode()
            answer = self.author.post(f"/drafts/{found.pk}/publish/", {}, follow=True)
            assert words in answer.content.decode()
        assert not PackVersion.objects.filter(course=self.course).exists()
        assert "is stored" in self.upload(), "who was refused may try again at once"

    def test_a_person_tries_one_pack_at_a_time(self) -> None:
        found = self.draft()
        page, words = f"/drafts/{found.pk}/", "Another pack of yours is being tried."
        with authoring.trying(self.users["instructor"]):
            assert words in self.upload()
            answer = self.author.get(f"{page}?tab=try")
            assert answer.status_code == 429 and words in answer.content.decode()
            assert words in self.author.post(f"{page}publish/", {}, follow=True).content.decode()
            assert self.clients["owner"].get(f"{page}?tab=try").status_code == 200, "of others nobody waits"
            assert self.author.get(f"{page}?tab=preview").status_code == 200
        assert not PackVersion.objects.filter(course=self.course).exists()
        assert "is stored" in self.upload()

    def test_a_try_that_breaks_off_lets_the_next_one_begin(self) -> None:
        with pytest.raises(ZeroDivisionError), authoring.trying(self.users["instructor"]):
            raise ZeroDivisionError
        with authoring.trying(self.users["instructor"]):
            pass

    def test_a_draft_that_cannot_be_read_is_kept_and_says_why(self) -> None:
        found = self.draft()
        self.save("checks.yml", "checks: [")
        page = self.author.get(f"/drafts/{found.pk}/?tab=try")
        assert page.context["problems"] and b"checks.yml" in page.content
        found.refresh_from_db()
        assert found.files["checks.yml"] == "checks: ["

    def test_the_editor_knows_the_schema_the_names_and_the_lines_of_what_is_wrong(self) -> None:
        draft = self.draft()
        help_of = partial(self.help_of, draft)
        assert "web1" in help_of("checks.yml")["names"]
        assert "Check" in help_of("checks.yml")["schema"]["$defs"]
        solution = next(path for path in self.files if path.startswith("reference/"))
        assert "all-talk" in help_of(solution)["names"]
        assert help_of("text.md") is None
        self.save("checks.yml", self.files["checks.yml"].replace("kind: Q", "kind: Z", 1))
        wrong = self.files["checks.yml"].splitlines().index("    kind: Q") + 1
        assert [one["line"] for one in help_of("checks.yml")["problems"]] == [wrong]
        self.save("scenario.yml", "topology: [", PackDraft.objects.get().saved)
        assert help_of("checks.yml")["names"] == []

    def help_of(self, draft: PackDraft, path: str) -> Any:
        return self.author.get(f"/drafts/{draft.pk}/?file={path}").context["help"]

    def test_two_authors_do_not_overwrite_each_other(self) -> None:
        self.draft()
        self.save("text.md", "first")
        self.save("text.md", "second", base=1)
        assert PackDraft.objects.get().files["text.md"] == "first"

    def test_publishing_saves_the_text_of_the_editor_first(self) -> None:
        found = self.draft()
        form = {"path": "text.md", "text": "Another task.", "base": str(found.saved)}
        answer = self.author.post(f"/drafts/{found.pk}/publish/", form, follow=True)
        assert f"{LAB} version 2 is published." in answer.content.decode()
        assert PackVersion.objects.get(course=self.course).files["text.md"] == "Another task."

    def test_publishing_what_is_published_says_that_nothing_changed(self) -> None:
        found = self.draft()
        path = f"/drafts/{found.pk}/publish/"
        shown = self.author.post(path, {}, follow=True).content.decode()
        assert "Nothing changed since version 1." in shown and "is published" not in shown
        assert not PackVersion.objects.filter(course=self.course).exists()
        self.save("text.md", "Another task.")
        self.author.post(path, {})
        shown = self.author.post(path, {}, follow=True).content.decode()
        assert "Nothing changed since version 2." in shown and shown.count("is published") == 1

    def test_a_number_that_leaves_no_room_for_later_ones_is_refused_in_words(self) -> None:
        for number, taken in ((100_000, False), (90_001, False), (90_000, True)):
            text = re.sub(r"(?m)^version: .*$", f"version: {number}", self.files["pack.yml"])
            files = {**self.files, "pack.yml": text, "text.md": "Other."}
            if taken:
                assert services.publish(self.course, None, files).number == number
            else:
                with pytest.raises(services.PackNotTaken, match="such as version: 2"):
                    services.publish(self.course, None, files)
        later = services.publish(self.course, None, {**self.files, "text.md": "Another."})
        assert later.number == 90_001

    def test_no_browser_keeps_the_page_of_a_draft(self) -> None:
        answer = self.author.get(f"/drafts/{self.draft().pk}/")
        assert answer.status_code == 200 and answer["Cache-Control"] == "private, no-store"

    def test_one_number_of_a_pack_means_one_thing(self) -> None:
        second = services.publish(None, None, {**self.files, "text.md": "Other."})
        found = self.draft()
        own, new = services.publish_draft(found, self.owner)
        assert (own, new) == (found.base, False)
        self.save("text.md", "Another task.")
        found.refresh_from_db()
        own, new = services.publish_draft(found, self.owner)
        assert new and own.number == packs.pack_of(own).version == 3
        course = people.create_course(self.owner, "Other", "2026")
        assert services.publish(course, None, second.files).number == 2, "it is that very version"
        assert services.publish(course, None, {**second.files, "text.md": "Mine."}).number == 3

    def test_a_text_that_is_refused_stays_on_the_page(self) -> None:
        found = self.draft()
        self.save("text.md", "first")
        form = {"path": "text.md", "text": "second", "base": "0", "note": "x"}
        for action in ("save", "publish"):
            answer = self.author.post(f"/drafts/{found.pk}/{action}/", form)
            assert answer.status_code == 409 and answer.context["text"] == "second"
            assert "by you in another tab, or by somebody else." in answer.content.decode()
            assert answer["Cache-Control"] == "private, no-store"
            assert answer.context["draft"].saved == found.saved + 1, (
                "saved again, it takes the place of theirs"
            )
        answer = self.author.post(f"/drafts/{found.pk}/save/", {**form, "path": "other.yml"})
        assert answer.context["text"] == "second" and "Files are pack.yml" in answer.content.decode()
        assert PackDraft.objects.get().files["text.md"] == "first"
        assert not PackVersion.objects.filter(course=self.course).exists()

    def test_only_files_of_a_pack_are_written(self) -> None:
        self.draft()
        for path in ("../x.yml", "/etc/passwd", "reference/../x.yml", "other.yml", "reference/A.yml", ""):
            self.save(path, "x")
        more = ("reference/another.yml", "checkpoints/half-way.yml", "faults.yml")
        for path in more:
            self.save(path, "title: x\n")
        self.save("wrong/own-table.yml", "", remove="1")
        assert set(PackDraft.objects.get().files) == {*self.files, *more} - {"wrong/own-table.yml"}

    def test_the_start_is_drawn_in_the_workbench_and_taken_back(self) -> None:
        found = self.draft()
        opened = self.author.post(f"/drafts/{found.pk}/open/")["Location"]
        assert self.author.get(opened).status_code == 200
        self.author.post(f"/drafts/{found.pk}/take/", {"scenario": f"http://testserver{opened}?run=1"})
        found.refresh_from_db()
        assert netcore.read_pack({path: text.encode() for path, text in found.files.items()})
        before = dict(found.files)
        other = self.scenario()  # the owner's, not the instructor's
        self.author.post(f"/drafts/{found.pk}/take/", {"scenario": other.get_absolute_url()})
        found.refresh_from_db()
        assert found.files == before

    def test_a_new_pack_begins_as_a_small_sound_one(self) -> None:
        shown = self.author.get(self.page).context["free_slug"]
        answer = self.author.post(f"{self.page}new/", {"slug": shown})
        made = PackDraft.objects.get(slug=shown)
        assert answer["Location"] == f"/drafts/{made.pk}/"
        assert authoring.lint(made.files) == [] and packs.read(made.files).id == shown == "new-pack"
        assert self.author.get(self.page).context["free_slug"] == "new-pack-2"
        self.author.post(f"{self.page}new/", {"slug": "2026"})
        number = PackDraft.objects.get(slug="2026")
        assert packs.read(number.files).id == "2026"
        self.author.post(f"/drafts/{made.pk}/publish/", {})
        assert PackVersion.objects.get(course=self.course).slug == "new-pack"

    def test_a_new_pack_takes_no_id_that_there_is_and_none_that_is_none(self) -> None:
        for slug, words in (
            (LAB, "There is a pack"),
            ("", "The id of a pack"),
            ("Two Doors", "The id of a pack"),
            ("a" * 61, "The id of a pack"),
            ('x"\ntitle: y', "The id of a pack"),
        ):
            answer = self.author.post(f"{self.page}new/", {"slug": slug}, follow=True)
            assert words in answer.content.decode(), slug
        assert not PackDraft.objects.exists()

    def renamed(self, slug: str) -> PackDraft:
        found = self.draft()
        self.save("pack.yml", self.files["pack.yml"].replace(f"id: {LAB}", f"id: {slug}"))
        return found

    def test_a_draft_published_under_another_id_goes_on_there_and_frees_the_old_one(self) -> None:
        found = self.renamed("own-lab")
        self.author.post(f"/drafts/{found.pk}/publish/", {})
        made = PackVersion.objects.get(course=self.course)
        found.refresh_from_db()
        assert made.slug == found.slug == "own-lab" and found.base == made
        self.author.post(f"{self.page}{self.version.pk}/edit/")
        old = PackDraft.objects.get(slug=LAB)
        assert old.pk != found.pk and old.files == self.files and old.base == self.version
        answer = self.author.post(f"{self.page}{made.pk}/edit/")
        assert answer["Location"] == f"/drafts/{found.pk}/"

    def test_a_draft_does_not_take_the_id_of_another_draft(self) -> None:
        found = self.renamed("own-lab")
        services.new_draft(self.course, "own-lab")
        answer = self.author.post(f"/drafts/{found.pk}/publish/", {}, follow=True)
        assert "There is another draft of own-lab." in answer.content.decode()
        found.refresh_from_db()
        assert found.slug == LAB and not PackVersion.objects.filter(course=self.course).exists()

    def test_a_receipt_is_signed_and_repeats(self) -> None:
        attempt = self.begun(self.exercise())
        self.solve(attempt)
        grading = Grading.objects.get(submission=self.graded(attempt))
        receipt = json.loads(self.clients["learner"].get(f"/gradings/{grading.pk}/receipt.json").content)
        verified = netcore.verify_receipt(receipt, packs.pack_of(attempt.pack), packs.receipt_key())
        assert verified.good and verified.signature == "right" and verified.repeated
        assert not netcore.verify_receipt({**receipt, "seed": 1}, None, packs.receipt_key()).good
        assert self.verify(receipt) == (
            0,
            [
                "The receipt is proved.",
                "  The signature is right.",
                "  The grading was repeated, with the same verdicts.",
            ],
        )
        code, lines = self.verify({**receipt, "seed": 1})
        assert code == 1 and lines[:2] == ["The receipt is not as it says.", "  The signature is wrong."]
        unsigned = {key: value for key, value in receipt.items() if key != "signature"}
        assert self.verify(unsigned)[0] == 0, "the stored pack gives the same verdicts again"
        unsigned["pack"] = {**unsigned["pack"], "digest": "0" * 64}
        code, lines = self.verify(unsigned)
        assert code == 3 and lines[-1] == "  No pack stored here is the one that the receipt names."
        signed = {**unsigned, "signature": receipts.signature(unsigned, packs.receipt_key())}
        assert self.verify(signed)[0] == 0, "the key alone proves it"

    def folder(self, files: dict[str, str], root: str) -> Path:
        made = Path(root) / LAB
        for path, text in files.items():
            (made / path).parent.mkdir(parents=True, exist_ok=True)
            (made / path).write_text(text, encoding="utf-8")
        return made

    def test_import_takes_what_lint_refuses_only_by_force(self) -> None:
        wrong = self.files["wrong/own-table.yml"].replace("fails:", "fails: [all-talk] #")
        with TemporaryDirectory() as root:
            folder = self.folder({**self.files, "wrong/own-table.yml": wrong}, root)
            with pytest.raises(CommandError, match="lint refuses it"):
                call_command("packs", "import", str(folder), stdout=io.StringIO())
            assert PackVersion.objects.count() == 1
            call_command("packs", "import", str(folder), "--force", stdout=io.StringIO())
        assert PackVersion.objects.get(number=2).files["wrong/own-table.yml"] == wrong

    def test_packs_of_a_course_are_imported_and_exported(self) -> None:
        with TemporaryDirectory() as root:
            folder = self.folder({**self.files, "text.md": "Of the course."}, root)
            call_command("packs", "import", str(folder), "--course", "Networks", stdout=io.StringIO())
            made = PackVersion.objects.get(course=self.course)
            self.version.delete()
            with pytest.raises(CommandError, match=f"--course {self.course.pk}"):
                call_command("packs", "export", LAB, f"{root}/out", stdout=io.StringIO())
            course = str(self.course.pk)
            call_command("packs", "export", LAB, f"{root}/out", "--course", course, stdout=io.StringIO())
            assert (Path(root) / "out" / LAB / "text.md").read_text() == made.files["text.md"]
            with pytest.raises(CommandError, match="no course Nowhere"):
                call_command("packs", "import", str(folder), "--course", "Nowhere", stdout=io.StringIO())

    def test_what_is_no_receipt_cannot_be_verified(self) -> None:
        for given in ([], {}, {"pack": 3}, {"pack": {"digest": "a\0b"}}):
            with pytest.raises(CommandError) as caught:
                self.verify(given)
            assert caught.value.returncode == 2

    def verify(self, receipt: Any) -> tuple[int, list[str]]:
        """Return exit code and lines of ``manage.py packs verify``."""
        with TemporaryDirectory() as folder:
            file = Path(folder) / "receipt.json"
            file.write_text(json.dumps(receipt), encoding="utf-8")
            out, code = io.StringIO(), 0
            try:
                call_command("packs", "verify", str(file), stdout=out)
            except SystemExit as ended:
                code = int(str(ended.code))
        return code, out.getvalue().splitlines()
