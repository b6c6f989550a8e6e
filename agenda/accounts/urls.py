"""Addresses about regulators' accounts at the editors."""

from django.urls import path

from agenda.accounts import views

app_name = "accounts"
BASE = "regulateurs/comptes-editeurs/"
urlpatterns = [
    path(BASE, views.matrix, name="matrix"),
    path(f"{BASE}<uuid:technical_id>/<int:editor_id>/renvoyer/", views.send_again, name="again"),
    path(f"{BASE}editeurs/<int:editor_id>/renvoyer/", views.send_all_again, name="all_again"),
]
