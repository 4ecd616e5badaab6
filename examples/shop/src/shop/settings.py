"""Django's settings. The same in production, in tests and at a desk: what differs comes from the environment."""

from __future__ import annotations

import os
from pathlib import Path

import django

from shop.secret import secret_key

SHARED = Path(os.environ.get("CONC_SHARED", "var")).absolute()
"""What outlives releases: database and secret."""
SHARED.mkdir(parents=True, exist_ok=True)

DEBUG = False
SECRET_KEY = secret_key(SHARED / "secret.key")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *os.environ.get("SHOP_HOSTS", "").split()]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
INSTALLED_APPS = ["django.contrib.staticfiles", "shop"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": SHARED / "shop.sqlite3",
        "OPTIONS": {
            "timeout": 20,  # Seconds to wait for another process that writes.
            # From the start of a transaction: one that reads first would fail where another wrote meanwhile.
            **({"transaction_mode": "IMMEDIATE"} if django.VERSION >= (5, 1) else {}),
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "UTC"
USE_TZ = True

# Static files are served from the installed package, as they were built: nothing is collected on a node.
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

if os.environ.get("SHOP_HTTPS") == "yes":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 3600

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
