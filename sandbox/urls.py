"""Every address of the site."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog

from sandbox.common.views import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("i18n/texts.js", JavaScriptCatalog.as_view(), name="texts"),
    path("", include("sandbox.workbench.urls")),
    path("", include("sandbox.accounts.urls")),
    path("", include("sandbox.classes.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("sandbox.api.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "sandbox.common.errors.bad_request"
handler403 = "sandbox.common.errors.permission_denied"
handler404 = "sandbox.common.errors.not_found"
handler500 = "sandbox.common.errors.server_error"
