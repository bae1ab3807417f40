"""Input of the account pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.forms import BaseUserCreationForm

from sandbox.accounts.models import User

if TYPE_CHECKING:
    Base = BaseUserCreationForm[User]
else:
    Base = BaseUserCreationForm  # not generic at run time


class ClaimForm(Base):
    """User name and password (twice) of a guest who keeps the account."""

    class Meta(BaseUserCreationForm.Meta):
        """The account model."""

        model = User
        fields = ("username",)
