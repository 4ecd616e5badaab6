import sqlite3

import psycopg
from case import MigrateCase

# As `alembic init` makes it, in short.
ENV = """
from logging.config import fileConfig
from alembic import context
from sqlalchemy import engine_from_config, pool

config = context.config
if config.config_file_name is not None:
    fileConfig(config.config_file_name)
url = config.get_main_option("sqlalchemy.url") or %r
connectable = engine_from_config({"url": url}, prefix="", poolclass=pool.NullPool)
with connectable.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""
INI = """
[alembic]
script_location = %s
sqlalchemy.url = %s

[loggers]
keys = root
[handlers]
keys =
[formatters]
keys =
[logger_root]
level = WARN
handlers =
"""
REVISION = """
from alembic import op
import sqlalchemy as sa
revision = %r
down_revision = %r

def upgrade():
    %s
"""


class AlembicCase(MigrateCase):
    def setUp(self):
        super().setUp()
        self.sqlite = "sqlite:///%s" % (self.folder / "db.sqlite3")
        self.postgresql = "postgresql+psycopg://conc@/%s?host=%s" % (self.name, self.server.folder)
        self.url(self.sqlite)
        self.add("a1", None, "op.create_table('book', sa.Column('id', sa.Integer))")

    def url(self, url):
        self.write("shop/alembic/env.py", ENV % url)
        self.write("alembic.ini", INI % (self.folder / "shop/alembic", url.replace("%", "%%")))

    def add(self, revision, down, does):
        self.write("shop/alembic/versions/%s.py" % revision, REVISION % (revision, down, does))


class SQLiteTest(AlembicCase):
    def test_goes_to_the_releases_heads_and_stays(self):
        first, second = self.migrate("AlembicMigrate()", again=2)
        self.came(first, "OK", [], ["a1"])
        self.assertEqual("the schema went from nothing to a1", first["text"])
        self.came(second, "STOPPED", ["a1"], ["a1"])
        self.add("b2", "a1", "op.add_column('book', sa.Column('title', sa.Text))")
        self.came(self.migrate("AlembicMigrate(compatible=True)"), "OK", ["a1"], ["b2"], True)

    def test_two_heads(self):
        self.add("b2", "a1", "pass")
        self.add("c2", "a1", "pass")
        self.came(self.migrate("AlembicMigrate()"), "OK", [], ["b2", "c2"])

    def test_scripts_in_a_package_without_an_ini(self):
        self.write("shop/__init__.py")
        self.came(self.migrate("AlembicMigrate('shop:alembic')"), "OK", [], ["a1"])

    def test_what_is_not_there(self):
        for config, said in (("none.ini", "there is no "), ("shop_none:alembic", "there is no package shop_none")):
            done = self.migrate("AlembicMigrate(%r)" % config)
            self.assertIn(said, done["text"])
            self.assertIn(done["status"], ("FAILED", "ERROR"))

    def test_a_migration_that_fails_leaves_word_of_what_was_done(self):
        self.add("b2", "a1", "op.execute('SELECT no_such_column FROM book')")
        done = self.migrate("AlembicMigrate()")
        self.came(done, "ERROR", [], ["a1"])
        self.assertIn("no such column: no_such_column", done["text"])

    def test_logging_is_as_before(self):
        self.migrate("AlembicMigrate()")
        self.assertEqual(["still here"], [one["message"] for one in self.logs if one["name"] == "later"])

    def test_a_locked_database(self):
        self.migrate("AlembicMigrate()")
        self.add("b2", "a1", "op.add_column('book', sa.Column('title', sa.Text))")
        with sqlite3.connect(str(self.folder / "db.sqlite3")) as other:
            other.execute("BEGIN IMMEDIATE")
            done = self.migrate("AlembicMigrate(lock_timeout=0.2)")
        self.came(done, "BLOCKED", ["a1"], ["a1"])


class PostgreSQLTest(AlembicCase):
    on_server = True

    def setUp(self):
        super().setUp()
        self.url(self.postgresql)

    def test_goes_to_the_releases_heads_and_stays(self):
        first, second = self.migrate("AlembicMigrate()", again=2)
        self.came(first, "OK", [], ["a1"])
        self.came(second, "STOPPED", ["a1"], ["a1"])

    def test_a_locked_table_is_not_waited_for(self):
        self.migrate("AlembicMigrate()")
        self.add("b2", "a1", "op.add_column('book', sa.Column('title', sa.Text))")
        with psycopg.connect(host=self.server.folder, user="conc", dbname=self.name) as connection:
            connection.execute("LOCK TABLE book IN ACCESS SHARE MODE")
            done = self.migrate("AlembicMigrate(lock_timeout=0.3)")
        self.came(done, "BLOCKED", ["a1"], ["a1"])
        self.assertIn("lock timeout", done["text"])
        self.came(self.migrate("AlembicMigrate()"), "OK", ["a1"], ["b2"])
