import os
import subprocess
import sys
import unittest

from concops.testing import Node

from tests.folder import CODE, FolderCase

JOBS = """
import logging, os, time
from pathlib import Path
from concops import Host, Job, Result, Status, after, default, op

log = logging.getLogger("shop.devops")

def build_page(ncd, sudoPass):
    Path("page.html").write_text("made near")
    ncd["page"] = Path("page.html").read_text()
    return Status.ok

def place_page(ncd, sudoPass):
    log.info("placing %s", ncd["page"])
    Path(ncd["root"], "page.html").write_text(ncd["page"] + " for " + ncd["app"])
    ncd["sides"] = [ncd["host"], os.getcwd(), str(Path.home())]
    return Result(Status.ok, "placed", {"pages": 1})

def forget(ncd, sudoPass):
    del ncd["page"]
    return Status.stopped

def take_back(ncd, sudoPass):
    Path(ncd["root"], "page.html").unlink()
    return Status.ok

@op(sudo=True, undo=take_back)
def with_sudo(ncd, sudoPass):
    print("password", sudoPass)
    return Status.ok if sudoPass else Status.blocked

jobs = after(default, "verify", Job(Host.local, build_page), Job(Host.remote, place_page), Job(Host.remote, with_sudo),
             Job(Host.local, forget))

def fails(ncd, sudoPass):
    print("the reason")
    return Result(Status.failed, "no luck", evidence=["evidence"])

@op(timeout=0.3)
def slow(ncd, sudoPass):
    time.sleep(60)

def crashes(ncd, sudoPass):
    os.abort()

failing = [Job(Host.remote, fails), Job(Host.remote, forget)]
slow_ones = [Job(Host.remote, slow)]
crashing = [Job(Host.remote, crashes)]
wrong = [Job(Host.remote, forget), Job(Host.remote, forget)]
both = [Job(Host.remote, with_sudo), Job(Host.local, with_sudo)]
"""


class NodeTest(FolderCase):
    def setUp(self):
        super().setUp()
        self.write("shop_jobs.py", JOBS)
        sys.path.insert(0, str(self.folder))
        self.addCleanup(sys.path.remove, str(self.folder))

    def test_runs_the_whole_list_on_both_sides(self):
        with Node("shop_jobs", {"app": "shop"}, sudo="s3cret") as node:
            node.run()
            node.assert_ok()
            self.assertEqual("made near for shop", (node.root / "page.html").read_text())
            self.assertEqual(13, len(node.ran))
            self.assertEqual(("STOPPED", "conc runs it"), node.ran[0][2:4])
            home = str(node.home())
            self.assertEqual({"sides": ["testnode", home, home]}, {k: v for k, v in node.ncd.items() if k == "sides"})
            self.assertNotIn("page", node.ncd)
            self.assertEqual(["placing made near"], node.logs("place_page"))
            self.assertEqual(["password ***"], node.logs("with_sudo"))
            self.assertTrue((node.home("local") / "page.html").exists())
            place = node.ran[5]
            self.assertEqual(("place_page", "remote", "OK", "placed", {"pages": 1}), (*place[:4], place.recorded))
            folder = node.folder
        self.assertFalse(folder.exists())

    def test_some_of_it_and_back(self):
        with Node("shop_jobs", {"page": "given"}) as node:
            node.run("place_page")
            node.assert_ok("place_page")
            node.assert_status("OK", "place_page")
            self.assertIsNone(node.status("forget"))
            with self.assertRaisesRegex(AssertionError, "forget did not run"):
                node.assert_ok("forget")
            self.assertEqual("OK", node.undo("with_sudo").status)
            self.assertFalse((node.root / "page.html").exists())
            with self.assertRaisesRegex(LookupError, "no job is called x. Jobs are: preflight"):
                node.run("x")

    def test_stops_at_what_fails_and_says_why(self):
        with Node("shop_jobs", attribute="failing") as node:
            self.assertEqual(["FAILED"], [ran.status for ran in node.run()])
            with self.assertRaises(AssertionError) as caught:
                node.assert_ok()
            words = "fails on remote: FAILED no luck\nevidence\n| the reason\nforget did not run"
            self.assertEqual(words, str(caught.exception))

    def test_without_the_password_it_is_none(self):
        with Node("shop_jobs") as node:
            node.run("with_sudo")
            node.assert_status("BLOCKED", "with_sudo")

    def test_an_op_on_both_sides(self):
        with Node("shop_jobs", attribute="both", sudo="x") as node:
            node.run("with_sudo@local")
            self.assertEqual((None, "OK"), (node.status("with_sudo"), node.status("with_sudo@local")))

    def test_a_time_limit_and_a_crash(self):
        for attribute, status in (("slow_ones", "TIMED OUT"), ("crashing", "ERROR")):
            with self.subTest(attribute), Node("shop_jobs", attribute=attribute) as node:
                self.assertEqual([status], [ran.status for ran in node.run()])
                # The next one has a process of its own.
                self.assertEqual([status], [ran.status for ran in node.run()])

    def test_what_is_wrong_with_the_list_is_raised(self):
        with self.assertRaisesRegex(AssertionError, "sequence.duplicate: 2 jobs are called forget"):
            Node("shop_jobs", attribute="wrong").__enter__()

    def test_a_list_that_cannot_be_read_says_why(self):
        self.write("shop_broken.py", "import no_such_business\n")
        with self.assertRaises(AssertionError) as caught:
            Node("shop_broken").__enter__()
        self.assertIn("business imports belong inside ops", str(caught.exception))
        self.assertIn('shop_broken.py", line 1', str(caught.exception))

    def test_a_module_itself(self):
        import shop_jobs  # type: ignore[import-not-found]

        self.addCleanup(sys.modules.pop, "shop_jobs")
        with Node(shop_jobs) as node:
            self.assertEqual(13, len(node.jobs))

    def test_within_unittest_of_the_applications_own(self):
        self.write(
            "test_deploy.py",
            "\n".join(
                [
                    "import unittest",
                    "from concops.testing import Node",
                    "class DeployTest(unittest.TestCase):",
                    "    def test_it(self):",
                    "        with Node('shop_jobs', {'page': 'x'}) as node:",
                    "            node.run('place_page')",
                    "            node.assert_ok('place_page')",
                ]
            ),
        )
        env = dict(os.environ, PYTHONPATH=CODE)
        argv = [sys.executable, "-B", "-m", "unittest", "test_deploy"]
        done = subprocess.run(argv, cwd=str(self.folder), env=env, stderr=subprocess.PIPE, text=True)
        self.assertEqual(0, done.returncode, done.stderr)


if __name__ == "__main__":
    unittest.main()
