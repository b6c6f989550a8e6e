"""Addresses whose names carry no namespace: the home page, and those the OpenID library looks up."""

from django.urls import path

from sasportal.accounts import views
from sasportal.accounts.psc_views import AuthenticateView, CallbackView

urlpatterns = [
    path("", views.home, name="home"),
    path("connexion/psc/", AuthenticateView.as_view(), name="oidc_authentication_init"),
    path("connexion/psc/retour/", CallbackView.as_view(), name="oidc_authentication_callback"),
]
