"""All settings, read from the environment (see ``.env.example`` for every variable)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from batchwriter.env import Env
from batchwriter.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env.load(BASE_DIR / ".env")

# Security

DEBUG = env.switch("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY", "only-for-debugging-not-a-secret" if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is missing. Set it to a long random text, or set DEBUG=1 for development "
        "(`make setup` writes a .env with one)."
    )
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") or (["localhost", "127.0.0.1", "[::1]"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")

HTTPS_ONLY = env.switch("HTTPS_ONLY", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS_ONLY else None
# How many proxies of ours add an address to X-Forwarded-For; what stands before it is anybody's.
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 1 if HTTPS_ONLY else 0, least=0)
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS_ONLY
SECURE_HSTS_PRELOAD = HTTPS_ONLY
SESSION_COOKIE_SECURE = HTTPS_ONLY
CSRF_COOKIE_SECURE = HTTPS_ONLY
CSRF_FAILURE_VIEW = "batchwriter.pages.csrf_failure"
LANGUAGE_COOKIE_SECURE = HTTPS_ONLY
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Pages show pictures of ours alone, and of these hosts: any other one would be told who reads what.
IMAGE_HOSTS = [host.lower() for host in env.words("IMAGE_HOSTS")]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *[f"https://{host}" for host in IMAGE_HOSTS]],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "report-uri": ["/csp-report"],
    }
}
# What browsers report of it goes to the log.
CSP_REPORTS_A_MINUTE = 30
CSP_REPORT_BYTES = 10_000
# Larger bodies are not read. A form takes twice as much for the same text as JSON does.
API_BODY_BYTES = 1_000_000
FORM_BODY_BYTES = 2 * API_BODY_BYTES
DATA_UPLOAD_MAX_MEMORY_SIZE = FORM_BODY_BYTES
FILE_UPLOAD_HANDLERS = ["batchwriter.uploads.BoundedUploadHandler"]

# Applications

INSTALLED_APPS = [
    "batchwriter.apps.BatchwriterConfig",
    "accounts.apps.AccountsConfig",
    "articles.apps.ArticlesConfig",
    "jobs.apps.JobsConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "batchwriter.middleware.RequestLogMiddleware",
    "csp.middleware.CSPMiddleware",
    "batchwriter.middleware.BodyLimitMiddleware",
    "batchwriter.middleware.DatabaseAwayMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "batchwriter.middleware.ReadingSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "batchwriter.middleware.LanguageMiddleware",
    "batchwriter.middleware.TimeZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "batchwriter.urls"
WSGI_APPLICATION = "batchwriter.wsgi.application"
APPEND_SLASH = False
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
            ],
        },
    }
]

# Database

DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Whether that is a Galera cluster, where other nodes take writes too.
DATABASE_CLUSTER = env.switch("DATABASE_CLUSTER", default="HOSTS" in DATABASES["default"])
# How long web and worker wait for one answer of a MariaDB or MySQL server.
DATABASE_TIMEOUT_SECONDS = env.integer("DATABASE_TIMEOUT_SECONDS", 10)
if DATABASES["default"]["ENGINE"].endswith("mysql"):
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["OPTIONS"] = {
        **DATABASES["default"].get("OPTIONS", {}),
        "charset": "utf8mb4",
        "isolation_level": "read committed",
        "connect_timeout": min(DATABASE_TIMEOUT_SECONDS, 5),
        # Waiting for a lock ends before DATABASE_TIMEOUT_SECONDS do. The comment is code for
        # MariaDB alone: a worker that was frozen in the middle of a transaction must not keep its
        # row locks for as long as it sleeps.
        "init_command": "SET sql_mode='STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'"
        f", innodb_lock_wait_timeout={max(DATABASE_TIMEOUT_SECONDS // 2, 1)}"
        " /*M!100300 , idle_transaction_timeout=15 */"
        # 7: every SELECT, UPDATE, DELETE and INSERT waits for what other nodes have committed
        # before; a client or a worker may come from there.
        + (" /*M!100300 , wsrep_sync_wait=7 */" if DATABASE_CLUSTER else ""),
    }
    DATABASES["default"]["TEST"] = {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_unicode_ci"}
else:
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
# allauth has a conditional constraint that MariaDB does not make; it keeps the rule itself. Ours
# are made of generated columns, and tests break each of them with plain SQL.
SILENCED_SYSTEM_CHECKS = ["models.W036"]
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Accounts

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/account?tab=batch-jobs"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
# "mandatory" also keeps strangers from learning at the sign-up whose address is known here.
ACCOUNT_EMAIL_VERIFICATION = env.choice("EMAIL_VERIFICATION", "optional", "optional", "mandatory")
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# The guard on log-ins is axes: one for pages, admin and the token call.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=10)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.lockout.locked_out"
AXES_VERBOSE = False
AXES_HANDLER = "accounts.guard.LogInHandler"
AXES_USERNAME_CALLABLE = "accounts.guard.name_of"
AXES_CLIENT_IP_CALLABLE = "batchwriter.proxies.client_address"
# Wrong passwords in five minutes: for one name from all addresses, from one address for all names.
LOGIN_FAILURES_PER_NAME = 10
LOGIN_FAILURES_PER_ADDRESS = 50
# Given to everybody who signs up; 0 means that an operator grants the first tokens.
SIGNUP_TOKENS = env.integer("SIGNUP_TOKENS", 0, least=0)

vars().update(env.email("EMAIL_URL"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("DEFAULT_FROM_EMAIL", "batchwriter@localhost")

# API

JOB_CREATE_RATE = env.rate("JOB_CREATE_RATE", "30/min")
API_RATE = env.rate("API_RATE", "600/min")
THROTTLE_RATES = {"api": API_RATE, "job_create": JOB_CREATE_RATE}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.logins.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["batchwriter.rest.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "batchwriter.rest.Pagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["accounts.throttling.ApiThrottle"],
    "EXCEPTION_HANDLER": "batchwriter.rest.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "URL_FORMAT_OVERRIDE": None,
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=7),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "CHECK_REVOKE_TOKEN": True,
    "UPDATE_LAST_LOGIN": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Batchwriter API",
    "DESCRIPTION": "From a list of keywords to finished draft articles.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "JobStatus": "jobs.status.JobStatus",
        "ItemStatus": "jobs.status.ItemStatus",
        "ArticleStatus": "articles.models.Article.Status",
    },
}

# Writing

OPENAI_API_KEY = env.text("OPENAI_API_KEY")
OPENAI_BASE_URL = env.base_url("OPENAI_BASE_URL")
GOOGLE_API_KEY = env.text("GOOGLE_API_KEY")
GEMINI_BASE_URL = env.base_url("GEMINI_BASE_URL")
WRITING_PROVIDERS = {
    "openai": "articles.providers.openai.OpenAIProvider",
    "gemini": "articles.providers.gemini.GeminiProvider",
    "offline": "articles.providers.offline.OfflineProvider",
}
AI_TIMEOUT_SECONDS = env.seconds("AI_TIMEOUT_SECONDS", 120, least=0.1)
AI_MAX_ATTEMPTS = env.integer("AI_MAX_ATTEMPTS", 4)
AI_RETRY_BASE_SECONDS = env.seconds("AI_RETRY_BASE_SECONDS", 2)
OFFLINE_WRITER_SECONDS = env.seconds("OFFLINE_WRITER_SECONDS", 0)

# Search, pictures, and what is fetched from elsewhere

SEARCH_BACKEND = env.choice("SEARCH_BACKEND", "", "", "gemini", "serpapi", "serper")
SEARCH_MODEL = env.text("SEARCH_MODEL", "gemini-3.8-flash")
SERPER_API_KEY = env.text("SERPER_API_KEY")
SERPER_BASE_URL = env.base_url("SERPER_BASE_URL")
SERPAPI_API_KEY = env.text("SERPAPI_API_KEY")
SERPAPI_BASE_URL = env.base_url("SERPAPI_BASE_URL")
IMAGE_BACKEND = env.choice("IMAGE_BACKEND", "", "", "drawn", "openai", "openverse", "pexels")
IMAGE_MODEL = env.text("IMAGE_MODEL", "gpt-image-2")
PEXELS_API_KEY = env.text("PEXELS_API_KEY")
PEXELS_BASE_URL = env.base_url("PEXELS_BASE_URL")
OPENVERSE_BASE_URL = env.base_url("OPENVERSE_BASE_URL")
# host:port of this machine or network that may be fetched from all the same, for tests.
FETCH_ALLOWED_HOSTS = env.words("FETCH_ALLOWED_HOSTS")

# Batches

BATCH_POLL_SECONDS = env.seconds("BATCH_POLL_SECONDS", 0.2, least=0.01)
BATCH_MAX_CONCURRENT_JOBS = env.integer("BATCH_MAX_CONCURRENT_JOBS", 5)
BATCH_ITEMS_IN_FLIGHT = env.integer("BATCH_ITEMS_IN_FLIGHT", 10)
BATCH_LEASE_SECONDS = env.seconds("BATCH_LEASE_SECONDS", 30, least=1)
BATCH_MAX_KEYWORDS = env.integer("BATCH_MAX_KEYWORDS", 1000)
BATCH_MAX_ARTICLES_PER_DAY = env.integer("BATCH_MAX_ARTICLES_PER_DAY", 0, least=0)
BATCH_MAX_OPEN_JOBS = env.integer("BATCH_MAX_OPEN_JOBS", 100)
PROVIDER_RETRY_SECONDS = env.seconds("PROVIDER_RETRY_SECONDS", 30, least=0.1)

# Retention, for ``manage.py prune``; 0 days keep everything

RETENTION_JOBS_DAYS = env.integer("RETENTION_JOBS_DAYS", 0, least=0)
RETENTION_ATTEMPTS_DAYS = env.integer("RETENTION_ATTEMPTS_DAYS", 0, least=0)
RETENTION_EVENTS_DAYS = env.integer("RETENTION_EVENTS_DAYS", 0, least=0)
RETENTION_BATCH = env.integer("RETENTION_BATCH", 500)
RETENTION_PAUSE_SECONDS = env.seconds("RETENTION_PAUSE_SECONDS", 0.05)

# Languages and time

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = "batchwriter.formats"
TIME_ZONE = "UTC"
USE_TZ = True

# Static files, and the pictures of articles

MEDIA_URL = "/media/"
MEDIA_ROOT = env.text("MEDIA_ROOT", str(BASE_DIR / "media"))
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
SESSION_ENGINE = "batchwriter.sessions"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LOG_FORMAT = env.choice("LOG_FORMAT", "console" if DEBUG else "json", "console", "json")
LOGGING = logging_config(LOG_FORMAT)
LOGGING_CONFIG = "logging.config.dictConfig"
