"""Migrations of a database's schema as ops. They run in the release's own interpreter, once for all nodes.

::

    from concops import Host, Job, after, default
    from concops.migrate import DjangoMigrate

    jobs = after(default, "verify", Job(Host.remote, DjangoMigrate("shop.settings", compatible=True)))

What they record with the release: ``{"schema": {"before", "after", "compatible"}}``, the heads of the schema in a form
of the tool's own. ``compatible`` is as declared: does the release before this one work with the new schema? A waiting
lock is given up after ``lock_timeout`` seconds, BLOCKED: a migration that waits makes all others wait behind it.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, NamedTuple, Optional

from concops.host import Host
from concops.result import Result
from concops.status import Status
from concops.worker import evidence

Ncd = Dict[str, Any]


class Schema(NamedTuple):
    """A database and what may be done to it, whatever tool does it."""

    heads: Callable[[], Any]
    """What it has now, as JSON."""
    is_current: Callable[[], bool]
    upgrade: Callable[[], None]
    close: Callable[[], None]
    """Nothing of the time-outs is left for later ops in the same process."""


class _Migrate:
    phase = "once"
    again = "safe"
    where = Host.remote

    def __init__(self, tool: str, lock_timeout: float, compatible: bool) -> None:
        self.lock_timeout = lock_timeout
        self.compatible = compatible
        self.plan = "brings the schema to where the release's migrations are, by %s" % tool

    def __call__(self, ncd: Ncd, sudoPass: Optional[str]) -> Result:
        try:
            schema = self._open()
        except ImportError as error:
            return Result(Status.failed, "it isn't in the release: %s" % error, evidence=evidence.lines(error))
        try:
            before = schema.heads()
            if schema.is_current():
                return Result(Status.stopped, "the schema is at %s" % _text(before), self._recorded(before, before))
            return self._upgraded(schema, before)
        finally:
            schema.close()

    def _open(self) -> Schema:
        raise NotImplementedError

    def _upgraded(self, schema: Schema, before: Any) -> Result:
        try:
            schema.upgrade()
        except Exception as error:
            # Some migrations may have been applied before the one that failed.
            recorded = self._recorded(before, schema.heads())
            if any(_waited_for_a_lock(one) for one in _chain(error)):
                text = "a lock was not free within %g s: %s" % (self.lock_timeout, evidence.summary(error))
                return Result(Status.blocked, text, recorded)
            return Result(Status.error, evidence.summary(error), recorded, evidence.lines(error))
        now = schema.heads()
        text = "the schema went from %s to %s" % (_text(before), _text(now))
        return Result(Status.ok, text, self._recorded(before, now))

    def _recorded(self, before: Any, after: Any) -> Dict[str, Any]:
        return {"schema": {"before": before, "after": after, "compatible": self.compatible}}


class DjangoMigrate(_Migrate):
    """``manage.py migrate``: all migrations of all apps, on one database.

    ``settings``: the module, where DJANGO_SETTINGS_MODULE doesn't say it; ``database``: its alias. Heads are
    ``{APP: MIGRATION}``, for each app the last one that is applied (a list, should there be several).
    """

    def __init__(
        self,
        settings: Optional[str] = None,
        database: str = "default",
        lock_timeout: float = 10,
        compatible: bool = False,
    ) -> None:
        super().__init__("Django", lock_timeout, compatible)
        self.settings = settings
        self.database = database
        chosen = "".join([" --settings %s" % settings if settings else "", " --database %s" % database])
        self.by_hand = ["${venv}/bin/python -m django migrate%s" % chosen]

    def _open(self) -> Schema:
        from concops.migrations import with_django

        return with_django.schema(self.settings, self.database, self.lock_timeout)

    def __repr__(self) -> str:
        return "DjangoMigrate(%s)" % _given(settings=(self.settings, None), database=(self.database, "default"))


class AlembicMigrate(_Migrate):
    """``alembic upgrade heads``.

    ``config``: an alembic.ini, or where the scripts are, as a path or as ``package:folder`` of the release
    (``shop:migrations``, ``shop:alembic.ini``). Heads are a sorted list of revisions.
    """

    def __init__(self, config: str = "alembic.ini", lock_timeout: float = 10, compatible: bool = False) -> None:
        super().__init__("Alembic", lock_timeout, compatible)
        self.config = config
        self.by_hand = ["${venv}/bin/alembic -c %s upgrade heads" % config] if config.endswith(".ini") else None

    def _open(self) -> Schema:
        from concops.migrations import with_alembic

        return with_alembic.schema(self.config, self.lock_timeout)

    def __repr__(self) -> str:
        return "AlembicMigrate(%s)" % _given(config=(self.config, "alembic.ini"))


def _given(**arguments: Any) -> str:
    return ", ".join("%s=%r" % (key, value) for key, (value, default) in arguments.items() if value != default)


def _text(heads: Any) -> str:
    if isinstance(heads, dict):
        named = ["%s %s" % (app, _text(one) if isinstance(one, list) else one) for app, one in heads.items()]
        return ", ".join(named) or "nothing"
    return ", ".join(heads) or "nothing"


def _chain(error: Optional[BaseException]) -> Iterator[BaseException]:
    """Drivers' errors come wrapped."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _waited_for_a_lock(error: BaseException) -> bool:
    """PostgreSQL: lock_not_available. MySQL: ER_LOCK_WAIT_TIMEOUT. SQLite: SQLITE_BUSY, SQLITE_LOCKED."""
    code = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    number = error.args[0] if error.args else None
    return code == "55P03" or number == 1205 or (type(error).__module__ == "sqlite3" and "locked" in str(error))
