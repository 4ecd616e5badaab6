import sqlite3

import psycopg
from case import MigrateCase

SETTINGS = """
SECRET_KEY = "x"
INSTALLED_APPS = ["library"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
LOGGING = {"version": 1, "handlers": {"x": {"class": "logging.NullHandler"}}, "root": {"handlers": ["x"]}}
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": %r}, "other": %r}
"""
FIRST = """
from django.db import migrations, models

class Migration(migrations.Migration):
    initial = True
    operations = [migrations.CreateModel("Book", [("id", models.AutoField(primary_key=True))])]
"""
SECOND = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial")]
    operations = [migrations.AddField("book", "title", models.CharField(max_length=9, default=""))]
"""
BROKEN = """
from django.db import migrations

class Migration(migrations.Migration):
    dependencies = [("library", "0002_title")]
    operations = [migrations.RunSQL("SELECT no_such_column FROM library_book")]
"""
NONE, ONE, TWO = {}, {"library": "0001_initial"}, {"library": "0002_title"}


class DjangoCase(MigrateCase):
    op = "DjangoMigrate('site_settings')"

    def setUp(self):
        super().setUp()
        other = {"ENGINE": "django.db.backends.postgresql", "HOST": self.server.folder, "USER": "conc", "NAME": self.name}
        self.write("site_settings.py", SETTINGS % (str(self.folder / "db.sqlite3"), other))
        self.write("library/__init__.py")
        self.write("library/migrations/__init__.py")
        self.write("library/migrations/0001_initial.py", FIRST)

    def add(self, name, text):
        self.write("library/migrations/%s.py" % name, text)


class SQLiteTest(DjangoCase):
    def test_goes_to_the_releases_heads_and_stays(self):
        first, second = self.migrate(self.op, again=2)
        self.came(first, "OK", NONE, ONE)
        self.assertEqual("the schema went from nothing to library 0001_initial", first["text"])
        self.came(second, "STOPPED", ONE, ONE)
        self.assertIn("Applying library.0001_initial... OK", [one["message"].strip() for one in self.logs])
        self.add("0002_title", SECOND)
        self.came(self.migrate("DjangoMigrate('site_settings', compatible=True)"), "OK", ONE, TWO, True)

    def test_a_migration_that_fails_leaves_word_of_what_was_done(self):
        self.add("0002_title", SECOND)
        self.add("0003_broken", BROKEN)
        done = self.migrate(self.op)
        self.came(done, "ERROR", NONE, TWO)
        self.assertIn("no such column: no_such_column", done["text"])
        self.assertIn("Traceback", done["evidence"][0])

    def test_a_database_that_is_ahead_of_the_code(self):
        self.add("0002_title", SECOND)
        self.migrate(self.op)
        (self.folder / "library/migrations/0002_title.py").unlink()
        done = self.migrate(self.op)
        heads = {"library": ["0001_initial", "0002_title"]}
        self.came(done, "STOPPED", heads, heads)

    def test_two_heads_are_refused_by_django(self):
        self.add("0002_title", SECOND)
        self.add("0002_other", SECOND.replace("title", "other"))
        done = self.migrate(self.op)
        self.came(done, "ERROR", NONE, NONE)
        self.assertIn("Conflicting migrations", done["text"])

    def test_a_locked_database(self):
        self.migrate(self.op)
        self.add("0002_title", SECOND)
        with sqlite3.connect(str(self.folder / "db.sqlite3")) as other:
            other.execute("BEGIN IMMEDIATE")
            done = self.migrate("DjangoMigrate('site_settings', lock_timeout=0.2)")
        self.came(done, "BLOCKED", ONE, ONE)
        self.assertIn("a lock was not free within 0.2 s", done["text"])

    def test_no_settings(self):
        done = self.migrate("DjangoMigrate()")
        self.assertEqual(("ERROR", None), (done["status"], done["recorded"]))
        self.assertIn("settings are not configured", done["text"])
        self.assertIn("No module named 'none_such'", self.migrate("DjangoMigrate('none_such')")["text"])


class PostgreSQLTest(DjangoCase):
    on_server = True
    op = "DjangoMigrate('site_settings', database='other', lock_timeout=0.3)"

    def connect(self):
        return psycopg.connect(host=self.server.folder, user="conc", dbname=self.name)

    def test_goes_to_the_releases_heads_and_stays(self):
        self.add("0002_title", SECOND)
        first, second = self.migrate(self.op, again=2)
        self.came(first, "OK", NONE, TWO)
        self.came(second, "STOPPED", TWO, TWO)
        with self.connect() as connection:
            self.assertEqual([], connection.execute("SELECT title FROM library_book").fetchall())

    def test_a_locked_table_is_not_waited_for(self):
        self.migrate(self.op)
        self.add("0002_title", SECOND)
        with self.connect() as connection:
            connection.execute("LOCK TABLE library_book IN ACCESS SHARE MODE")
            done = self.migrate(self.op)
        self.came(done, "BLOCKED", ONE, ONE)
        self.assertIn("lock timeout", done["text"])
        self.came(self.migrate(self.op), "OK", ONE, TWO)
