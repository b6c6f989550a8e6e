"""Settings of the pretend provider: one SQLite file and two secrets in its data folder."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

HERE = Path(__file__).resolve().parent
PORT = int(os.environ["PSC_SANDBOX_PORT"])
DATA = Path(os.environ["PSC_SANDBOX_DATA"])
ORIGIN = f"http://127.0.0.1:{PORT}"
REALM = "auth/realms/esante-wallet"
ISSUER = f"{ORIGIN}/{REALM}"


def _kept(name: str, make: Callable[[], str]) -> str:
    """Return the secret kept in the data folder, written there the first time."""
    path = DATA / name
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(make())
    return path.read_text()


def _new_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


DEBUG = False
SECRET_KEY = _kept("secret", secrets.token_urlsafe)
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "sasportal.sandbox.psc.urls"
USE_TZ = True
LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "allauth",
    "allauth.account",
    "allauth.idp.oidc",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA / "psc.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 10},
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
# Secrets of clients are long and random: they need no slow hash.
PASSWORD_HASHERS = ["sasportal.sandbox.psc.adapter.ClientSecretHasher"]
LOGIN_URL = "pick"
LOGOUT_REDIRECT_URL = "pick"

# Cookies do not tell ports apart: every server of the demo needs its own names.
SESSION_COOKIE_NAME = "psc_sandbox_session"
CSRF_COOKIE_NAME = "psc_sandbox_csrf"
SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = True

IDP_OIDC_ADAPTER = "sasportal.sandbox.psc.adapter.PscAdapter"
IDP_OIDC_PRIVATE_KEY = _kept("signing-key.pem", _new_key)
IDP_OIDC_ID_TOKEN_EXPIRES_IN = 120
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 120
IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN = 30 * 60
IDP_OIDC_RP_INITIATED_LOGOUT_ASKS_FOR_OP_LOGOUT = False
