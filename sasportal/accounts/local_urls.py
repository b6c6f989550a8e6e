"""Local accounts: the library's pages that we offer, and none of the others (no self sign-up)."""

from allauth.account import views as account
from django.urls import include, path, re_path

from sasportal.accounts import local_views

urlpatterns = [
    path("connexion/", local_views.to_sign_in, name="account_login"),
    path("deconnexion/", local_views.to_sign_out, name="account_logout"),
    path("suspendu/", account.account_inactive, name="account_inactive"),
    path("confirmer-identite/", account.reauthenticate, name="account_reauthenticate"),
    path("adresse/", account.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^adresse/(?P<key>[-:\w]+)/$", account.confirm_email, name="account_confirm_email"),
    path("mot-de-passe/", local_views.NewPasswordView.as_view(), name="account_change_password"),
    path("mot-de-passe/oublie/", account.password_reset, name="account_reset_password"),
    path("mot-de-passe/oublie/envoye/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^mot-de-passe/nouveau/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        local_views.ForgottenPasswordView.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "mot-de-passe/nouveau/fait/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("2fa/totp/activate/", local_views.TotpView.as_view(), name="mfa_activate_totp"),
    path("2fa/webauthn/add/", local_views.PasskeyView.as_view(), name="mfa_add_webauthn"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]
