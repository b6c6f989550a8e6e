"""The account library's pages under patients' addresses; known to requests of that side only (`sides.py`)."""

from allauth.account import views as account
from django.urls import include, path, re_path

from sasportal.accounts import local_views
from sasportal.accounts.patients import views
from sasportal.accounts.patients.franceconnect import views as franceconnect

urlpatterns = [
    path("connexion", views.SignInView.as_view(), name="account_login"),
    path("inscription", views.SignUpView.as_view(), name="account_signup"),
    path("deconnexion", views.sign_out, name="account_logout"),
    path("franceconnect/", franceconnect.leave_for_franceconnect, name="franceconnect_login"),
    path("franceconnect/retour", franceconnect.come_back, name="franceconnect_callback"),
    path("compte/suspendu/", account.account_inactive, name="account_inactive"),
    path("compte/confirmer-identite/", account.reauthenticate, name="account_reauthenticate"),
    path("compte/adresse/", views.AddressToConfirmView.as_view(), name="account_email_verification_sent"),
    re_path(r"^compte/adresse/(?P<key>[-:\w]+)/$", account.confirm_email, name="account_confirm_email"),
    path("compte/mot-de-passe/", local_views.NewPasswordView.as_view(), name="account_change_password"),
    path("compte/mot-de-passe/oublie/", views.PasswordForgottenView.as_view(), name="account_reset_password"),
    path("compte/mot-de-passe/oublie/envoye/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^compte/mot-de-passe/nouveau/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        local_views.ForgottenPasswordView.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "compte/mot-de-passe/nouveau/fait/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("compte/2fa/", views.SecondFactorView.as_view(), name="mfa_index"),
    path("compte/2fa/totp/activate/", local_views.TotpView.as_view(), name="mfa_activate_totp"),
    path("compte/2fa/webauthn/add/", local_views.PasskeyView.as_view(), name="mfa_add_webauthn"),
    path("compte/2fa/recovery-codes/", views.RecoveryCodesView.as_view(), name="mfa_view_recovery_codes"),
    path("compte/2fa/", include("allauth.mfa.urls")),
    path("compte/appareils/", views.DevicesView.as_view(), name="usersessions_list"),
]
