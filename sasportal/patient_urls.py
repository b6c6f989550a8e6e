"""Addresses of requests under `/patient/`: those of the portal, and the account library's under patients' own.

The library knows its pages by name only; with these addresses a name leads to the patients' page.
"""

from django.urls import include, path

from sasportal.urls import handler500
from sasportal.urls import urlpatterns as portal

__all__ = ["handler500", "urlpatterns"]

urlpatterns = [*portal, path("patient/", include("sasportal.accounts.patients.library_urls"))]
