"""Everything an installation decides comes from the environment, or from the file `.env` beside manage.py.

PORTAL_MODE says what this is:
    production   the default, and strict: it refuses to start on anything left at a default
    demo         what `make run` uses: answers on this machine only, DEBUG on, makes its own key
    test         pytest
"""

import os
import secrets
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from accounts.formats import Csv, Excel
from xuancheng_portal import broker

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
TESTING = "pytest" in sys.modules
if not TESTING:
    env.read_env(os.environ.get("ENV_FILE", BASE_DIR / ".env"))

MODE = "test" if TESTING else env("PORTAL_MODE", default="production")
if MODE not in ("production", "demo", "test"):
    raise ImproperlyConfigured(f"PORTAL_MODE 只能是 production 或 demo，现在是 {MODE!r} / must be production or demo.")
PRODUCTION, DEMO = MODE == "production", MODE == "demo"


# Where data lives. Each test process has a folder of its own, so several runs never meet.

VAR = Path(tempfile.mkdtemp(prefix="portal-test-") if TESTING else env("VAR", default=str(BASE_DIR / "var"))).resolve()
STORE = VAR / "store"
DOWNLOADS = VAR / "downloads"
UPLOADING = VAR / "uploading"
try:
    for folder in (VAR, STORE, DOWNLOADS, UPLOADING):
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
except OSError as error:
    raise ImproperlyConfigured(
        f"数据目录 {VAR} 不可写（{error.strerror}），请换一个目录（VAR=…）或修改权限 / "
        "The data folder cannot be written; choose another with VAR=… or mend its permissions."
    ) from None


# Who we are: what pages and letters call the portal; empty: the name of the demo. The English one is for readers of English.
PORTAL_NAME, PORTAL_NAME_EN = env("PORTAL_NAME", default=""), env("PORTAL_NAME_EN", default="")


def own_key():
    """The demo's key: made once, kept beside its data, readable by its owner only."""
    path = VAR / "secret.key"
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass
    return path.read_text()


DEBUG = env.bool("DEBUG", default=DEMO) and not TESTING
SECRET_KEY = env("SECRET_KEY", default="") or ("" if PRODUCTION else own_key())
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[]) or ([] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]"])
# Only these peers are believed when they say whom they speak for (X-Forwarded-For, X-Forwarded-Proto).
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "accounts",
    "campaigns",
    "standards",
    "applications",
    "inspections",
    "results",
    "xuancheng_portal",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "crispy_forms",
    "crispy_bootstrap5",
    "import_export",
    "django_htmx",
    "axes",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_totp",
]

MIDDLEWARE = [
    "xuancheng_portal.middleware.trusted_proxies",
    "accounts.middleware.audit_address",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "xuancheng_portal.middleware.chosen_language",
    "django.middleware.common.CommonMiddleware",
    "xuancheng_portal.middleware.body_limits",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "xuancheng_portal.middleware.session_limit",
    "xuancheng_portal.middleware.rehearsing",
    "accounts.middleware.SignedIn",
    "django_otp.middleware.OTPMiddleware",
    "accounts.middleware.second_factor",
    "accounts.middleware.first_password",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "results.middleware.public_guard",
]
if DEMO:
    MIDDLEWARE += ["xuancheng_portal.middleware.friendly_errors"]

ROOT_URLCONF = "xuancheng_portal.urls"
WSGI_APPLICATION = "xuancheng_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "xuancheng_portal.context.header",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = not TESTING
FORMS_URLFIELD_ASSUME_HTTPS = True
IMPORT_EXPORT_FORMATS = [Excel, Csv]
IMPORT_EXPORT_USE_TRANSACTIONS = True
# Without these names the package lets everybody who opens the admin bring rows in and take them out.
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "import"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"


# Database. SQLite waits its turn instead of failing, and an answered request is on disk.

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": env.db("DATABASE_URL")
    if env("DATABASE_URL", default="")
    else {"ENGINE": "django.db.backends.sqlite3", "NAME": VAR / "db.sqlite3"}
}
database = DATABASES["default"]
if database["ENGINE"].endswith("sqlite3"):
    synchronous = "OFF" if TESTING else "FULL"
    database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}; PRAGMA foreign_keys=ON;",
    }
    # A file, because a live server and its worker are threads of the same test.
    database["TEST"] = {"NAME": str(VAR / "test.sqlite3")}
else:
    database["CONN_MAX_AGE"] = 0
    database["OPTIONS"] = database.get("OPTIONS", {}) | {  # beside what the address says, e.g. ?sslmode=require
        "options": "-c lock_timeout=15s",
        "pool": {"min_size": 2, "max_size": env.int("DATABASE_POOL", default=8), "timeout": 10},
    }


# Cache and broker hold nothing that cannot be lost.

CACHE_URL = env("CACHE_URL", default="") or ("" if TESTING or env("CELERY_BROKER_URL", default="") else broker.cache_url(VAR))
if TESTING and CACHE_URL and (worker := os.environ.get("PYTEST_XDIST_WORKER")):
    # A database of its own for each process: what one test clears, those beside it keep.
    CACHE_URL = f"{CACHE_URL.rpartition('/')[0]}/{1 + int(worker.removeprefix('gw'))}"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": f"test-{os.getpid()}" if TESTING else "portal",
    }
    if CACHE_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

CELERY_BROKER_URL = env("CELERY_BROKER_URL", default="memory://" if TESTING else "")
BROKER_EMBEDDED = not CELERY_BROKER_URL  # then `manage.py up` runs its own
if BROKER_EMBEDDED:
    CELERY_BROKER_URL = broker.broker_url(VAR)
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = CELERY_WORKER_REDIRECT_STDOUTS = False  # a letter on the console is no warning
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT, CELERY_TASK_SOFT_TIME_LIMIT = 600, 540
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1}
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")
if CELERY_BROKER_URL.startswith("filesystem"):  # a fallback: what a killed worker held is lost, the next sweep finds it
    QUEUE = VAR / "mq"
    for name in ("q", "processed", "control"):
        (QUEUE / name).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE / "q"),  # the same folder for both sides
        "data_folder_out": str(QUEUE / "q"),
        "processed_folder": str(QUEUE / "processed"),
        "store_processed": False,
        "control_folder": str(QUEUE / "control"),
        "polling_interval": 0.1,
    }
elif CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 900,  # longer than any task or countdown
        "socket_connect_timeout": 2,
    }
elif CELERY_BROKER_URL.startswith("memory"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.02}
if TESTING:
    CELERY_TASK_ALWAYS_EAGER = CELERY_TASK_EAGER_PROPAGATES = True
    CELERY_TASK_DEFAULT_QUEUE = f"test-{os.getpid()}"


# Files. Evidence and downloads have no address of their own: a view hands them out after asking.

def file_storage(url, folder, prefix):
    """A private folder, or `s3://KEY:SECRET@host/bucket?region=…&tls=0`."""
    if not url or url.startswith("file:"):
        root = Path(unquote(urlsplit(url).path)) / prefix if url else folder
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": root, "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
        }
    parts, query = urlsplit(url), parse_qs(urlsplit(url).query)
    scheme = "http" if query.get("tls") == ["0"] else "https"
    host = parts.netloc.rpartition("@")[2]
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": parts.path.strip("/"),
            "location": prefix,
            "access_key": unquote(parts.username or "") or None,
            "secret_key": unquote(parts.password or "") or None,
            "endpoint_url": f"{scheme}://{host}" if host else None,
            "region_name": query.get("region", [None])[0],
            "default_acl": "private",
            "querystring_auth": True,
            "querystring_expire": 300,
            "file_overwrite": False,
        },
    }


STORAGE_URL = env("STORAGE_URL", default="")
STORAGES = {
    "default": file_storage(STORAGE_URL, DOWNLOADS, "downloads"),
    "evidence": file_storage(STORAGE_URL, STORE, "store"),
    "derived": file_storage(STORAGE_URL, VAR / "derived", "derived"),  # pictures of evidence; what is lost is drawn again
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
FILE_UPLOAD_TEMP_DIR = UPLOADING
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024**2
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024**2
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
REQUEST_MAX_BODY = 300 * 1024**2  # the proxy's client_max_body_size; with script a file travels in small pieces

EVIDENCE_MAX_FILE = env.int("EVIDENCE_MAX_FILE", default=50 * 1024**2)
EVIDENCE_MAX_APPLICATION = env.int("EVIDENCE_MAX_APPLICATION", default=500 * 1024**2)
EVIDENCE_TYPES = env.list(
    "EVIDENCE_TYPES",
    default="pdf docx xlsx pptx wps et dps jpg jpeg png heic webp".split(),  # zip is off unless it is named here
)

CLAMAV_URL = env("CLAMAV_URL", default="")  # tcp://host:3310 or unix:///run/clamav/clamd.ctl; empty: files are not scanned
if CLAMAV_URL and urlsplit(CLAMAV_URL).scheme not in ("tcp", "unix"):
    raise ImproperlyConfigured(f"CLAMAV_URL 只能是 tcp://主机:端口 或 unix:///路径，现在是 {CLAMAV_URL!r} / must be tcp://host:port or unix:///path.")
# Web pages given as evidence are looked at from here. Off where the portal cannot reach the web; tests never do.
LINK_CHECKS = env.bool("LINK_CHECKS", default=True) and not TESTING

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static", ("handbook", BASE_DIR / "docs/images")]  # the pictures of the handbooks
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "xuancheng_portal.assets.VendorFinder",
]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION  # no collectstatic needed to try or to test
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("jpg jpeg png gif webp zip gz tgz bz2 tbz xz br woff woff2 map").split()


# People and sessions.

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
DEMO_PASSWORD = "xuancheng-gongkai"  # of every demo account; refused where DEBUG is off
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "accounts.backends.RoleBackend"]
# The policy of passwords. The defaults satisfy GB/T 22239-2019 (complexity, periodic change); ASVS 5.0 V6.2.5 and V6.2.10
# advise against both, which an office may follow with PASSWORD_KINDS=1 and PASSWORD_MAX_AGE_DAYS=0.
PASSWORD_MAX_AGE_DAYS = env.int("PASSWORD_MAX_AGE_DAYS", default=90 if PRODUCTION else 0)
PASSWORD_WORDS = env.list("PASSWORD_WORDS", default=["xuancheng", "政务公开", "zhengwu", "gongkai", "示范创建"])
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ("username", "name", "email", "phone")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": env.int("PASSWORD_MIN_LENGTH", default=10)}},
    {"NAME": "xuancheng_portal.passwords.Kinds", "OPTIONS": {"kinds": env.int("PASSWORD_KINDS", default=3)}},
    {"NAME": "xuancheng_portal.passwords.Common"},
    {"NAME": "xuancheng_portal.passwords.ContextWords"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

SIGN_IN_LINK_DAYS = env.int("SIGN_IN_LINK_DAYS", default=7)  # how long an invitation opens the portal
RESET_LINK_HOURS = 2  # how long a forgotten password can be replaced by the link in the letter

# What the foot of the public pages must show of a website of the government (ICP and 公安备案); each is left out while it is empty.
SITE_CODE, ICP_RECORD, POLICE_RECORD = env("SITE_CODE", default=""), env("ICP_RECORD", default=""), env("POLICE_RECORD", default="")

# So long after an answer the portal forgets who objected, and after an account was disabled how to reach its person (S-37). Traces of
# sign-ins go by the same limit, and the law asks for six months of those.
PERSONAL_DATA_MONTHS = env.int("PERSONAL_DATA_MONTHS", default=24)
if PERSONAL_DATA_MONTHS < 6:
    raise ImproperlyConfigured(f"PERSONAL_DATA_MONTHS 不能少于 6（登录日志至少保存六个月），现在是 {PERSONAL_DATA_MONTHS} / must be 6 or more: logs are kept six months.")

# A time-based code beside the password, for the office, its lead and administrators: off, offered or required (S-14).
SECOND_FACTOR = env("SECOND_FACTOR", default="offered")
if SECOND_FACTOR not in ("off", "offered", "required"):
    raise ImproperlyConfigured(f"SECOND_FACTOR 只能是 off、offered 或 required，现在是 {SECOND_FACTOR!r} / must be off, offered or required.")
OTP_TOTP_SYNC = False  # one step before and after, whatever the phone's clock showed last time
OTP_TOTP_ISSUER = env("SECOND_FACTOR_NAME", default=PORTAL_NAME or "政务公开示范创建")

# Sign-in by an identity provider of the city: OpenID Connect, CAS, or both; off while the address is empty. It leads to
# accounts that exist here, by one field of theirs.
OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET = env("OIDC_ISSUER", default=""), env("OIDC_CLIENT_ID", default=""), env("OIDC_CLIENT_SECRET", default="")
OIDC_CLAIM = env("OIDC_CLAIM", default="preferred_username")
OIDC_SCOPE = env("OIDC_SCOPE", default="openid profile")
OIDC_NAME = env("OIDC_NAME", default="统一身份认证")
CAS_URL = env("CAS_URL", default="")
CAS_ATTRIBUTE = env("CAS_ATTRIBUTE", default="")  # empty: the name CAS itself gives
CAS_NAME = env("CAS_NAME", default="统一身份认证（CAS）")
OUTSIDE_FIELD = env("OUTSIDE_FIELD", default="username")
if OUTSIDE_FIELD not in ("username", "phone", "employee_number"):
    raise ImproperlyConfigured(f"OUTSIDE_FIELD 只能是 username、phone 或 employee_number，现在是 {OUTSIDE_FIELD!r} / must be username, phone or employee_number.")
SECOND_FACTOR_BY_PROVIDER = env.bool("SECOND_FACTOR_BY_PROVIDER", default=False)  # the provider asks for it; we do not ask again

# How guessing is slowed stands in accounts.throttle.
AXES_HANDLER = "accounts.throttle.Handler"
AXES_CLIENT_IP_CALLABLE = "accounts.throttle.network"
AXES_LOCKOUT_CALLABLE = "accounts.throttle.same_answer"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5  # wrong passwords before the first wait
AXES_COOLOFF_TIME = timedelta(days=1)  # after so long without a wrong password all is forgotten
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # what was not looked at does not count
AXES_RESET_ON_SUCCESS = True

SESSION_COOKIE_AGE = 30 * 60  # idle: the middleware's session_limit renews it
SESSION_ABSOLUTE_AGE = timedelta(hours=12)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        # Signing out leads on to the provider, and browsers count that as part of the form.
        "form-action": [SELF, *("{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in (OIDC_ISSUER, CAS_URL) if url)],
        "frame-ancestors": [NONE],
    }
}
if PRODUCTION:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked from inside, without TLS
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # taken away from all but TRUSTED_PROXIES


# Letters and logs.

vars().update(env.email("EMAIL_URL", default="consolemail://"))
# Where people reach the portal, for the links in letters.
PORTAL_URL = env("PORTAL_URL", default="http://127.0.0.1:8000")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("DEFAULT_FROM_EMAIL", default="portal@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {"()": "xuancheng_portal.logs.OneLine"},
        "plain": {"format": "{levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines" if PRODUCTION else "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "axes": {"level": "WARNING"},
        "celery": {"level": "INFO" if PRODUCTION else "WARNING"},
    },
}


# Production starts on decisions, never on defaults. All findings at once.

if PRODUCTION:
    problems = []
    if DEBUG:
        problems.append("DEBUG 必须关闭 / DEBUG must be off")
    if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5 or SECRET_KEY.startswith("django-insecure-"):
        problems.append("SECRET_KEY 未设置或太弱，至少 50 个随机字符 / SECRET_KEY is missing or weak: 50 random characters")
    if not ALLOWED_HOSTS or any("*" in host for host in ALLOWED_HOSTS):
        problems.append("ALLOWED_HOSTS 要写明域名，不能用 * / ALLOWED_HOSTS must name the hosts, without *")
    if problems:
        raise ImproperlyConfigured("；".join(problems) + "。试用请运行 make run / To try the portal: make run.")
elif DEMO and not set(ALLOWED_HOSTS) <= {"127.0.0.1", "localhost", "[::1]"}:
    raise ImproperlyConfigured(
        "演示模式只在本机应答，ALLOWED_HOSTS 不能有别的地址 / The demo answers on this machine only; "
        "set PORTAL_MODE=production for other hosts."
    )
