"""Addresses that learning platforms know, and pages about them. Their place in a path never changes."""

from __future__ import annotations

from django.urls import path

from sandbox.classes.lti import handshake, views

app_name = "lti"
urlpatterns = [
    path("lti/keys.json", handshake.keys, name="keys"),
    path("lti/<uuid:platform_id>/sign-in/", handshake.sign_in, name="sign_in"),
    path("lti/<uuid:platform_id>/launch/", handshake.launch, name="launch"),
    path("lti/<uuid:platform_id>/choose/", views.choose, name="choose"),
    path("courses/<uuid:course_id>/platforms/", views.platforms, name="platforms"),
    path("courses/<uuid:course_id>/platforms/send/", views.send, name="send"),
    path("platforms/<uuid:platform_id>/", views.platform, name="platform"),
    path("platforms/<uuid:platform_id>/members/", views.members, name="members"),
    path("platforms/<uuid:platform_id>/delete/", views.delete, name="delete"),
]
