from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.generic import TemplateView

app_name = "agenda"


def public_page(template: str):
    return login_not_required(TemplateView.as_view(template_name=template))


urlpatterns = [
    path("mentions-legales", public_page("sas/legal.html"), name="legal"),
    path("donnees-personnelles", public_page("sas/privacy.html"), name="privacy"),
    path("accessibilite", public_page("sas/accessibility.html"), name="accessibility"),
]
