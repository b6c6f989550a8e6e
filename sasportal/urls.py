"""Addresses of the portal."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from agenda.supervision.metrics import metrics
from sasportal.health import healthz

handler500 = "sasportal.errors.server_error"

urlpatterns = [
    path("", include("sasportal.accounts.home_urls")),
    path("", include("sasportal.accounts.urls")),
    path("comptes/", include("sasportal.accounts.local_urls")),
    path("", include("directory.urls")),
    path("", include("agenda.urls")),
    path("", include("booking.urls")),
    path("fhir/", include("booking.fhir_urls")),
    path("api/v1/", include("agenda.api_urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(), name="api-docs"),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
]
