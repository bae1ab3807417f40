"""Addresses of the pages."""

from __future__ import annotations

from django.urls import path

from sandbox.workbench import views

app_name = "workbench"
urlpatterns = [
    path("", views.home, name="home"),
    path("facts/", views.facts, name="facts"),
    path("glossary/", views.glossary, name="glossary"),
    path("reference.json", views.reference, name="reference"),
    path("settings/", views.settings, name="settings"),
    path("settings/export/", views.settings_export, name="settings_export"),
    path("settings/delete/", views.settings_delete, name="settings_delete"),
    path("templates/", views.templates, name="templates"),
    path("templates/<slug:name>/picture.svg", views.template_picture, name="template_picture"),
    path("templates/<slug:name>/use/", views.template_use, name="template_use"),
    path("scenarios/new/", views.scenario_new, name="scenario_new"),
    path("scenarios/<str:scenario_id>/", views.scenario, name="scenario"),
    path("drafts/<uuid:draft_id>/picture.svg", views.draft_picture, name="draft_picture"),
    path("scenarios/<str:scenario_id>/picture.svg", views.scenario_picture, name="scenario_picture"),
    path("scenarios/<str:scenario_id>/duplicate/", views.scenario_duplicate, name="scenario_duplicate"),
    path("scenarios/<str:scenario_id>/rename/", views.scenario_rename, name="scenario_rename"),
    path("scenarios/<str:scenario_id>/delete/", views.scenario_delete, name="scenario_delete"),
    path(
        "attempts/<uuid:attempt_id>/revisions/<int:number>/picture.svg",
        views.attempt_picture,
        name="attempt_picture",
    ),
    path("s/<str:token>/", views.shared, name="shared"),
]
