"""What pages of a course have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from sandbox.accounts.models import User
from sandbox.classes import access
from sandbox.classes.models import Course, Enrolment


def person(request: HttpRequest) -> User:
    """Return who is signed in; the caller has asked ``access`` or the sign-in before."""
    assert request.user.is_authenticated
    return request.user


def page(
    request: HttpRequest,
    template: str,
    course: Course,
    place: Enrolment,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    """Return a page inside a course: ``course``, ``place`` (the person's own), ``can`` and the context."""
    common = {"course": course, "place": place, "can": access.can(request.user, place)}
    return render(request, f"classes/{template}", {**common, **context}, status=status)


PER_PAGE: Final = 100
"""So many rows of a table a page shows."""


def paged(request: HttpRequest, rows: Sequence[Any] | QuerySet[Any], most: int = PER_PAGE) -> dict[str, Any]:
    """Return the page of rows that ``?page=`` asks for, for ``classes/pages.html``.

    ``pages`` is the page, ``asked`` what else the address asks, to be kept on the way to another one.
    """
    asked = request.GET.copy()
    asked.pop("page", None)
    asked.pop("part", None)
    pages = Paginator(rows, most).get_page(request.GET.get("page"))
    return {"pages": pages, "asked": asked.urlencode()}


class Mistyped(ValueError):
    """What was written cannot be kept; the message is for people."""


def typed(request: HttpRequest, name: str, most: int) -> str:
    """Return what was written into a field, without blanks around it; empty where it is not there.

    Raises:
        Mistyped: it has more than ``most`` characters, or one that no database keeps.
    """
    text = request.POST.get(name, "").strip()
    if len(text) > most:
        raise Mistyped(
            gettext("There are {count:,} characters in the text; {most:,} fit.").format(
                count=len(text), most=most
            )
        )
    if "\0" in text:
        raise Mistyped(gettext("There is a character in the text that is no text."))
    return text


def wrong(form: forms.BaseForm) -> str:
    """Return what is wrong with a form, as sentences on one line."""
    found = [str(error) for errors in form.errors.values() for error in errors]
    return " ".join(dict.fromkeys(found))


def refused(request: HttpRequest, error: Exception | str, target: str) -> HttpResponse:
    """Say on the next page why something was not done, and go there."""
    messages.error(request, str(error))
    return redirect(target)


def said(request: HttpRequest, text: str, target: str) -> HttpResponse:
    """Say on the next page what was done, and go there."""
    messages.success(request, text)
    return redirect(target)
