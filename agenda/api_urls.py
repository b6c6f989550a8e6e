"""Addresses of the REST API."""

from django.urls import path

from agenda.api import EventsView, SearchesView, SearchView

app_name = "api"
urlpatterns = [
    path("searches/", SearchesView.as_view(), name="searches"),
    path("searches/<uuid:search_id>/", SearchView.as_view(), name="search"),
    path("searches/<uuid:search_id>/events/", EventsView.as_view(), name="events"),
]
