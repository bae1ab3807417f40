"""Celery's side of courses: shells that take ids."""

from __future__ import annotations

from celery import shared_task

from sandbox.classes.lti import passback, services
from sandbox.classes.models import Platform


@shared_task(name="lti.pass_back", ignore_result=True)
def pass_back() -> None:
    """Send the scores that are due to their platforms."""
    passback.send_due()


@shared_task(name="lti.read_members", ignore_result=True)
def read_members(platform_id: str) -> None:
    """Read names and roles of one platform; nothing where it is gone."""
    platform = Platform.objects.filter(pk=platform_id).select_related("course", "registration").first()
    if platform is not None:
        services.read_members(platform)
