"""Account pages that allauth does not bring: continue as a guest, claim the account."""

from __future__ import annotations

from typing import cast

from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from sandbox.accounts import services
from sandbox.accounts.forms import ClaimForm
from sandbox.accounts.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_POST
def guest(request: HttpRequest) -> HttpResponse:
    """Continue as a guest: make the account, sign it in, go to ``next`` or home.

    Someone signed in already keeps their account. Too many guests from one address: 429, plain text.
    """
    if not request.user.is_authenticated:
        try:
            user = services.create_guest(request)
        except services.TooManyGuests:
            return HttpResponse(
                gettext(
                    "Too many guest accounts were started from this address in the last hour. "
                    "Sign up, or try again later."
                ),
                status=429,
                content_type="text/plain; charset=utf-8",
            )
        login(request, user, backend=BACKEND)
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return redirect(target if safe else "/")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest) -> HttpResponse:
    """Let a guest choose a user name and a password.

    Template ``account/claim.html``; context: ``form`` (ClaimForm: username, password1, password2).
    Someone who is no guest is sent home.
    """
    user = cast(User, request.user)
    if not user.is_guest:
        return redirect("/")
    # A form bound to the signed-in user would rename request.user while validating.
    form = ClaimForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            claimed = services.claim(user, form.cleaned_data["username"], form.cleaned_data["password1"])
        except services.NotAGuest:
            return redirect("/")
        except IntegrityError:
            form.add_error("username", gettext("This user name was taken a moment ago. Choose another one."))
        else:
            update_session_auth_hash(request, claimed)
            return redirect("/")
    return render(request, "account/claim.html", {"form": form}, status=422 if form.errors else 200)
