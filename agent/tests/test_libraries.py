"""What compiled code needs, against what this machine has."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

from conc_agent import facts, libraries

UNKNOWN = "libnonesuch-conc.so.7"


def needs(*names, glibc=None):
    return {"glibc": glibc, "libraries": [{"name": name, "wheels": ["a.whl"]} for name in names]}


class Libraries(unittest.TestCase):
    def test_what_the_linker_finds_is_found_and_nothing_else(self):
        """ctypes loads a library by its name as an extension module's would be."""
        found = ctypes.util.find_library("pthread") or ctypes.util.find_library("c")
        names = [found, "libstdc++.so.6", "libgcc_s.so.1", "libz.so.1", "libcrypt.so.1", UNKNOWN]
        truly = [name for name in names if not loads(name)]
        self.assertEqual(libraries.absent(names), sorted(truly))
        self.assertIn(UNKNOWN, truly)

    def test_without_a_cache_the_usual_folders_tell(self):
        names = {"libgcc_s.so.1", UNKNOWN}
        with mock.patch.object(libraries, "LDCONFIG", ("/nonesuch",)), mock.patch.object(libraries, "_mapped", set):
            self.assertEqual(set(libraries.absent(sorted(names))), {name for name in names if not loads(name)})

    def test_what_this_interpreter_runs_with_is_there(self):
        with open("/proc/self/maps") as maps:
            loaded = {os.path.basename(line.split()[-1]) for line in maps if ".so" in line}
        self.assertTrue(loaded)
        with mock.patch.object(libraries, "LDCONFIG", ()), mock.patch.object(libraries, "USUAL", ("/nonesuch",) * 2):
            self.assertEqual(libraries.absent(sorted(loaded)), [])

    def test_a_library_of_another_machine_or_none_at_all_does_not_count(self):
        folder = tempfile.mkdtemp(prefix="conc-libraries-")
        self.addCleanup(shutil.rmtree, folder)
        with open("/proc/self/exe", "rb") as file:
            header = bytearray(file.read(64))
        header[18:20] = b"\xee\xee"
        for name, content in (("libother.so.1", bytes(header)), ("libtext.so.1", b"INPUT(libc.so.6)")):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)
        shutil.copy(sys.executable, os.path.join(folder, "libsame.so.1"))
        with mock.patch.dict(os.environ, LD_LIBRARY_PATH=folder):
            names = ["libother.so.1", "libsame.so.1", "libtext.so.1"]
            self.assertEqual(libraries.absent(names), ["libother.so.1", "libtext.so.1"])

    def test_in_words(self):
        libc = facts.libc()
        if libc["kind"] != "glibc":
            self.assertEqual(len(libraries.unmet(needs(glibc={"version": [2, 1], "wheel": "a.whl"}))), 1)
            return
        major, minor = libc["version"]
        self.assertEqual(libraries.unmet(needs(glibc={"version": [major, minor], "wheel": "a.whl"})), [])
        asked = needs(UNKNOWN, glibc={"version": [major, minor + 1], "wheel": "a.whl"})
        self.assertEqual(
            libraries.unmet(asked),
            [
                "a.whl needs glibc %d.%d, and this machine has %d.%d" % (major, minor + 1, major, minor),
                "no %s here, which is needed by a.whl" % UNKNOWN,
            ],
        )
        with mock.patch.object(libraries, "libc", lambda: {"kind": "musl", "version": [1, 2]}):
            said = libraries.unmet(needs(glibc={"version": [2, 17], "wheel": "a.whl"}))
        self.assertEqual(said, ["a.whl needs glibc, and this machine has musl"])

    def test_nothing_asked(self):
        self.assertEqual(libraries.unmet(needs()) + libraries.unmet(None), [])


def loads(name):
    program = "import ctypes, sys; ctypes.CDLL(sys.argv[1])"
    return subprocess.call([sys.executable, "-c", program, name], stderr=subprocess.DEVNULL) == 0


if __name__ == "__main__":
    unittest.main()
