"""Addresses in the shape of Pro Santé Connect's (a Keycloak realm behind a wallet page)."""

from allauth.idp.oidc import views as oidc
from django.urls import include, path

from sasportal.sandbox.psc import settings, views

PROTOCOL = f"{settings.REALM}/protocol/openid-connect"
named_like_the_library = [
    path("auth", views.Authorization.as_view(), name="authorization"),
    path(f"{PROTOCOL}/token", oidc.token, name="token"),
    path(f"{PROTOCOL}/userinfo", oidc.user_info, name="userinfo"),
    path(f"{PROTOCOL}/certs", oidc.jwks, name="jwks"),
    path(f"{PROTOCOL}/logout", views.EndSession.as_view(), name="logout"),
]
urlpatterns = [
    path("", include(([path("", include((named_like_the_library, "oidc")))], "idp"))),
    path(f"{settings.REALM}/.well-known/wallet-openid-configuration", views.discovery),
    path("identite/", views.pick, name="pick"),
    path("fin/", views.leave, name="leave"),
    path("", views.pick),
    path("style.css", views.style, name="style"),
]
