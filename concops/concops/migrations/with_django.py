"""A schema that Django migrates."""

# pyright: reportMissingImports=false

from __future__ import annotations

import io
import logging
import os
from typing import Any, Dict, List, Optional, Set, Union

from concops.migrate import Schema
from concops.migrations.lock_timeout import statements

log = logging.getLogger("concops")
Heads = Dict[str, Union[str, List[str]]]


def schema(settings: Optional[str], database: str, lock_timeout: float) -> Schema:
    """Raises ``ImportError`` without Django or the settings, ``ImproperlyConfigured`` where nothing names them."""
    if settings is not None:
        os.environ["DJANGO_SETTINGS_MODULE"] = settings
    import django
    from django.core.management import call_command
    from django.db import connections
    from django.db.backends.signals import connection_created
    from django.db.migrations.executor import MigrationExecutor

    django.setup()
    connection = connections[database]

    def limit(connection: Any, **_: Any) -> None:
        if connection.alias == database:
            with connection.cursor() as cursor:
                for statement in statements(connection.vendor, lock_timeout):
                    cursor.execute(statement)

    # Each connection that is made anew, and the one that may be there.
    connection_created.connect(limit, weak=False, dispatch_uid="concops")
    connection.close()

    def is_current() -> bool:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())

    def upgrade() -> None:
        said = io.StringIO()
        try:
            call_command("migrate", database=database, interactive=False, no_color=True, stdout=said, stderr=said)
        finally:
            for line in said.getvalue().splitlines():
                log.info("%s", line)

    def close() -> None:
        connection_created.disconnect(dispatch_uid="concops")
        connection.close()

    return Schema(lambda: _heads(MigrationExecutor(connection).loader), is_current, upgrade, close)


def _heads(loader: Any) -> Heads:
    """Of what is applied, the last of each app. What the release's code doesn't know (a newer one applied it) is
    taken by name: Django numbers them."""
    applied = {key for key in loader.applied_migrations if key[0] in loader.migrated_apps}
    heads: Heads = {}
    for app in sorted({app for app, _ in applied}):
        of_app = {key for key in applied if key[0] == app}
        known = {key for key in of_app if key in loader.graph.nodes}
        unknown = sorted(name for _, name in of_app if (app, name) not in loader.disk_migrations)
        last = sorted(name for _, name in known if not _children(loader, (app, name), of_app))
        names = [*last, *unknown[-1:]]
        heads[app] = names[0] if len(names) == 1 else names
    return heads


def _children(loader: Any, key: Any, applied: Set[Any]) -> bool:
    return any(child.key in applied and child.key[0] == key[0] for child in loader.graph.node_map[key].children)
