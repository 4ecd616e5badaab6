import ast
import glob
import os
import resource
import subprocess
import sys
import unittest
from typing import Any, Dict

from tests.node import LOADER, Node, initial_payload, source


class Boot(unittest.TestCase):
    def test_banner_then_hello_then_a_clean_end(self):
        with Node() as node:
            self.assertEqual(node.banner(), b"\x00\x01conc\x021\n")
            channel, message = node.heard()
            self.assertEqual((channel, list(message)), (0, ["hello"]))
            self.assertEqual(message["hello"]["pid"], node.process.pid)
            self.assertEqual(node.goodbye(), (0, b"", ""))

    def test_ends_with_its_input(self):
        with Node() as node:
            node.banner()
            node.heard()
            self.assertEqual(node.end(), (0, b"", ""))

    def test_a_payload_that_was_cut_ends_it(self):
        with Node(payload=initial_payload()[:2000]) as node:
            code, out, words = node.end()
        self.assertEqual((code, out), (1, b""))
        self.assertIn("zlib.error", words)

    def test_boot_reads_on_any_python_3(self):
        ast.parse(source("boot"), feature_version=(3, 4))
        ast.parse(LOADER, feature_version=(3, 4))

    def test_an_old_python_says_what_it_is(self):
        folders = glob.glob(os.path.join(os.path.dirname(sys.base_prefix), "3.[4-7].*"))
        for python in (os.path.join(folder, "bin", "python3") for folder in folders):
            version = subprocess.run([python, "--version"], stdout=subprocess.PIPE).stdout.decode().strip()
            with self.subTest(version), Node(python) as node:
                self.assertEqual(node.banner(), ("\x00\x01conc\x02!%s\n" % version.lower()).encode())
                self.assertEqual(node.process.wait(30), 0)

    def test_the_oldest_version_is_compared_as_numbers(self):
        said = []
        names: Dict[str, Any] = {"__name__": "boot"}
        exec(compile(source("boot"), "boot.py", "exec"), names)
        names["sys"] = type("sys", (), {"version_info": (3, 7, 16)})
        names["os"] = type("os", (), {"write": staticmethod(lambda _fd, data: said.append(data))})
        names["boot"]({})
        self.assertEqual(said, [b"\x00\x01conc\x02!python 3.7.16\n"])

    def test_starts_where_nothing_can_be_written(self):
        def no_files():
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

        with Node(preexec_fn=no_files, cwd="/") as node:
            self.assertEqual(node.banner(), b"\x00\x01conc\x021\n")
            node.heard()
            node.call("def serve(channel, request):\n    return 'here'\n")
            self.assertEqual(node.heard(), (1, {"reply": "here"}))
