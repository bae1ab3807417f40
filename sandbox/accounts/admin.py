"""People in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from sandbox.accounts.models import User


@admin.register(User)
class PersonAdmin(UserAdmin):
    """The usual user admin, plus whether the person is a guest."""

    list_display = ("username", "email", "is_guest", "is_staff", "date_joined")
    list_filter = ("is_guest", "is_staff", "is_active")
