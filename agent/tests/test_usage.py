"""What real processes take."""

from __future__ import annotations

import datetime
import subprocess
import sys
import unittest

from conc_agent.usage import usage

#: A process with a child, each of which holds some memory of its own. It says so when the child has it too.
HOLD = """
import subprocess, sys
held = bytearray(b"x" * (20 << 20))
if len(sys.argv) > 1:
    child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    child.stdout.readline()
print("held", flush=True)
sys.stdin.read()
"""


class UsageTest(unittest.TestCase):
    def test_memory_of_a_process_and_of_what_it_started(self) -> None:
        before = datetime.datetime.now(datetime.timezone.utc)
        process = subprocess.Popen([sys.executable, "-c", HOLD, HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        with process:
            assert process.stdout
            process.stdout.readline()
            seen = usage(process.pid)
        self.assertGreater(seen["memory"], 40 << 20)
        self.assertLess(seen["memory"], 200 << 20)
        since = datetime.datetime.strptime(seen["since"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
        self.assertLess(abs((since - before).total_seconds()), 60)

    def test_one_that_has_ended(self) -> None:
        process = subprocess.Popen([sys.executable, "-c", ""])
        process.wait()
        self.assertEqual(usage(process.pid), {"since": None, "memory": None})
