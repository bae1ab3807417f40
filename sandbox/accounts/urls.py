"""Addresses of the account pages of ours; ``/accounts/*`` beyond these is allauth's."""

from __future__ import annotations

from django.urls import path

from sandbox.accounts import views

app_name = "accounts"
urlpatterns = [
    path("guest/", views.guest, name="guest"),
    path("accounts/claim/", views.claim, name="claim"),
]
