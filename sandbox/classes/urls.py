"""Addresses of courses."""

from __future__ import annotations

from django.urls import path

from sandbox.classes.views import exercises, grades, people, wall

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
    path("courses/<uuid:course_id>/exercises/new/", grades.exercise_new, name="exercise_new"),
    path("courses/<uuid:course_id>/gradebook/", grades.course_grades, name="gradebook"),
    path("courses/<uuid:course_id>/gradebook.csv", grades.course_grades_csv, name="gradebook_csv"),
    path("courses/<uuid:course_id>/gradebook.json", grades.course_grades_json, name="gradebook_json"),
    path("exercises/<uuid:exercise_id>/settings/", grades.exercise_settings, name="exercise_settings"),
    path("exercises/<uuid:exercise_id>/extend/", grades.extend, name="extend"),
    path("exercises/<uuid:exercise_id>/release/", grades.release, name="release"),
    path("exercises/<uuid:exercise_id>/delete/", grades.exercise_delete, name="exercise_delete"),
    path("exercises/<uuid:exercise_id>/grades/", grades.exercise_grades, name="grades"),
    path("exercises/<uuid:exercise_id>/regrade/", grades.regrade, name="regrade"),
    path("exercises/<uuid:exercise_id>/regrade/apply/", grades.regrade_apply, name="regrade_apply"),
    path("attempts/<uuid:attempt_id>/", grades.attempt, name="attempt"),
    path("attempts/<uuid:attempt_id>/override/", grades.override, name="override"),
    path("attempts/<uuid:attempt_id>/comment/", grades.comment, name="comment"),
    path("exercises/<uuid:exercise_id>/wall/", wall.wall, name="wall"),
    path("exercises/<uuid:exercise_id>/insight/", wall.insight, name="insight"),
    path("exercises/<uuid:exercise_id>/send-hint/", wall.send_hint, name="send_hint"),
    path("exercises/<uuid:exercise_id>/broadcast/end/", wall.broadcast_end, name="broadcast_end"),
    path("submissions/<uuid:submission_id>/broadcast/", wall.broadcast, name="broadcast"),
    path("broadcasts/<uuid:broadcast_id>/copy/", wall.broadcast_copy, name="broadcast_copy"),
    path("attempts/<uuid:attempt_id>/history/", wall.history, name="history"),
    path("attempts/<uuid:attempt_id>/revisions/<int:number>/look/", wall.look, name="look"),
]
