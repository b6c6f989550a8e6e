from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseBase
from django.urls import path
from django.views.generic import TemplateView

from agenda.patients import stream, views

app_name = "patient"


def open_page(template: str) -> Callable[..., HttpResponseBase]:
    return login_not_required(TemplateView.as_view(template_name=template))


urlpatterns = [
    path("", views.home, name="home"),
    path("recherche", views.results, name="results"),
    path("recherche/<uuid:search_id>/flux", stream.events, name="events"),
    path("recherche/<uuid:search_id>/fiches", views.cards, name="cards"),
    path("recherche/<uuid:search_id>/reessayer", views.retry, name="retry"),
    path("suggestions/quoi", views.suggest_needs, name="suggest_needs"),
    path("suggestions/ou", views.suggest_places, name="suggest_places"),
    path("mentions-legales", open_page("patient/legal.html"), name="legal"),
    path("donnees-personnelles", open_page("patient/privacy.html"), name="privacy"),
    path("accessibilite", open_page("patient/accessibility.html"), name="accessibility"),
    path("cookies", open_page("patient/cookies.html"), name="cookies"),
    path("plan-du-site", open_page("patient/sitemap.html"), name="sitemap"),
]
