"""Input of the pages of courses."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sandbox.classes import packs, queries
from sandbox.classes.models import Course, Enrolment, Exercise, Extension, LatePolicy, PackVersion, Role

if TYPE_CHECKING:
    CourseModelForm = forms.ModelForm[Course]
    ExerciseModelForm = forms.ModelForm[Exercise]
    ExtensionModelForm = forms.ModelForm[Extension]
else:
    CourseModelForm = ExerciseModelForm = ExtensionModelForm = forms.ModelForm  # not generic at run time

MOST_NAMED: Final = 5
"""So many learners are named where several could be meant."""

_POINTER = re.compile(r"^(/([^/\s~]|~[01])+)+$")  # a tilde is ~0, a slash in a name ~1


class CourseForm(CourseModelForm):
    """Title, term and description of a course."""

    class Meta:
        """What can be set."""

        model = Course
        fields = ("title", "term", "description", "joinable")
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}
        labels = {
            "title": _("Title"),
            "term": _("Term"),
            "description": _("Description"),
            "joinable": _("People join with the code"),
        }


class InviteForm(forms.Form):
    """Role and group of an invitation."""

    role = forms.ChoiceField(
        choices=[choice for choice in Role.choices if choice[0] != Role.OWNER],
        initial=Role.LEARNER,
        label=_("Role"),
    )
    group = forms.CharField(max_length=60, required=False, label=_("Group"))


class PlaceForm(forms.Form):
    """What may change of a place."""

    role = forms.ChoiceField(choices=Role.choices, required=False)
    group = forms.CharField(max_length=60, required=False)
    active = forms.ChoiceField(choices=(("", ""), ("1", _("open")), ("0", _("closed"))), required=False)


def _moment() -> Any:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class ExerciseForm(ExerciseModelForm):
    """The rules of an exercise. ``worth`` and ``locks`` are text: percentages, and one pointer a line."""

    worth = forms.CharField(
        max_length=200,
        label=_("What submissions are worth"),
        help_text=_("Percentages by number of submission, such as 100, 80, 60; the last one repeats."),
    )
    locks = forms.CharField(
        required=False,
        max_length=4000,
        label=_("Locked parts of the drawing"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono"}),
        help_text=_("One place a line, such as /topology/vnets/hub, in the names of the pack."),
    )

    class Meta:
        """What can be set."""

        model = Exercise
        fields = (
            "pack",
            "title",
            "opens",
            "due",
            "closes",
            "late",
            "late_percent",
            "submissions",
            "minutes",
            "scoring",
            "worth",
            "results",
            "hidden",
            "hints",
            "hint_cost",
            "reference",
            "locks",
            "exam",
        )
        widgets = {"opens": _moment(), "due": _moment(), "closes": _moment()}
        labels = {
            "pack": _("Pack"),
            "title": _("Title"),
            "scoring": _("Scoring"),
            "opens": _("Opens (UTC)"),
            "due": _("Due (UTC)"),
            "closes": _("Closes (UTC)"),
            "late": _("Behind the due date"),
            "late_percent": _("Percent a day"),
            "submissions": _("Submissions at most"),
            "minutes": _("Minutes for an attempt"),
            "results": _("Learners see results"),
            "hidden": _("Learners see broken hidden rules"),
            "hints": _("Hints may be taken"),
            "hint_cost": _("A hint costs (points)"),
            "reference": _("Learners may go on from the reference"),
            "exam": _("Exam: no hints, no fixes, no sharing"),
        }
        help_texts = {"submissions": _("0 is no limit."), "minutes": _("0 is no limit.")}

    def __init__(self, *args: Any, offered: Any, **kwargs: Any) -> None:
        """Offer the packs of the course."""
        super().__init__(*args, **kwargs)
        pack = self.fields["pack"]
        assert isinstance(pack, forms.ModelChoiceField)
        pack.queryset = offered
        pack.label_from_instance = _pack_label  # type: ignore[assignment,method-assign]
        if not self.is_bound:
            exercise = self.instance
            self.initial["worth"] = ", ".join(str(one) for one in exercise.worth)
            self.initial["locks"] = "\n".join(exercise.locks)

    def clean_worth(self) -> list[int]:
        """Return the percentages."""
        parts = [part.strip().rstrip("%").strip() for part in self.cleaned_data["worth"].split(",")]
        if not all(part.isascii() and part.isdigit() and len(part) <= 3 for part in parts):
            raise forms.ValidationError(gettext("Percentages are whole numbers with commas between them."))
        found = [int(part) for part in parts]
        if len(found) > 20 or any(not 0 <= one <= 100 for one in found) or found[0] == 0:
            raise forms.ValidationError(
                gettext("Up to 20 percentages from 0 to 100; the first is more than 0.")
            )
        if found != sorted(found, reverse=True):
            raise forms.ValidationError(gettext("A later submission is not worth more than an earlier one."))
        return found

    def clean_locks(self) -> list[str]:
        """Return the pointers."""
        found = [line.strip() for line in self.cleaned_data["locks"].splitlines() if line.strip()]
        for pointer in found:
            if not _POINTER.match(pointer):
                raise forms.ValidationError(
                    gettext("{pointer} is not a JSON pointer such as /topology/vnets/hub.").format(
                        pointer=pointer[:80]
                    )
                )
        if len(found) > 100:
            raise forms.ValidationError(gettext("100 locked parts at most."))
        return found

    def _know_places(self, cleaned: dict[str, Any]) -> None:
        """Refuse locks of what the drawing of the pack does not have: they would lock nothing."""
        if not cleaned.get("locks") or cleaned.get("pack") is None:
            return
        for pointer, like in packs.unknown_places(cleaned["pack"], cleaned["locks"]).items():
            words = gettext("The drawing that this pack begins with has no {pointer}.").format(
                pointer=pointer
            )
            if like:
                words += " " + gettext("Do you mean {like}?").format(like=like)
            self.add_error("locks", words)

    def clean(self) -> dict[str, Any]:
        """Check the order of the dates, that an exam ends, and that what is locked is there."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self._know_places(cleaned)
        dates = [cleaned[name] for name in ("opens", "due", "closes") if cleaned.get(name)]
        if dates != sorted(dates):
            raise forms.ValidationError(gettext("An exercise opens before it is due, and closes after that."))
        strict = cleaned.get("due") and cleaned.get("late") == LatePolicy.REFUSE
        if cleaned.get("exam") and not (cleaned.get("closes") or cleaned.get("minutes") or strict):
            raise forms.ValidationError(
                gettext(
                    "An exam ends: say when it closes, or how many minutes an attempt has. Until then its "
                    "learners share nothing and take no hints, here and elsewhere."
                )
            )
        return cleaned


def _pack_label(pack: PackVersion) -> str:
    own, shared = gettext("{title} (version {number}, own)"), gettext("{title} (version {number})")
    return (own if pack.course_id else shared).format(title=pack.title, number=pack.number)


class ExtensionForm(ExtensionModelForm):
    """Other limits for one learner, who is named by login, name or address."""

    enrolment = forms.CharField(
        label=_("Learner"),
        max_length=150,
        error_messages={"required": _("An extension names a learner, what is extended and why.")},
        widget=forms.TextInput(
            attrs={
                "list": "learners",
                "autocomplete": "off",
                "placeholder": _("Login, name or e-mail address"),
            }
        ),
    )

    class Meta:
        """What can be set."""

        model = Extension
        fields = ("enrolment", "due", "extra_minutes", "extra_submissions", "reason")
        widgets = {"due": _moment()}
        labels = {
            "due": _("Due (UTC)"),
            "extra_minutes": _("Extra minutes"),
            "extra_submissions": _("Extra submissions"),
            "reason": _("Reason"),
        }
        error_messages = {
            "reason": {"required": _("An extension names a learner, what is extended and why.")},
        }

    def __init__(self, *args: Any, exercise: Exercise, **kwargs: Any) -> None:
        """Find learners in the course of the exercise; the page is asked for them while somebody types."""
        super().__init__(*args, **kwargs)
        self.exercise = exercise
        self.fields["enrolment"].widget.attrs["data-search"] = "?learner="
        for name in ("extra_minutes", "extra_submissions"):
            self.fields[name].required = False

    def clean_enrolment(self) -> Enrolment:
        """Return the one learner whom the words mean."""
        words: str = self.cleaned_data["enrolment"]
        found = queries.found_learners(self.exercise.course, words, MOST_NAMED + 1)
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(gettext("No learner here is called {words}.").format(words=words))
        names = [f"{one.shown} ({one.login_name})" for one in found[:MOST_NAMED]]
        more = ", …" if len(found) > MOST_NAMED else ""
        raise forms.ValidationError(
            gettext("{words} may be several people: {names}. Write the login of one.").format(
                words=words, names=", ".join(names) + more
            )
        )

    def clean(self) -> dict[str, Any]:
        """Check that something is extended."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not any(
            cleaned.get(name) for name in ("due", "extra_minutes", "extra_submissions")
        ):
            raise forms.ValidationError(gettext("An extension names a learner, what is extended and why."))
        return cleaned

    def clean_extra_minutes(self) -> int:
        """Return how many; an empty field is none."""
        return self.cleaned_data["extra_minutes"] or 0

    def clean_extra_submissions(self) -> int:
        """Return how many; an empty field is none."""
        return self.cleaned_data["extra_submissions"] or 0

    def clean_due(self) -> datetime | None:
        """Check that there is a date to move: an extension sets none."""
        due: datetime | None = self.cleaned_data["due"]
        if due and not (self.exercise.due or self.exercise.closes):
            raise forms.ValidationError(
                gettext("The exercise has no due date, so there is none to extend. Leave the date empty.")
            )
        return due


class _PointsField(forms.FloatField):
    """A number that may be written with a decimal comma."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class OverrideForm(forms.Form):
    """Points for a check or for the whole score, with the reason; no points take an override back.

    How many points there can be depends on the check, so ``services.grading.override`` says that.
    """

    check_id = forms.CharField(max_length=80, required=False)
    points = _PointsField(
        min_value=0,
        required=False,
        error_messages={
            "invalid": _("Points are a number, such as 7.5."),
            "min_value": _("Points are 0 or more."),
        },
    )
    reason = forms.CharField(
        max_length=500, error_messages={"required": _("Points set by hand need a reason.")}
    )
    told = forms.BooleanField(required=False)


class CommentForm(forms.Form):
    """A comment to a learner."""

    text = forms.CharField(max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
