from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseBase
from django.urls import include, path
from django.views.generic import TemplateView

from agenda import stream, views
from agenda.acceptance.views import check_answer

app_name = "agenda"


def public_page(template: str) -> Callable[..., HttpResponseBase]:
    return login_not_required(TemplateView.as_view(template_name=template))


urlpatterns = [
    path("", include("agenda.accounts.urls")),
    path("", include("agenda.own.urls")),
    path("", include("agenda.effector.urls")),
    path("patient/", include("agenda.patients.urls")),
    path("sas/recherche", views.search, name="search"),
    path("sas/recherche/<uuid:search_id>/flux", stream.events, name="events"),
    path("sas/recherche/<uuid:search_id>/fiches", views.cards, name="cards"),
    path("sas/recherche/<uuid:search_id>/reessayer", views.retry, name="retry"),
    path("sas/recherche/<uuid:search_id>/pourquoi/<path:national_id>", views.why, name="why"),
    path("sas/cpts/<str:finess>", views.cpts, name="cpts"),
    path("editeurs/verifier/", check_answer, name="check_answer"),
    path("mentions-legales", public_page("sas/legal.html"), name="legal"),
    path("donnees-personnelles", public_page("sas/privacy.html"), name="privacy"),
    path("accessibilite", public_page("sas/accessibility.html"), name="accessibility"),
    path("cookies", public_page("sas/cookies.html"), name="cookies"),
    path("plan-du-site", public_page("sas/sitemap.html"), name="sitemap"),
]
