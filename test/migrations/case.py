"""A migrate op in a worker, on the interpreter that the tests run on: it stands for the release's own."""

import atexit
import itertools
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

from postgresql import PostgreSQL

from concops.worker.parent import Worker

JOBS = """
import logging
from concops import Host, Job
from concops.migrate import AlembicMigrate, DjangoMigrate

def later(ncd, sudoPass):
    logging.getLogger("later").info("still here")
    return "OK"

jobs = [Job(Host.remote, %s), Job(Host.remote, later)]
"""
CODE = str(Path(__file__).resolve().parents[2] / "concops")


class MigrateCase(unittest.TestCase):
    """Each test has an empty folder and, ``on_server``, an empty database ``self.name`` of a server that they share."""

    server = PostgreSQL()
    atexit.register(server.stop)
    numbers = itertools.count()
    on_server = False

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="concops-migrate-")
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.name = "test_%d" % next(self.numbers)
        if self.on_server:
            self.server.database(self.name)

    def write(self, path, text=""):
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text), encoding="utf-8")
        return file

    def migrate(self, op, again=1):
        """What the op comes to, each time, in one worker; an op that logs comes last."""
        self.write("jobs.py", JOBS % op)
        worker = Worker(sys.executable, CODE, cwd=str(self.folder))
        self.addCleanup(worker.close)
        worker.open("jobs", "jobs", [str(self.folder)])
        name = worker.freeze()["jobs"][0]["name"]
        self.logs = []
        done = [worker.run(0, name, {}, None, self.logs.append) for _ in range(again)]
        worker.run(1, "later", {}, None, self.logs.append)
        worker.close()
        return done[0] if again == 1 else done

    def came(self, done, status, before, after, compatible=False):
        self.assertEqual(status, done["status"], done)
        recorded = {"schema": {"before": before, "after": after, "compatible": compatible}}
        self.assertEqual(recorded, done["recorded"])
