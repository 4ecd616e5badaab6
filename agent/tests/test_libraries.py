"""What compiled code needs, against what this machine has."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

from conc_agent import elf, facts, libraries

UNKNOWN = "libnonesuch-conc.so.7"


def needs(*names, glibc=None):
    return {"glibc": glibc, "libraries": [{"name": name, "wheels": ["a.whl"]} for name in names]}


class Libraries(unittest.TestCase):
    def test_what_the_linker_finds_is_found_and_nothing_else(self):
        """ctypes loads a library by its name as an extension module's would be."""
        found = ctypes.util.find_library("pthread") or ctypes.util.find_library("c")
        names = [found, "libstdc++.so.6", "libgcc_s.so.1", "libz.so.1", "libcrypt.so.1", UNKNOWN]
        truly = [name for name in names if not loads(name)]
        self.assertEqual(absent(names), sorted(truly))
        self.assertIn(UNKNOWN, truly)

    def test_without_a_cache_the_usual_folders_tell(self):
        names = {"libgcc_s.so.1", UNKNOWN}
        nothing = mock.patch.object(libraries, "_mapped", lambda names: {})
        with mock.patch.object(libraries, "LDCONFIG", ("/nonesuch",)), nothing:
            self.assertEqual(set(absent(sorted(names))), {name for name in names if not loads(name)})

    def test_what_this_interpreter_runs_with_is_there(self):
        with open("/proc/self/maps") as maps:
            loaded = {os.path.basename(line.split()[-1]) for line in maps if ".so" in line}
        self.assertTrue(loaded)
        with mock.patch.object(libraries, "LDCONFIG", ()), mock.patch.object(libraries, "USUAL", ("/nonesuch",) * 2):
            self.assertEqual(absent(sorted(loaded)), [])

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
            self.assertEqual(absent(names), ["libother.so.1", "libtext.so.1"])

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

    @unittest.skipUnless(facts.libc()["kind"] == "glibc" and shutil.which("gcc"), "needs gcc, on glibc")
    def test_versions_that_a_library_defines_as_the_linker_sees_them(self):
        """A program that was linked with a newer library of the same name: ours and the linker refuse the same."""
        folder = tempfile.mkdtemp(prefix="conc-libraries-")
        self.addCleanup(shutil.rmtree, folder)
        new, old = (os.path.join(folder, each, "libdemo.so.1") for each in ("new", "old"))
        library(new, "DEMO_1.9", "DEMO_1.10")
        library(old, "DEMO_1.9")
        user = os.path.join(folder, "user.so")
        compiled(user, "int first(void); int second(void); int user(void) { return first() + second(); }", new)
        asked = {"glibc": None, "libraries": [{"name": "libdemo.so.1", "wheels": ["a.whl"], "versions": []}]}
        for name in ("DEMO_1.9", "DEMO_1.10"):
            asked["libraries"][0]["versions"].append({"name": name, "wheels": ["a.whl"]})
        for path in (new, old):
            self.assertEqual(elf.defined_versions(path), {"DEMO_1.9", "DEMO_1.10"} if path == new else {"DEMO_1.9"})
            with mock.patch.dict(os.environ, LD_LIBRARY_PATH=os.path.dirname(path)):
                said = libraries.unmet(asked)
                self.assertEqual(loads(user), said == [])
        words = "a.whl needs DEMO_1.10 of libdemo.so.1, and %s knows DEMO_1.9 at most" % old
        self.assertEqual(said, [words])
        musl = mock.patch.object(libraries, "libc", lambda: {"kind": "musl", "version": [1, 2]})
        with mock.patch.dict(os.environ, LD_LIBRARY_PATH=os.path.dirname(old)), musl:
            self.assertEqual(libraries.unmet(asked), [])

    @unittest.skipUnless(shutil.which("readelf"), "needs readelf")
    def test_real_libraries_define_what_readelf_says(self):
        found = libraries.find(["libc.so.6", "libstdc++.so.6", "libgcc_s.so.1", "libz.so.1", "libm.so.6"])
        for path in found.values():
            environment = dict(os.environ, LC_ALL="C")
            said = subprocess.check_output(["readelf", "-W", "-V", path], env=environment).decode()
            section = said.partition("Version definition section")[2].partition("Version needs section")[0]
            rows = re.findall(r"Flags: (\S+).*Index: \d+ .*Name: (\S+)", section)
            self.assertEqual(elf.defined_versions(path), {name for flags, name in rows if flags != "BASE"}, path)

    def test_what_is_no_library_defines_nothing(self):
        self.assertIsNone(elf.defined_versions(__file__))
        self.assertIsNone(elf.defined_versions("/nonexistent"))
        with open("/proc/self/exe", "rb") as file:
            whole = file.read(1 << 20)
        with tempfile.NamedTemporaryFile() as damaged:
            for length in range(0, 4096, 61):
                with open(damaged.name, "wb") as file:
                    file.write(whole[:length])
                elf.defined_versions(damaged.name)

    def test_nothing_asked(self):
        self.assertEqual(libraries.unmet(needs()) + libraries.unmet(None), [])


def library(path, *versions):
    """With a function for each version: ``first``, ``second``."""
    os.makedirs(os.path.dirname(path))
    functions = ["first", "second"][: len(versions)]
    script = path + ".map"
    with open(script, "w") as file:
        file.writelines("%s { %s; };\n" % pair for pair in zip(versions, functions))
    code = "\n".join("int %s(void) { return 1; }" % name for name in functions)
    compiled(path, code, "-Wl,--version-script=" + script, "-Wl,-soname=" + os.path.basename(path))


def compiled(path, code, *options):
    argv = ["gcc", "-shared", "-fPIC", "-x", "c", "-", "-x", "none", "-o", path, *options]
    subprocess.run(argv, input=code.encode(), check=True)


def absent(names):
    return sorted(set(names) - set(libraries.find(names)))


def loads(name):
    program = "import ctypes, sys; ctypes.CDLL(sys.argv[1])"
    return subprocess.call([sys.executable, "-c", program, name], stderr=subprocess.DEVNULL) == 0


if __name__ == "__main__":
    unittest.main()
