"""What is unchanged in a wheel's next version is not compiled again; and bytecode is its source's all the same."""

from __future__ import annotations

import importlib.util
import marshal
import os
import struct
import subprocess
from pathlib import Path
from typing import Any, Dict, List, Set
from unittest import mock

from conc_agent import release
from conc_agent.install.compile import Compiler
from conc_agent.install.entry import COMPILED, Entry, read_index
from conc_agent.outcome import OK

from .base import FIRST, SECOND, RootCase
from .making import Content, make_wheel

FILES: Dict[str, Content] = {
    "tea/__init__.py": "",
    "tea/same.py": "def leaf():\n    return 'green'\n",
    "tea/other.py": "KIND = 1\n",
    "tea/broken.py": "def (\n",
}


class KnownBytecodeTest(RootCase):
    def setUp(self) -> None:
        super().setUp()
        self.installed([make_wheel(self.work, "tea", FILES)])
        release.point_current(self.root, FIRST)

    def compiled_for(self, files: Dict[str, Content], **more: Any) -> Set[str]:
        """Installs the next version; what was given to the compilers."""
        given: List[str] = []
        add = Compiler.add

        def noting(compiler: Compiler, path: str, *rest: Any) -> None:
            given.append(path)
            add(compiler, path, *rest)

        wheel = make_wheel(self.work, "tea", files, version="2.0", **more)
        with mock.patch.object(Compiler, "add", noting):
            outcome = self.install([wheel], SECOND)
        self.assertEqual(outcome.status, OK, outcome)
        self.assertEqual(self.verify(SECOND).status, OK)
        return {path.partition("purelib/")[2] for path in given if "purelib/" in path}

    def entry(self, version: str) -> Entry:
        entries = [read_index(path.parent) for path in self.root.glob("store/*/index.json")]
        return next(entry for entry in entries if entry.wheel and entry.info == "tea-%s.dist-info" % version)

    def bytecode(self, version: str, module: str) -> Path:
        source = str(self.entry(version).folder / "purelib" / "tea" / (module + ".py"))
        return Path(importlib.util.cache_from_source(source, optimization=""))

    def test_only_what_differs_is_compiled(self) -> None:
        given = self.compiled_for({**FILES, "tea/other.py": "KIND = 2\n", "tea/new.py": ""})
        self.assertEqual(given, {"tea/other.py", "tea/new.py", "tea/broken.py"})
        paths = [file.path for file in self.entry("2.0").trees["purelib"].files if file.kind == COMPILED]
        names = sorted(os.path.basename(path).partition(".")[0] for path in paths)
        self.assertEqual(names, ["__init__", "new", "other", "same"])

    def test_it_is_taken_for_its_source(self) -> None:
        self.compiled_for(FILES)
        source = self.entry("2.0").folder / "purelib" / "tea" / "same.py"
        path = self.bytecode("2.0", "same")
        magic, flags, seconds, size = struct.unpack_from("<4sLLL", path.read_bytes())
        about = source.stat()
        self.assertEqual((magic, flags), (importlib.util.MAGIC_NUMBER, 0))
        self.assertEqual((seconds, size), (int(about.st_mtime), about.st_size))
        self.assertEqual(path.stat().st_mtime_ns, about.st_mtime_ns)
        self.assertEqual(path.stat().st_mode & 0o777, 0o444)
        program = "import sys, tea.same; print(tea.same.leaf(), tea.same.leaf.__code__.co_filename)"
        python = str(self.venv(SECOND) / "bin" / "python")
        words = [python, "-v", "-I", "-c", program]
        ran = subprocess.run(words, capture_output=True, text=True, check=True)
        self.assertRegex(ran.stderr, r"code object from '.*tea/__pycache__/same\.[^']*\.pyc'")
        self.assertRegex(ran.stdout, r"^green .*/%s/venv/.*/tea/same\.py$" % SECOND)

    def test_what_is_not_what_the_index_says_is_compiled_anew(self) -> None:
        path = self.bytecode("1.0", "same")
        header, code = path.read_bytes()[:16], compile("def leaf():\n    return 'black'\n", "x", "exec")
        os.chmod(str(path), 0o644)
        path.write_bytes(header + marshal.dumps(code))
        self.bytecode("1.0", "other").unlink()
        self.assertEqual(self.compiled_for(FILES), {"tea/same.py", "tea/other.py", "tea/broken.py"})
        self.assertNotIn(b"black", self.bytecode("2.0", "same").read_bytes())

    def test_bytecode_that_a_wheel_brings_is_replaced(self) -> None:
        name = os.path.basename(str(self.bytecode("1.0", "same")))
        given = self.compiled_for({**FILES, "tea/__pycache__/" + name: b"brought"})
        self.assertEqual(given, {"tea/same.py", "tea/broken.py"})
        self.assertNotEqual(self.bytecode("2.0", "same").read_bytes(), b"brought")

    def test_without_a_release_that_serves_all_is_compiled(self) -> None:
        (self.root / "current").unlink()
        self.assertEqual(self.compiled_for(FILES), set(FILES))
