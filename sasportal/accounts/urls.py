from django.urls import path

from sasportal.accounts import psc_logout, views
from sasportal.accounts.local_views import SignInView

app_name = "accounts"
urlpatterns = [
    path("connexion/", SignInView.as_view(), name="login"),
    path("deconnexion/", psc_logout.sign_out, name="logout"),
    path("au-revoir/", psc_logout.signed_out, name="signed_out"),
    path("conditions/", views.terms_of_use, name="terms"),
    path("compte/", views.account, name="account"),
    path("session/", views.session, name="session"),
    path("connexion/psc/fin-de-session", psc_logout.back_channel_logout, name="back_channel_logout"),
]
