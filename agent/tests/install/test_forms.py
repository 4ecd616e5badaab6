"""Small forms with a rule behind them: names, versions, RECORD, entry points, first lines, bytecode."""

from __future__ import annotations

import os
import random
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

from conc_agent.install import bytecode
from conc_agent.install.compile import Compiler, compiled_path
from conc_agent.install.metadata import EntryPoint, Scripts, read_fields, read_scripts
from conc_agent.install.names import path_problem
from conc_agent.install.record import Row, format_rows, installed_rows, read_rows, with_rows
from conc_agent.install.schemes import Place, place_of, record_path, venv_layout
from conc_agent.install.scripts import is_wrapper, rewritten, shebang, to_generate
from conc_agent.install.versions import same_version


class Names(unittest.TestCase):
    def test_plain_paths(self) -> None:
        for path in ("a", "a/b.py", "a b/c.py", "é/ü.py", "...", "a..b", ".hidden"):
            self.assertIsNone(path_problem(path), path)

    def test_others(self) -> None:
        for path in ("", "/a", "a/../b", "..", "a//b", "a/", "./a", "a\\b", "a\nb", "\x7f", "x" * 256):
            self.assertIsNotNone(path_problem(path), path)


class Versions(unittest.TestCase):
    def test_one_version_in_two_spellings(self) -> None:
        for one, other in (
            ("1.0", "1"),
            ("1.0.0", "v1.0"),
            ("1.0a1", "1.0-alpha.1"),
            ("1.0rc1", "1.0c1"),
            ("1.0.post2", "1.0-2"),
            ("1.0+Ubuntu.1", "1.0+ubuntu_1"),
            ("1.0.dev0", "1.0dev"),
            ("2004d", "2004d"),
        ):
            self.assertTrue(same_version(one, other), (one, other))

    def test_two_versions(self) -> None:
        for one, other in (
            ("1.0", "1.1"),
            ("1.0", "1.0a1"),
            ("1.0", "1.0.post0"),
            ("1.0", "1!1.0"),
            ("1.0+a", "1.0+b"),
            ("1.0", "1.0.dev0"),
        ):
            self.assertFalse(same_version(one, other), (one, other))


class Record(unittest.TestCase):
    def test_rows_are_sorted_quoted_and_ended_as_pip_does(self) -> None:
        rows = [Row("b", "sha256=x", "1"), Row('a "quoted", name', "", "")]
        self.assertEqual(format_rows(rows), b'"a ""quoted"", name",,\r\nb,sha256=x,1\r\n')
        self.assertEqual(read_rows(format_rows(rows).decode()), sorted(rows))

    def test_rows_are_added_as_if_all_were_sorted_anew(self) -> None:
        chance = random.Random(8)
        for signs in ("ab-/.,0é", 'ab-/.,0é"'):
            for _ in range(300):
                paths = ["".join(chance.choices(signs, k=chance.randint(1, 4))) for _ in range(chance.randint(0, 12))]
                rows = [Row(path, *chance.choice((("", ""), ("sha256=x", "1")))) for path in paths]
                stored = chance.randint(0, len(rows))
                self.assertEqual(with_rows(format_rows(rows[:stored]), rows[stored:]), format_rows(rows), rows)

    def test_short_and_empty_rows(self) -> None:
        self.assertEqual(read_rows("a\n\nb,h\nc,h,1\n"), [Row("a", "", ""), Row("b", "h", ""), Row("c", "h", "1")])
        with self.assertRaises(ValueError):
            read_rows("c,h,1,more\n")

    def test_paths_follow_what_was_placed(self) -> None:
        rows = [Row("x.data/scripts/run", "h", "1"), Row("x.data/scripts/left-out", "h", "2")]
        placed = installed_rows(rows, {"x.data/scripts/run": "../../../bin/run", "unlisted": "unlisted"}, ["a.pyc"])
        self.assertEqual(
            placed,
            [
                Row("../../../bin/run", "h", "1"),
                Row("x.data/scripts/left-out", "h", "2"),
                Row("unlisted", "", ""),
                Row("a.pyc", "", ""),
            ],
        )


class Schemes(unittest.TestCase):
    def test_places(self) -> None:
        self.assertEqual(place_of("a/b.py", "platlib"), Place("platlib", "a/b.py"))
        self.assertEqual(place_of("x-1.data/purelib/a.py", "platlib"), Place("purelib", "a.py"))
        self.assertEqual(place_of("x-1.data/data/lib64/a", "purelib"), Place("data", "lib/a"))
        self.assertEqual(place_of("odd.data", "purelib"), Place("purelib", "odd.data"))
        self.assertIsNone(place_of("x-1.data/other/a", "purelib"))

    def test_record_paths(self) -> None:
        layout = venv_layout()
        self.assertEqual(record_path(layout, "purelib", "bin/run"), "../../../bin/run")
        self.assertEqual(record_path(layout, "purelib", f"{layout.purelib}/a/b.py"), "a/b.py")


class EntryPoints(unittest.TestCase):
    def test_sections_comments_and_extras(self) -> None:
        text = b"[other]\nx = y\n# no\n[console_scripts]\na = m.n:f.g [x, y]\n ; b\n[gui_scripts]\nc=m:f\n"
        scripts = read_scripts(text.replace(b" ; b\n", b""), "w", "entry_points.txt")
        self.assertEqual(scripts, Scripts({"a": EntryPoint("m.n", "f.g")}, {"c": EntryPoint("m", "f")}))

    def test_the_first_field_of_a_name_counts(self) -> None:
        self.assertEqual(
            read_fields(b"Name: a\nname: b\nX-Y:z\n folded\n\nBody: 1\n", "w", "p"), {"name": "a", "x-y": "z"}
        )

    def test_pips_versioned_scripts_are_this_interpreters(self) -> None:
        import sys

        point = EntryPoint("pip", "main")
        names = to_generate(Scripts({"pip": point, "pip2": point, "pip2.7": point, "other": point}, {}))
        self.assertEqual(sorted(names), sorted({"pip", "pip3", "pip%d.%d" % sys.version_info[:2], "other"}))

    def test_setuptools_own_wrappers_are_left_out(self) -> None:
        scripts = Scripts({"run": EntryPoint("m", "f")}, {})
        for name, expected in (
            ("run", True),
            ("run-script.py", True),
            ("RUN.exe", False),
            ("run.EXE", True),
            ("walk", False),
        ):
            self.assertEqual(is_wrapper(name, scripts), expected, name)


class FirstLines(unittest.TestCase):
    def test_as_long_as_the_kernel_takes(self) -> None:
        self.assertEqual(shebang("/srv/bin/python"), b"#!/srv/bin/python\n")
        fits = "/" + "x" * 123
        self.assertEqual(shebang(fits), b"#!" + fits.encode() + b"\n")
        self.assertEqual(
            shebang(fits + "x").split(b"\n")[:2], [b"#!/bin/sh", b"'''exec' " + fits.encode() + b'x "$0" "$@"']
        )
        self.assertEqual(shebang("/a b/python"), b"#!/bin/sh\n'''exec' \"/a b/python\" \"$0\" \"$@\"\n' '''\n")

    def test_flags_of_the_first_line_go_as_with_pip(self) -> None:
        self.assertEqual(rewritten("/p", b"#!pythonw -E\r\nx\n"), b"#!/p\nx\n")
        self.assertEqual(rewritten("/p", b"#!python"), b"#!/p\n")


class Compiling(unittest.TestCase):
    def test_odd_names_and_files_that_do_not_compile(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            compiler = Compiler()
            sources = {"é ü.py": "x = 1\n", "bad.py": "x =\n", "nul.py": "x = '\0'\n", "a'b.py": "", "-.py": "y = 1\n"}
            for name, text in sources.items():
                (Path(folder) / name).write_text(text, encoding="utf-8")
                compiler.add(os.path.join(folder, name), len(text))
            compiler.finish(lambda: None)
            made = {name for name in sources if os.path.exists(compiled_path(os.path.join(folder, name)))}
            self.assertEqual(made, {"é ü.py", "a'b.py", "-.py"})

    def test_a_source_that_kills_the_compiler_costs_itself_alone(self) -> None:
        """A worker under a memory limit dies at a large one."""
        deadly = bytecode.WORKER.replace(
            "    try:\n        code", "    'bad' in path and os.abort()\n    try:\n        code"
        )
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(bytecode, "WORKER", deadly):
            compiler = Compiler()
            for number in range(50):
                self._add(compiler, folder, f"bad{number}.py" if number in (0, 20, 49) else f"m{number}.py")
            compiler.finish(lambda: None)
            self.assertEqual(len(os.listdir(os.path.join(folder, "__pycache__"))), 47)

    def test_a_worker_that_something_else_ends_is_replaced(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            compiler = Compiler()
            first = self._add(compiler, folder, "first.py")
            while not os.path.exists(compiled_path(first)):
                self.assertTrue(all(feeder.is_alive() for feeder in compiler._feeders))
                time.sleep(0.001)
            workers = [feeder._worker for feeder in compiler._feeders if feeder._worker is not None]
            self.assertTrue(workers)
            for worker in workers:
                worker.kill()
                worker.wait()
            for number in range(50):
                self._add(compiler, folder, f"m{number}.py")
            compiler.finish(lambda: None)
            self.assertEqual(len(os.listdir(os.path.join(folder, "__pycache__"))), 51)

    def test_stopped_it_leaves_no_worker(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            compiler = Compiler()
            for number in range(200):
                self._add(compiler, folder, f"m{number}.py")
            compiler.stop()
            self.assertTrue(compiler._feeders)
            for feeder in compiler._feeders:
                self.assertEqual((feeder.is_alive(), feeder._worker), (False, None))

    def _add(self, compiler: Compiler, folder: str, name: str) -> str:
        path = os.path.join(folder, name)
        Path(path).write_text("x = 1\n")
        compiler.add(path, 6)
        return path
