import json
import os
import re
import subprocess
import sys
import unittest
from unittest import mock

from conc_agent import facts


class Facts(unittest.TestCase):
    def test_are_json_and_describe_this_interpreter(self):
        known = facts.facts()
        self.assertEqual(json.loads(json.dumps(known)), known)
        self.assertEqual(tuple(known["python"]["version"]), sys.version_info[:3])
        self.assertEqual(known["python"]["cacheTag"], sys.implementation.cache_tag)
        self.assertEqual(known["uid"], os.getuid())
        self.assertEqual(known["pid"], os.getpid())
        self.assertEqual(known["markers"]["python_version"], "%d.%d" % sys.version_info[:2])

    def test_the_executable_is_the_base_interpreter(self):
        executable = facts.facts()["python"]["executable"]
        self.assertEqual(executable, os.path.realpath(executable))
        code = "import sys; print(list(sys.version_info[:3]), sys.prefix == sys.base_prefix)"
        said = subprocess.run([executable, "-I", "-c", code], stdout=subprocess.PIPE, check=True).stdout
        self.assertEqual(said.decode().strip(), "%s True" % list(sys.version_info[:3]))

    def test_markers_are_those_of_pep_508(self):
        names = (
            "implementation_name implementation_version os_name platform_machine platform_python_implementation "
            "platform_release platform_system platform_version python_full_version python_version sys_platform"
        )
        self.assertEqual(sorted(facts.facts()["markers"]), names.split())

    def test_libc(self):
        libc = facts.facts()["libc"]
        ldd = subprocess.run(["ldd", "--version"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.decode()
        version = re.search(r"(\d+)\.(\d+)", ldd)
        assert version is not None, ldd
        self.assertEqual(libc["version"], [int(version.group(1)), int(version.group(2))])
        self.assertEqual(libc["kind"], "musl" if "musl" in ldd else "glibc")

    def test_musl_is_asked_through_its_loader(self):
        loader = os.path.join(os.path.dirname(__file__), "ld-musl-x86_64.so.1")
        with open(loader, "w") as file:
            file.write("#!/bin/sh\nprintf 'musl libc (x86_64)\\nVersion 1.2.5\\n' >&2\nexit 1\n")
        self.addCleanup(os.unlink, loader)
        os.chmod(loader, 0o755)
        with mock.patch.object(facts.os, "confstr", side_effect=ValueError), mock.patch.object(
            facts, "_read", return_value="7f00-7f01 r-xp 00000000 08:01 42    " + loader
        ):
            self.assertEqual(facts.libc(), {"kind": "musl", "version": [1, 2]})
        with mock.patch.object(facts.os, "confstr", side_effect=ValueError), mock.patch.object(
            facts, "_read", return_value=""
        ):
            self.assertEqual(facts.libc(), {"kind": "unknown", "version": None})

    def test_boot_is_the_boot_id_with_the_start_of_pid_1(self):
        with open("/proc/sys/kernel/random/boot_id") as file:
            boot_id = file.read().strip()
        self.assertRegex(facts.boot(), "^%s:[0-9]+$" % boot_id)
        with mock.patch.object(facts, "_read", return_value=""):
            self.assertEqual(facts.boot(), ":")
