"""Suites, run as a node runs them: in a process of their own, by this interpreter."""

import sys

from concops.nodetest.runner import Runner, Suite

from tests.folder import CODE, FolderCase

MODULE = """
    import asyncio, os, signal, subprocess, sys, time
    import unittest as nodetest

    class Plain(nodetest.TestCase):
        def test_a_passes(self):
            self.assertEqual(self.ncd["name"], "web1")
        def test_b_fails(self):
            print("said")
            subprocess.run(["echo", "a child said"], check=True)
            self.assertEqual(1, 2, "not the same")
        def test_c_ends_the_interpreter(self):
            os._exit(3)
        def test_d_is_killed(self):
            os.kill(os.getpid(), signal.SIGSEGV)
        def test_e_holds_up(self):
            time.sleep(60)
        def test_f_goes_on(self):
            pass
        def test_g_exits(self):
            sys.exit(3)
        def test_h_tells_a_secret(self):
            raise RuntimeError("it is " + self.sudoPass)
        def test_i_parts(self):
            for number in range(4):
                with self.subTest(number=number):
                    self.assertNotIn(number, (1, 3))
        @nodetest.expectedFailure
        def test_j_fails_as_expected(self):
            self.fail()
        @nodetest.expectedFailure
        def test_k_passes_unexpectedly(self):
            pass
        @nodetest.skip("not today")
        def test_l_is_skipped(self):
            pass

    class NoSetUp(nodetest.TestCase):
        @classmethod
        def setUpClass(cls):
            raise RuntimeError("no ground to stand on")
        def test_one(self):
            pass

    class Async(nodetest.IsolatedAsyncioTestCase):
        async def test_awaits(self):
            await asyncio.sleep(0)
        async def test_fails(self):
            await asyncio.sleep(0)
            self.fail("in a coroutine")

    class TearDown(nodetest.TestCase):
        @classmethod
        def tearDownClass(cls):
            os._exit(9)
        def test_before(self):
            pass
"""


class RunnerCase(FolderCase):
    def run_suite(self, module, only=(), limit=1.5):
        results = []
        suite = Suite(
            module, "unittest", None, [str(self.folder)], sys.executable, only, {"name": "web1"}, "open sesame", limit
        )
        Runner(CODE, str(self.folder), {}, lambda: None).run(suite, results.append)
        return results

    @staticmethod
    def by_name(results):
        return {"%s.%s" % (one["class"].rpartition(".")[2], one["name"]): one for one in results}


class EveryOutcome(RunnerCase):
    """One module with all that can happen."""

    def test_each_test_is_told_once_and_none_is_lost(self):
        self.write("sample.py", MODULE)
        results = self.run_suite("sample")
        # unittest's loader takes classes in the order of their names, and so their tests.
        told = [(one["id"].partition(".")[2], one["status"]) for one in results]
        self.assertEqual(
            told,
            [
                ("Async.test_awaits", "OK"),
                ("Async.test_fails", "FAILED"),
                ("NoSetUp.setUpClass", "ERROR"),
                ("NoSetUp.test_one", "SKIPPED"),
                ("Plain.test_a_passes", "OK"),
                ("Plain.test_b_fails", "FAILED"),
                ("Plain.test_c_ends_the_interpreter", "ERROR"),
                ("Plain.test_d_is_killed", "ERROR"),
                ("Plain.test_e_holds_up", "TIMED OUT"),
                ("Plain.test_f_goes_on", "OK"),
                ("Plain.test_g_exits", "ERROR"),
                ("Plain.test_h_tells_a_secret", "ERROR"),
                ("Plain.test_i_parts", "FAILED"),
                ("Plain.test_j_fails_as_expected", "OK"),
                ("Plain.test_k_passes_unexpectedly", "FAILED"),
                ("Plain.test_l_is_skipped", "SKIPPED"),
                ("TearDown.test_before", "OK"),
                ("", "ERROR"),
            ],
        )
        named = self.by_name(results)
        failed = named["Plain.test_b_fails"]
        self.assertEqual(failed["text"], "1 != 2 : not the same")
        self.assertEqual(failed["output"], ["said", "a child said"])
        self.assertNotIn("unittest", "".join(failed["lines"]))
        self.assertIn("in test_b_fails", failed["lines"][1])
        self.assertIn("exit code 3", named["Plain.test_c_ends_the_interpreter"]["text"])
        self.assertIn("signal 11", named["Plain.test_d_is_killed"]["text"])
        self.assertEqual(named["Plain.test_e_holds_up"]["text"], "its limit of 1.5 s passed")
        self.assertEqual(named["Plain.test_h_tells_a_secret"]["text"], "RuntimeError: it is ***")
        self.assertNotIn("sesame", repr(results))
        self.assertEqual(
            [line for line in named["Plain.test_i_parts"]["lines"] if "subTest" in line][:1], ["subTest (number=1)"]
        )
        self.assertIn("subTest (number=3)", named["Plain.test_i_parts"]["lines"])
        self.assertEqual(named["NoSetUp.test_one"]["text"], "setUpClass: RuntimeError: no ground to stand on")
        self.assertEqual(named["Async.test_fails"]["text"], "in a coroutine")
        self.assertIn("exit code 9", results[-1]["text"])


class Modules(RunnerCase):
    def test_a_module_that_can_not_be_imported_is_one_error(self):
        self.write("broken.py", "import unittest as nodetest\nimport nowhere_to_be_found\n")
        (result,) = self.run_suite("broken")
        self.assertEqual((result["status"], result["name"]), ("ERROR", "import"))
        self.assertIn("nowhere_to_be_found", result["text"])

    def test_a_module_that_ends_the_interpreter_is_one_error(self):
        self.write("ends.py", "import os\nos._exit(2)\n")
        (result,) = self.run_suite("ends")
        self.assertEqual((result["status"], result["id"]), ("ERROR", "ends"))
        self.assertIn("exit code 2", result["text"])

    def test_a_module_may_skip_itself(self):
        self.write("skips.py", "import unittest as nodetest\nraise nodetest.SkipTest('no database')\n")
        (result,) = self.run_suite("skips")
        self.assertEqual((result["status"], result["text"]), ("SKIPPED", "no database"))

    def test_a_set_up_that_ends_the_interpreter_is_each_tests_error(self):
        self.write(
            "fixture.py",
            """
            import os
            import unittest as nodetest

            class A(nodetest.TestCase):
                @classmethod
                def setUpClass(cls):
                    os._exit(1)
                def test_one(self):
                    pass
                def test_two(self):
                    pass

            class B(nodetest.TestCase):
                def test_three(self):
                    pass
            """,
        )
        results = self.run_suite("fixture")
        self.assertEqual(
            [(one["name"], one["status"]) for one in results],
            [("test_one", "ERROR"), ("test_two", "ERROR"), ("test_three", "OK")],
        )
        self.assertIn("in a fixture", results[0]["text"])

    def test_only_what_is_asked_for_runs(self):
        self.write(
            "two.py",
            """
            import unittest as nodetest

            class A(nodetest.TestCase):
                def test_one(self):
                    pass
                def test_ones(self):
                    pass

            class B(nodetest.TestCase):
                def test_three(self):
                    pass
            """,
        )
        self.assertEqual(
            [one["id"] for one in self.run_suite("two", ["two.A.test_one", "two.B"])],
            ["two.A.test_one", "two.B.test_three"],
        )
