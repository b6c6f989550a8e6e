"""Settings, from the environment only, in Django's own order.

`SAS_ENV` is `production` unless said otherwise; `make run` leaves `var/demo.env` behind so that
commands typed in another shell of the same clone find the demo and its secrets.
"""

import base64
import secrets
import sys
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from sasportal.embedded import private_servers
from sasportal.outbox.channels import CHANNELS
from sasportal.schedule import SCHEDULE
from sasportal.vault.keys import KeysUnreadable, read_key, read_keys

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
VAR_DIR = Path(env.str("SAS_VAR", str(BASE_DIR / "var")))
if env.str("SAS_ENV", "demo") == "demo" and (VAR_DIR / "demo.env").exists():
    environ.Env.read_env(VAR_DIR / "demo.env")

SAS_ENV = env.str("SAS_ENV", "production")
if SAS_ENV not in {"production", "demo", "test"}:
    raise ImproperlyConfigured("SAS_ENV must be production, demo or test.")
PRODUCTION = SAS_ENV == "production"


def required(name: str, otherwise: str) -> str:
    """Read a secret or address; `otherwise` serves outside production only."""
    if PRODUCTION and not env.str(name, ""):
        raise ImproperlyConfigured(f"{name} is missing: production does not start without it (see docs/operations.md).")
    return env.str(name, otherwise)


# --- Core -------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = required("SECRET_KEY", secrets.token_urlsafe(50))
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
ROOT_URLCONF = "sasportal.urls"
WSGI_APPLICATION = "sasportal.wsgi.application"
ASGI_APPLICATION = "sasportal.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "sasportal.accounts",
    "sasportal.accounts.patients.franceconnect",
    "sasportal.audit",
    "sasportal.outbox",
    "sasportal.vault",
    "sasportal.sandbox",
    "directory",
    "agenda",
    "booking",
    "sasportal.accounts.admin_config.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "csp",
    "django_celery_beat",
    "django_htmx",
    "django_prometheus",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "dsfr",
    "mozilla_django_oidc",
    "rest_framework",
    "widget_tweaks",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "sasportal.static_files.StaticFilesMiddleware",
    "sasportal.accounts.middleware.PersonalPagesMiddleware",
    "csp.middleware.CSPMiddleware",
    "sasportal.accounts.middleware.SidesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sasportal.accounts.middleware.SessionRulesMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sasportal.accounts.context_processors.portal",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Database, cache, broker ------------------------------------------------------------------
# Outside production: the private servers of `make run` (sasportal/embedded.py), unless told otherwise.
PRIVATE_SERVERS = private_servers(VAR_DIR)
DATABASES = {"default": env.db_url_config(required("DATABASE_URL", PRIVATE_SERVERS[0].url))}
if SAS_ENV != "test":  # a pool outlives the databases that tests create and drop
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
        "min_size": 1,
        "max_size": env.int("DATABASE_POOL_MAX", 20),
        "timeout": 5,
    }
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

REDIS_URL = required("REDIS_URL", PRIVATE_SERVERS[1].url)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "sas",
    }
}


def broker_url(redis_url: str) -> str:
    """Spell a Redis address the way the message library wants it (unix sockets differ)."""
    if not redis_url.startswith("unix://"):
        return redis_url
    path, _, query = redis_url.removeprefix("unix://").partition("?")
    database = dict(part.split("=", 1) for part in query.split("&") if "=" in part).get("db", "0")
    return f"redis+socket://{path}?virtual_host={database}"


CELERY_BROKER_URL = broker_url(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "deliveries"
CELERY_TASK_ROUTES = {"agenda.tasks.*": {"queue": "editors"}, "directory.tasks.*": {"queue": "sync"}}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than a search (7 s); a longer job may be given twice and bears it. A killed worker's comes back so soon.
    "visibility_timeout": 20,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = SCHEDULE

# --- Accounts ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "sasportal.accounts.psc.ProSanteConnectBackend",
    "sasportal.accounts.adapter.LocalBackend",
    "sasportal.accounts.patients.adapter.PatientBackend",
    "sasportal.accounts.admin_site.RoleBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:signed_out"

ACCOUNT_ADAPTER = "sasportal.accounts.adapters.account_adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that asked, and no other
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_RATE_LIMITS = {"login_failed": "5/15m/key,20/15m/ip", "check_answer": "20/5m/ip"}
MFA_ADAPTER = "sasportal.accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "SAS"
USERSESSIONS_TRACK_ACTIVITY = False

# Pro Santé Connect: every address is a setting; without an issuer the button is not offered.
PSC_ISSUER = env.str("PSC_ISSUER", "")
OIDC_RP_CLIENT_ID = env.str("PSC_CLIENT_ID", "")
OIDC_RP_CLIENT_SECRET = env.str("PSC_CLIENT_SECRET", "")
OIDC_OP_AUTHORIZATION_ENDPOINT = env.str("PSC_AUTHORIZATION_ENDPOINT", "")
OIDC_OP_TOKEN_ENDPOINT = env.str("PSC_TOKEN_ENDPOINT", f"{PSC_ISSUER}/protocol/openid-connect/token")
OIDC_OP_USER_ENDPOINT = env.str("PSC_USERINFO_ENDPOINT", f"{PSC_ISSUER}/protocol/openid-connect/userinfo")
OIDC_OP_JWKS_ENDPOINT = env.str("PSC_JWKS_ENDPOINT", f"{PSC_ISSUER}/protocol/openid-connect/certs")
PSC_LOGOUT_ENDPOINT = env.str("PSC_LOGOUT_ENDPOINT", f"{PSC_ISSUER}/protocol/openid-connect/logout")
PSC_BUTTON_IMAGE = env.str("PSC_BUTTON_IMAGE", "")
OIDC_RP_SCOPES = "openid scope_all"
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_USE_PKCE = True
OIDC_PKCE_CODE_CHALLENGE_METHOD = "S256"
OIDC_AUTH_REQUEST_EXTRA_PARAMS = {"acr_values": "eidas1"}
OIDC_STORE_ID_TOKEN = True
OIDC_TIMEOUT = 5
OIDC_CALLBACK_CLASS = "sasportal.accounts.psc_views.CallbackView"
OIDC_AUTHENTICATE_CLASS = "sasportal.accounts.psc_views.AuthenticateView"
OIDC_AUTHENTICATION_CALLBACK_URL = "oidc_authentication_callback"

# FranceConnect v2, for patients: every address is a setting; without an issuer the button is not offered.
FRANCECONNECT_ISSUER = env.str("FRANCECONNECT_ISSUER", "")
FRANCECONNECT_CLIENT_ID = env.str("FRANCECONNECT_CLIENT_ID", "")
FRANCECONNECT_CLIENT_SECRET = env.str("FRANCECONNECT_CLIENT_SECRET", "")
FRANCECONNECT_AUTHORIZATION_ENDPOINT = env.str(
    "FRANCECONNECT_AUTHORIZATION_ENDPOINT", f"{FRANCECONNECT_ISSUER}/authorize"
)
FRANCECONNECT_TOKEN_ENDPOINT = env.str("FRANCECONNECT_TOKEN_ENDPOINT", f"{FRANCECONNECT_ISSUER}/token")
FRANCECONNECT_USERINFO_ENDPOINT = env.str("FRANCECONNECT_USERINFO_ENDPOINT", f"{FRANCECONNECT_ISSUER}/userinfo")
FRANCECONNECT_JWKS_ENDPOINT = env.str("FRANCECONNECT_JWKS_ENDPOINT", f"{FRANCECONNECT_ISSUER}/jwks")
FRANCECONNECT_LOGOUT_ENDPOINT = env.str("FRANCECONNECT_LOGOUT_ENDPOINT", f"{FRANCECONNECT_ISSUER}/session/end")
FRANCECONNECT_ALGORITHM = env.str("FRANCECONNECT_ALGORITHM", "ES256")  # or RS256, as declared to FranceConnect
FRANCECONNECT_BUTTON_IMAGE = env.str("FRANCECONNECT_BUTTON_IMAGE", "")
SOCIALACCOUNT_ADAPTER = "sasportal.accounts.patients.franceconnect.adapter.FranceConnectAccountAdapter"
SOCIALACCOUNT_EMAIL_REQUIRED = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"  # the person is proven; the address gets its own confirmation
SOCIALACCOUNT_STORE_TOKENS = False

# What an account holds besides itself: functions that hand it over, and that erase it before the account goes
PATIENT_EXPORTERS: list[str] = []
PATIENT_ERASERS: list[str] = []

# Functions called with the account of whoever signs in, before the first page, by the way in
SIGN_IN_HOOKS = {
    "psc": ["directory.effectors.recognition.recognise", "agenda.accounts.asking.at_sign_in"],
    "local": ["agenda.accounts.asking.at_sign_in"],
}

# --- Sessions and security --------------------------------------------------------------------
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_NAME = "sas_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_IDLE_SECONDS = 30 * 60
SESSION_ABSOLUTE_SECONDS = 4 * 60 * 60
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = "sas_csrf"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if env.bool("BEHIND_PROXY", PRODUCTION):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
MAP_TILES_HOST = env.str("MAP_TILES_HOST", "https://data.geopf.fr")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", MAP_TILES_HOST],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# Lists of members only: a file too large for this handler is dropped, never written to the disk
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]


# Personal data of patients are sealed with these (sasportal/vault): `name:base64` of 32 bytes, the first one wraps
def fresh_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


try:
    PATIENT_KEYS = read_keys(required("PATIENT_KEYS", f"essai:{fresh_key()}").split(","))
    PATIENT_INDEX_KEY = read_key(required("PATIENT_INDEX_KEY", fresh_key()))
except KeysUnreadable as unreadable:
    raise ImproperlyConfigured(f"PATIENT_KEYS or PATIENT_INDEX_KEY: {unreadable}.") from None

# --- Language and time ------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = USE_TZ = True

# --- Static files -----------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", str(VAR_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if not PRODUCTION
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = SAS_ENV == "test"
# Hashed file names change the bytes DSFR's checksums were taken of.
DSFR_USE_INTEGRITY_CHECKSUMS = False
DSFR_MARK_OPTIONAL_FIELDS = True

# --- What leaves: e-mails and deliveries of the outbox -----------------------------------------
EMAIL_CONFIG = env.email_url("EMAIL_URL", "consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "ne-pas-repondre@sas.invalid")
# Sends text messages (outbox/texts.py); empty: reminders leave by e-mail alone
TEXT_MESSAGES = env.str("TEXT_MESSAGES", "" if PRODUCTION else "sasportal.outbox.texts.to_console")
# Address of the portal in what it sends, without a trailing slash
PORTAL_URL = required("PORTAL_URL", "http://127.0.0.1:8000")
# Identifier system of the appointments asked of editors for patients; with it, editors name them back
APPOINTMENT_SYSTEM = env.str("APPOINTMENT_SYSTEM", f"{PORTAL_URL}/fhir/Appointment")
OUTBOX_CHANNELS = CHANNELS

# --- REST -------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["sasportal.accounts.permissions.NobodyByDefault"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Portail SAS",
    "DESCRIPTION": "Recherche de créneaux de soins non programmés.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Logs: structured, an allow-list of fields, no query strings, no bodies --------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "sasportal.logs.formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": sys.stderr}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "WARNING")},
    "loggers": {
        # The server's own handlers print whole exceptions: ours replace them.
        "uvicorn": {"handlers": [], "propagate": True},
        "uvicorn.error": {"handlers": [], "propagate": True},
        "uvicorn.access": {"handlers": [], "propagate": False},
        "django.request": {"level": "ERROR"},
    },
}

# --- The SAS itself ---------------------------------------------------------------------------
# Origin of each editor's test secret header accepted on /fhir/ outside production (INT_R03 without mutual TLS).
FHIR_SECRET_HEADER_ALLOWED = env.bool("FHIR_SECRET_HEADER_ALLOWED", not PRODUCTION)
# Addresses or networks of the reverse proxies whose `Client-Cert` header (RFC 9440) names an editor's certificate.
TRUSTED_CERT_PROXY = env.list("TRUSTED_CERT_PROXY", default=[])
# Appointments one editor may write in a minute before it is told to slow down.
FHIR_WRITES_PER_MINUTE = env.int("FHIR_WRITES_PER_MINUTE", 1200)
# What Prometheus shows as a bearer on /metrics; without it the page answers only this machine, outside production.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
# What patients may ask in five minutes: of one browser, of one address (many may stand behind it)
PATIENT_LIMITS = {"search": (30, 150), "suggest": (200, 1000), "follow": (600, 3000)}
# Codes of the departments where 116 117 answers for the on-call doctor; elsewhere 15 does
DEPARTMENTS_WITH_116117 = env.list("DEPARTMENTS_WITH_116117", default=[])
# Places one address may begin to book in ten minutes without finishing
PATIENT_STARTS = env.int("PATIENT_STARTS", 60)
# Function called with a patient's request for the home page: the HTML of his next appointment, "" without one
PATIENT_NEXT_APPOINTMENT = "booking.patients.coming.next_appointment"
# What an account holds besides itself: functions that hand it over, and that erase it before the account goes
PATIENT_EXPORTERS = ["booking.patients.exporting.export"]
PATIENT_ERASERS = ["booking.patients.erasing.erase_account"]
DEMO = SAS_ENV == "demo"
MEMORY_OF_SEARCH_SECONDS = 15 * 60
