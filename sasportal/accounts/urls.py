from django.urls import include, path

from sasportal.accounts import administration, psc_logout, regulator_acts, views
from sasportal.accounts import regulator_views as regulators
from sasportal.accounts.local_views import SignInView

app_name = "accounts"
urlpatterns = [
    path("patient/", include("sasportal.accounts.patients.urls")),
    path("connexion/", SignInView.as_view(), name="login"),
    path("deconnexion/", psc_logout.sign_out, name="logout"),
    path("au-revoir/", psc_logout.signed_out, name="signed_out"),
    path("conditions/", views.terms_of_use, name="terms"),
    path("compte/", views.account, name="account"),
    path("session/", views.session, name="session"),
    path("gestion/", administration.administration, name="administration"),
    path("regulateurs/", regulators.regulator_list, name="regulators"),
    path("regulateurs/export.csv", regulators.regulator_export, name="regulators_export"),
    path("regulateurs/nouveau/", regulators.regulator_create, name="regulator_create"),
    path("regulateurs/<uuid:technical_id>/", regulators.regulator_detail, name="regulator"),
    path("regulateurs/<uuid:technical_id>/suspendre/", regulator_acts.account_suspend, name="account_suspend"),
    path("regulateurs/<uuid:technical_id>/rouvrir/", regulator_acts.account_reopen, name="account_reopen"),
    path("regulateurs/<uuid:technical_id>/identifiant/", regulator_acts.identifier_attach, name="identifier_attach"),
    path("regulateurs/<uuid:technical_id>/adresse/", regulator_acts.contact_set, name="contact_set"),
    path("regulateurs/<uuid:technical_id>/droits/nouveau/", regulator_acts.right_give, name="right_give"),
    path(
        "regulateurs/<uuid:technical_id>/droits/<int:grant_id>/retirer/",
        regulator_acts.right_withdraw,
        name="right_withdraw",
    ),
    path("connexion/psc/fin-de-session", psc_logout.back_channel_logout, name="back_channel_logout"),
]
