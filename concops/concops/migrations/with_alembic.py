"""A schema that Alembic migrates."""

# pyright: reportMissingImports=false

from __future__ import annotations

import importlib.util
import os
from typing import Any, List

from concops.migrate import Schema
from concops.migrations.lock_timeout import statements

DRIVERS = (
    ("sqlite", "sqlite"),
    ("psycopg", "postgresql"),
    ("pg8000", "postgresql"),
    ("asyncpg", "postgresql"),
    ("mysql", "mysql"),
    ("mariadb", "mysql"),
)


def schema(config: str, lock_timeout: float) -> Schema:
    """Raises ``ImportError`` without Alembic, ``FileNotFoundError`` without what ``config`` names."""
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    configured = _configured(Config, _located(config))
    script = ScriptDirectory.from_config(configured)

    def limit(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for statement in statements(_kind(connection), lock_timeout):
            cursor.execute(statement)
        cursor.close()
        # What a transaction sets goes when it is rolled back.
        connection.commit()

    def heads() -> List[str]:
        found: List[str] = []

        def look(current: Any, _context: Any) -> List[Any]:
            found.extend(current)
            return []

        with EnvironmentContext(configured, script, fn=look, dont_mutate=True):
            script.run_env()
        return sorted(found)

    def upgrade() -> None:
        command.upgrade(configured, "heads")

    event.listen(Engine, "connect", limit)
    return Schema(
        heads,
        lambda: heads() == sorted(script.get_heads()),
        upgrade,
        lambda: event.remove(Engine, "connect", limit),
    )


def _configured(config: Any, path: str) -> Any:
    if path.endswith(".ini"):
        return config(path)
    made = config()
    made.set_main_option("script_location", path.replace("%", "%%"))
    return made


def _located(config: str) -> str:
    package, colon, inside = config.partition(":")
    if colon:
        spec = importlib.util.find_spec(package)
        places = list(spec.submodule_search_locations or ()) if spec is not None else []
        if not places:
            raise ModuleNotFoundError("there is no package %s" % package, name=package)
        there = [path for path in (os.path.join(place, inside) for place in places) if os.path.exists(path)]
        config = there[0] if there else os.path.join(places[0], inside)
    if not os.path.exists(config):
        raise FileNotFoundError("there is no %s" % os.path.abspath(config))
    return os.path.abspath(config)


def _kind(connection: Any) -> str:
    """By the driver's module: a connection knows no dialect."""
    driver = type(getattr(connection, "driver_connection", connection)).__module__.lower()
    return next((kind for name, kind in DRIVERS if name in driver), "")
