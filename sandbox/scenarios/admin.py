"""Scenarios in the admin, to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from sandbox.scenarios.models import Scenario

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Scenario]
else:
    Base = admin.ModelAdmin  # not generic at run time


@admin.register(Scenario)
class ScenarioAdmin(Base):
    """Scenarios; documents are not shown, they belong to people."""

    list_display = ("name", "owner", "updated", "deleted")
    list_select_related = ("owner",)
    search_fields = ("name", "owner__username")
    raw_id_fields = ("owner",)
    readonly_fields = ("created",)
