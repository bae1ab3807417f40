"""A person."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person who owns scenarios and runs.

    A guest is a full account without a password: what a guest makes stays theirs when they
    choose a name and a password later (``services.claim``).
    """

    is_guest = models.BooleanField("guest", default=False)

    class Meta(AbstractUser.Meta):
        """Admin names."""

        verbose_name = "person"
        verbose_name_plural = "people"
