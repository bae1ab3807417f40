"""Addresses of courses."""

from __future__ import annotations

from django.urls import path

from sandbox.classes.views import exercises, people

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
    path("exercises/<uuid:exercise_id>/", exercises.exercise, name="exercise"),
    path("exercises/<uuid:exercise_id>/start/", exercises.start, name="start"),
    path("attempts/<uuid:attempt_id>/drawing/", exercises.drawing, name="drawing"),
    path("attempts/<uuid:attempt_id>/hint/", exercises.hint, name="hint"),
    path("attempts/<uuid:attempt_id>/answers/<slug:check_id>/", exercises.answer, name="answer"),
    path("attempts/<uuid:attempt_id>/reset/", exercises.reset, name="reset"),
    path("attempts/<uuid:attempt_id>/reference/", exercises.reference, name="reference"),
    path("attempts/<uuid:attempt_id>/submit/", exercises.submit, name="submit"),
    path("submissions/<uuid:submission_id>/", exercises.submission, name="submission"),
    path("gradings/<uuid:grading_id>/replay/<int:row_id>/", exercises.replay, name="replay"),
]
