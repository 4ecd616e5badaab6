"""What a process does before it answers: bring the database to what this release needs."""

from __future__ import annotations

import fcntl

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from shop import catalogue


def prepare() -> None:
    """Migrate, and load the catalogue. Of processes that start at once, one does it, and the others wait."""
    with open(settings.SHARED / ".prepare.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode = WAL")  # Who reads doesn't wait for who writes. Kept in the file.
        call_command("migrate", verbosity=0, interactive=False)
        catalogue.load()
        connection.close()
