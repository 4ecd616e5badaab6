"""Django's settings. What differs from machine to machine comes from the environment."""

from __future__ import annotations

import os
from pathlib import Path

BROKER = os.environ.get("COURIER_BROKER", "redis://127.0.0.1:6379/0")
"""Where tasks wait, and where what was delivered is kept."""
SHARED = Path(os.environ.get("CONC_SHARED", "var")).absolute()
"""What outlives releases."""

DEBUG = False
SECRET_KEY = os.environ.get("COURIER_KEY", "a key for desks and builds, which sign nothing")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "courier.example.org"]
ROOT_URLCONF = "courier.urls"
WSGI_APPLICATION = "courier.wsgi.application"
INSTALLED_APPS = ["django.contrib.staticfiles", "courier"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = os.environ.get("CONC_STATIC", "var/static")
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}}
