"""Addresses of courses."""

from __future__ import annotations

from django.urls import path

from sandbox.classes.views import people

app_name = "classes"
urlpatterns = [
    path("courses/", people.courses, name="courses"),
    path("courses/new/", people.course_new, name="course_new"),
    path("courses/join/", people.join, name="join"),
    path("courses/invitations/<str:token>/", people.invitation, name="invitation"),
    path("courses/<uuid:course_id>/", people.course, name="course"),
    path("courses/<uuid:course_id>/settings/", people.course_settings, name="course_settings"),
    path("courses/<uuid:course_id>/code/", people.course_code, name="course_code"),
    path("courses/<uuid:course_id>/people/", people.roster, name="people"),
    path("courses/<uuid:course_id>/people/roster/", people.roster_import, name="roster_import"),
    path("courses/<uuid:course_id>/people/invite/", people.invite, name="invite"),
    path("places/<uuid:place_id>/change/", people.place_change, name="place_change"),
]
