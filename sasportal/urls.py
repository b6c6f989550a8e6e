"""Addresses of the portal."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("sasportal.accounts.urls")),
    path("", include("directory.urls")),
    path("", include("agenda.urls")),
    path("", include("booking.urls")),
    path("admin/", admin.site.urls),
]
