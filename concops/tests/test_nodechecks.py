"""conc's own checks of a node: each run against what it must find, and what it must let be."""

import os
import socket
import ssl
import time
import unittest
from typing import Any
from unittest import mock

from concops.nodechecks import certificates, clock, disk, keys, ownership, ports, root, root_files

from concops import nodechecks
from tests.folder import FolderCase

# Of a key that nobody has any more. It ended on 2 January 2001.
ENDED = """\
-----BEGIN CERTIFICATE-----
MIIBBzCBrgIBATAKBggqhkjOPQQDAjAQMQ4wDAYDVQQDDAVlbmRlZDAeFw0wMDAx
MDIwMDAwMDBaFw0wMTAxMDIwMDAwMDBaMBAxDjAMBgNVBAMMBWVuZGVkMFkwEwYH
KoZIzj0CAQYIKoZIzj0DAQcDQgAEXbR+fbk4AVxL7qtifA8jyX2CuRnQ+xBbtcdY
IjVrB608mfwPs2U7asK7jsZpivd7zd0aFXASZ/xu2Brp3w31ATAKBggqhkjOPQQD
AgNIADBFAiAfw3UphLH86v1LXvTgLjpteAAotAk0KmEeIRlwRqwVzAIhAN1Oq+9f
ivnRh2zXNAiMLFDffG9mOFYBa0M5/jJ8W4Ur
-----END CERTIFICATE-----
"""
# It ends in 2126.
LASTING = """\
-----BEGIN CERTIFICATE-----
MIIBezCCASGgAwIBAgIUMZuFDPWnoRE+G5LY16Jkq8JpBpkwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHbGFzdGluZzAgFw0yNjExMjExNDU4MDdaGA8yMTI2MTAyODE0
NTgwN1owEjEQMA4GA1UEAwwHbGFzdGluZzBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABF20fn25OAFcS+6rYnwPI8l9grkZ0PsQW7XHWCI1awetPJn8D7NlO2rCu47G
aYr3e83dGhVwEmf8btga6d8N9QGjUzBRMB0GA1UdDgQWBBQEGWU86v5NJG6HcxM0
uPI1EjSxrjAfBgNVHSMEGDAWgBQEGWU86v5NJG6HcxM0uPI1EjSxrjAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQCNdr/5rO3m7nT+StK379vzWOVW
ofUT+Os1NMFqQ5lBAgIgUdiwAmeQsoeANUwpyrTSTZPB2VCqPKeyiu621d/UjyU=
-----END CERTIFICATE-----
"""


class CheckCase(FolderCase):
    def run_checks(self, module, **ncd):
        """``{test: why it failed, was skipped; "" for passed}``"""
        suite = unittest.TestLoader().loadTestsFromModule(module)
        names: Any = [test for group in suite if isinstance(group, unittest.TestSuite) for test in group]
        for test in names:
            type(test).ncd = {key.replace("_", "."): value for key, value in ncd.items()}
            type(test).sudoPass = None
        result = unittest.TestResult()
        suite.run(result)
        told = {test._testMethodName: "" for test in names}
        for test, why in [*result.failures, *result.errors]:
            told[getattr(test, "test_case", test)._testMethodName] += why
        for test, why in result.skipped:
            told[test._testMethodName] = "skipped: " + why
        return told


class Certificates(CheckCase):
    def test_pem_der_and_chains(self):
        last = self.write("last.pem", LASTING)
        ended = self.write("ended.pem", "a comment\n" + ENDED)
        both = self.write("chain.pem", LASTING + ENDED)
        der = self.folder / "ended.der"
        der.write_bytes(ssl.PEM_cert_to_DER_cert(ENDED))
        self.assertEqual(self.run_checks(certificates, check_certificates=str(last)), {"test_certificates_last": ""})
        named = "\n".join(map(str, (last, ended, both, der)))
        why = self.run_checks(certificates, check_certificates=named)["test_certificates_last"]
        for path in (ended, both, der):
            self.assertRegex(why, "%s ended [0-9]+ days ago" % path)
        self.assertNotIn("%s e" % last, why)

    def test_near_its_end(self):
        last = self.write("last.pem", LASTING)
        (end,) = certificates.ends_of(str(last))
        days = int((end - time.time()) / 86400) + 2
        told = self.run_checks(certificates, check_certificates=str(last), check_certificates_days=str(days))
        self.assertIn("check.certificates.days is %d" % days, told["test_certificates_last"])

    def test_a_file_that_is_not_there(self):
        told = self.run_checks(certificates, check_certificates=str(self.folder / "none.pem"))
        self.assertIn("No such file", told["test_certificates_last"])


class Ports(CheckCase):
    def setUp(self):
        super().setUp()
        listening = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listening.close)
        self.port = listening.getsockname()[1]

    def test_what_listens_is_seen_with_its_address(self):
        self.assertIn(("127.0.0.1", self.port), set(ports.listening()))

    def test_what_is_declared_must_listen(self):
        served = self.run_checks(ports, check_ports=str(self.port))
        self.assertEqual(served["test_declared_ports_are_served"], "")
        missing = self.run_checks(ports, check_ports="%d, 1" % self.port)
        self.assertIn("nothing listens on 1, which", missing["test_declared_ports_are_served"])

    def test_loopback_is_no_port_to_the_world(self):
        self.assertNotIn("port %d" % self.port, self.run_checks(ports, check_ports="1")["test_declared_ports_only"])

    def test_any_other_address_is(self):
        with mock.patch.object(ports, "listening", lambda: iter([("0.0.0.0", 8099), ("::", 8098), ("::1", 8097)])):
            why = self.run_checks(ports, check_ports="22")["test_declared_ports_only"]
        self.assertIn("port 8099 on 0.0.0.0", why)
        self.assertIn("port 8098 on ::", why)
        self.assertNotIn("8097", why)


class Files(CheckCase):
    def test_files_of_root_hold_what_is_declared(self):
        file = self.write("ip_list_tot", "35\n")
        if os.getuid() != 0:
            self.skipTest("as root only: sudo may want a password")
        self.assertEqual(self.run_checks(root_files, check_files="%s = 35" % file), {"test_declared_values": ""})
        why = self.run_checks(root_files, check_files="%s = 20" % file)["test_declared_values"]
        self.assertIn("holds '35'; check.files declares '20'", why)
        why = self.run_checks(root_files, check_files="%s = 20" % (self.folder / "none"))["test_declared_values"]
        self.assertIn("can't be run as root", why)

    def test_a_program_that_is_not_there_is_told(self):
        with self.assertRaisesRegex(AssertionError, "not.*installed|can't be run"):
            root.run(["conc-has-no-such-program"], None)

    def test_private_keys(self):
        self.write(".ssh/id_deploy", "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n")
        self.write(".ssh/known_hosts", "example.org ssh-ed25519 AAAA\n")
        with mock.patch.dict(os.environ, {"HOME": str(self.folder)}):
            why = self.run_checks(keys)["test_no_private_keys"]
        self.assertIn(str(self.folder / ".ssh" / "id_deploy"), why)
        self.assertNotIn("known_hosts", why)

    def test_what_all_may_write(self):
        kept = self.write("releases/r1-00000000/kept.py")
        loose = self.write("releases/r1-00000000/loose.py")
        os.chmod(str(kept), 0o644)
        os.chmod(str(loose), 0o666)
        why = self.run_checks(ownership, root=str(self.folder))["test_nothing_in_releases_is_writable_by_all"]
        self.assertIn("loose.py", why)
        self.assertNotIn("kept.py", why)

    def test_what_is_roots(self):
        if os.getuid() != 0:
            self.skipTest("only root can give files away")
        mine = self.write("releases/r1-00000000/mine.py")
        self.write("releases/r1-00000000/roots.py")
        for path in (self.folder, self.folder / "releases", mine.parent, mine):
            os.chown(str(path), 65534, 65534)
        why = self.run_checks(ownership, root=str(self.folder))["test_nothing_in_releases_is_roots"]
        self.assertIn("roots.py", why)
        self.assertNotIn("mine.py", why)


class Numbers(CheckCase):
    def test_disk(self):
        here = str(self.folder / "not" / "there" / "yet")
        self.assertEqual(self.run_checks(disk, root=here, check_disk="0")["test_space"], "")
        self.assertIn("check.disk asks for 100 %", self.run_checks(disk, root=here, check_disk="100")["test_space"])

    def test_clock(self):
        self.assertEqual(self.run_checks(clock, clock_skew=4.0), {"test_clock_is_the_controllers": ""})
        self.assertIn(
            "7.0 s behind the controller's; check.clock allows 5 s",
            self.run_checks(clock, clock_skew=-7.0)["test_clock_is_the_controllers"],
        )

    def test_every_module_is_run(self):
        folder = os.path.dirname(nodechecks.__file__)
        there = {name[:-3] for name in os.listdir(folder) if name.endswith(".py")} - {"__init__", "attributes", "root"}
        self.assertEqual({name.rpartition(".")[2] for name in nodechecks.MODULES}, there)
