"""How each database is told not to wait for a lock for ever. For one session; nothing of it stays."""

from __future__ import annotations

from typing import List


def statements(kind: str, seconds: float) -> List[str]:
    """``kind``: the name of Django's vendor, or of SQLAlchemy's dialect. None for a database that isn't known here."""
    whole = max(1, round(seconds))
    if kind == "postgresql":
        return ["SET lock_timeout = '%dms'" % round(seconds * 1000)]
    if kind in ("mysql", "mariadb"):
        # Of tables' definitions, and of rows.
        return ["SET SESSION lock_wait_timeout = %d" % whole, "SET SESSION innodb_lock_wait_timeout = %d" % whole]
    if kind == "sqlite":
        return ["PRAGMA busy_timeout = %d" % round(seconds * 1000)]
    return []
