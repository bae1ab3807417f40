"""Scenarios in the admin, to look at."""

from __future__ import annotations

from django.contrib import admin

from sandbox.scenarios.models import Scenario


@admin.register(Scenario)
class ScenarioAdmin(admin.ModelAdmin[Scenario]):
    """Scenarios; documents are not shown, they belong to people."""

    list_display = ("name", "owner", "updated", "deleted")
    list_select_related = ("owner",)
    search_fields = ("name", "owner__username")
    raw_id_fields = ("owner",)
    readonly_fields = ("created",)
