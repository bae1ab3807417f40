"""Input of the account pages."""

from __future__ import annotations

from django.contrib.auth.forms import BaseUserCreationForm

from sandbox.accounts.models import User


class ClaimForm(BaseUserCreationForm[User]):
    """User name and password (twice) of a guest who keeps the account."""

    class Meta(BaseUserCreationForm.Meta):
        """The account model."""

        model = User
        fields = ("username",)
