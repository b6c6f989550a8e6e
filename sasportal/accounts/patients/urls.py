"""Patients' accounts, by names that other apps use."""

from django.urls import path

from sasportal.accounts.patients import data_views, views
from sasportal.accounts.patients.franceconnect import views as franceconnect

app_name = "patient"
urlpatterns = [
    path("connexion", views.SignInView.as_view(), name="login"),
    path("inscription", views.SignUpView.as_view(), name="signup"),
    path("deconnexion", views.sign_out, name="logout"),
    path("au-revoir", views.signed_out, name="signed_out"),
    path("franceconnect/", franceconnect.leave_for_franceconnect, name="franceconnect"),
    path("compte/", views.account, name="account"),
    path("compte/historique", data_views.account_history, name="history"),
    path("compte/mes-donnees.json", data_views.export, name="export"),
    path("compte/supprimer", data_views.erase, name="erase"),
    path("compte/second-facteur", views.second_factor, name="second_factor"),
    path("compte/suite", views.go_on, name="go_on"),
]
