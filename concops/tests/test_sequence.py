# What is called wrongly is called so on purpose.
# pyright: reportArgumentType=false, reportOptionalCall=false, reportCallIssue=false
# pyright: reportAttributeAccessIssue=false, reportFunctionMemberAccess=false
import functools
import unittest

from concops.freeze import freeze
from concops.job import name_of
from concops.policy import policy_of

from concops import Host, Job, Policy, Status, after, before, builtin, check, default, op, without


def one(ncd, sudoPass):
    return Status.ok


def two(ncd, sudoPass):
    return Status.ok


class UnTar:
    def __init__(self, pattern):
        self.pattern = pattern

    def __call__(self, ncd, sudoPass):
        return Status.ok

    def __repr__(self):
        return "UnTar(%r)" % self.pattern


def names(jobs):
    return [job.name for job in jobs]


def codes(jobs):
    return [found["code"] for found in check(jobs)]


NINE = ["preflight", "deliver", "install", "verify", "switch", "restart", "health", "confirm", "prune"]


class DefaultTest(unittest.TestCase):
    def test_is_the_nine(self):
        self.assertEqual(NINE, names(default))
        self.assertEqual([], check(default))

    def test_before_and_after(self):
        jobs = before(
            after(default, "verify", Job(Host.remote, one)), "prune", Job(Host.local, two), Job("remote", UnTar("x"))
        )
        self.assertEqual([*NINE[:4], "one", *NINE[4:8], "two", "UnTar('x')", "prune"], names(jobs))
        self.assertEqual(NINE, names(default))

    def test_without(self):
        self.assertEqual(NINE[:-2], names(without(default, "prune", "confirm")))

    def test_an_unknown_name_tells_the_near_one_and_all(self):
        with self.assertRaises(LookupError) as caught:
            after(default, "swich", Job(Host.remote, one))
        self.assertIn("Did you mean switch?", str(caught.exception))
        self.assertIn("preflight, deliver", str(caught.exception))

    def test_a_builtin_is_not_called(self):
        with self.assertRaisesRegex(TypeError, "conc performs deliver itself"):
            builtin.deliver({}, None)


class CheckTest(unittest.TestCase):
    def test_no_list(self):
        self.assertEqual(["sequence.list"], codes(None))
        self.assertEqual(["sequence.list"], codes(iter(default)))

    def test_an_entry_that_is_no_pair(self):
        self.assertEqual(["sequence.entry"] * 3, codes([one, (Host.remote,), None, (Host.remote, one)]))

    def test_a_namedtuple_of_ones_own_is_a_pair(self):
        self.assertEqual([], check([(Host.remote, one), (Host.local, one)]))

    def test_duplicates(self):
        (found,) = check([Job(Host.remote, one), Job(Host.local, two), Job(Host.remote, one)])
        self.assertEqual(("sequence.duplicate", "one"), (found["code"], found["job"]))
        self.assertIn("entries 0 and 2", found["message"])

    def test_a_name_with_an_address(self):
        class Anonymous:
            def __call__(self, ncd, sudoPass):
                return Status.ok

        self.assertEqual(
            ["sequence.name"] * 3,
            codes([(Host.remote, x) for x in (Anonymous(), functools.partial(one), lambda ncd, sudoPass: "OK")]),
        )

    def test_signatures(self):
        async def later(ncd, sudoPass):
            return Status.ok

        def yields(ncd, sudoPass):
            yield Status.ok

        def few(ncd):
            return Status.ok

        def many(ncd, sudoPass, more):
            return Status.ok

        wrong = [(Host.remote, x) for x in (later, yields, few, many, UnTar)]
        self.assertEqual(["sequence.signature"] * 5, codes(wrong))

        def optional(ncd, sudoPass=None, *more, **options):
            return Status.ok

        self.assertEqual([], check([(Host.remote, x) for x in (optional, UnTar("x"), UnTar("y").__call__)]))

    def test_what_cannot_be_called(self):
        self.assertEqual(["sequence.op"], codes([(Host.remote, "deliver")]))

    def test_builtins_run_on_the_node(self):
        (found,) = check([Job(Host.local, builtin.deliver)])
        self.assertEqual("sequence.where", found["code"])
        self.assertIn("conc's own ops run on the node", found["message"])

    def test_a_policy_may_say_where(self):
        self.assertEqual(["sequence.where"], codes([Job(Host.remote, op(where=Host.local)(lambda_named("near")))]))

    def test_a_host_that_is_none(self):
        self.assertEqual(["sequence.host"], codes([Job("web1", one)]))

    def test_phases(self):
        self.assertEqual(["sequence.phase"], codes([Job("remote", op(phase="early")(lambda_named("x")))]))
        late = Job("remote", op(phase="once")(lambda_named("migrate")))
        self.assertEqual([], check(after(default, "verify", late)))
        (found,) = check(after(default, "switch", late))
        self.assertEqual("sequence.order", found["code"])
        self.assertIn("migrate is of the phase once, and stands after switch", found["message"])

    def test_a_job_after_a_once_job_runs_on_every_node(self):
        late = Job("remote", op(phase="once")(lambda_named("migrate")))
        jobs = after(default, "verify", late, Job("remote", one))
        self.assertEqual([], check(jobs))
        self.assertEqual(["stage", "once", "switch", "switch"], [job["phase"] for job in freeze(jobs)[0]][3:7])

    def test_of_the_nearest_before_it(self):
        jobs = [Job("remote", one), *after(default, "health", Job("local", two)), Job("remote", UnTar("x"))]
        frozen, _ = freeze(jobs)
        self.assertEqual(["stage", "switch", "after"], [frozen[at]["phase"] for at in (0, 8, -1)])

    def test_the_order_of_concs_own(self):
        (found,) = check([Job("remote", builtin.install), Job("remote", builtin.deliver)])
        self.assertEqual(("sequence.order", "deliver"), (found["code"], found["job"]))

    def test_a_list_without_a_switch_is_fine(self):
        self.assertEqual([], check([Job(Host.remote, one), Job(Host.local, two)]))

    def test_values_of_a_policy(self):
        for given in (
            {"again": "maybe"},
            {"drop": "halt"},
            {"timeout": 0},
            {"timeout": "5"},
            {"sudo": "ls"},
            {"sudo": 3},
            {"sudo": ["ls"]},
            {"sudo": []},
            {"undo": lambda: 1},
            {"plan": 3},
            {"by_hand": [1]},
            {"undo": 3},
            {"compatible": "yes"},
            {"touches": "ssh"},
            {"touches": ["the coast"]},
            {"where": "here"},
        ):
            with self.subTest(given):
                self.assertIn(
                    codes([Job("remote", op(**given)(lambda_named("x")))])[-1], ("sequence.policy", "sequence.again")
                )

    def test_everything_at_once(self):
        jobs = [None, Job("x", one), Job("remote", one), Job("local", builtin.prune), Job("remote", builtin.deliver)]
        self.assertEqual(
            {"sequence.entry", "sequence.host", "sequence.duplicate", "sequence.where", "sequence.order"},
            set(codes(jobs)),
        )
        for found in check(jobs):
            self.assertEqual({"code", "job", "message", "hint"}, set(found))
            self.assertTrue(found["hint"])


def lambda_named(name):
    def inner(ncd, sudoPass):
        return Status.ok

    inner.__name__ = name
    return inner


class PolicyTest(unittest.TestCase):
    def test_of_a_function(self):
        declared = op(sudo=["/bin/true"], timeout=5)(lambda_named("x"))
        self.assertEqual(Policy(sudo=["/bin/true"], timeout=5), policy_of(declared))
        self.assertEqual(declared.policy, policy_of(declared))
        self.assertEqual(Policy(), policy_of(one))

    def test_is_frozen(self):
        with self.assertRaises(AttributeError):
            policy_of(one).again = "safe"

    def test_of_function_objects(self):
        @op(again="safe", timeout=9)
        class Copy:
            phase = "after"

            def __init__(self, what):
                self.plan = "copies " + what

            def __call__(self, ncd, sudoPass):
                return Status.ok

            def undo(self, ncd, sudoPass):
                return Status.stopped

        policy = policy_of(Copy("x"))
        self.assertEqual(("safe", 9, "after", "copies x"), (policy.again, policy.timeout, policy.phase, policy.plan))
        self.assertEqual("STOPPED", policy.undo({}, None))

    def test_methods_of_those_names_are_the_objects_own(self):
        class Copy:
            def plan(self):
                return 1

            def __call__(self, ncd, sudoPass):
                return Status.ok

        self.assertEqual(Policy(), policy_of(Copy()))

    def test_a_bare_decorator_says_so_at_once(self):
        with self.assertRaises(TypeError):
            op(one)


class FreezeTest(unittest.TestCase):
    def test_a_builtin(self):
        frozen, problems = freeze(default)
        self.assertEqual([], problems)
        self.assertEqual(
            {
                "name": "preflight",
                "where": "remote",
                "phase": "stage",
                "sudo": False,
                "again": "safe",
                "timeout": 60,
                "op": {"kind": "builtin", "name": "preflight"},
            },
            frozen[0],
        )

    def test_one_of_the_applications(self):
        declared = op(
            sudo=["/bin/a b"],
            drop="kill",
            timeout=2.5,
            plan="x ${app}",
            by_hand=["y", "z"],
            undo=one,
            compatible=True,
            touches=["ssh"],
        )(two)
        self.addCleanup(delattr, two, "policy")
        frozen, _ = freeze(after(default, "restart", Job(Host.local, declared), Job(Host.remote, UnTar("p"))))
        self.assertEqual(
            {
                "name": "two",
                "where": "local",
                "phase": "switch",
                "sudo": True,
                "sudoCommands": ["/bin/a b"],
                "again": "never",
                "timeout": 2.5,
                "op": {"kind": "application", "position": 6, "calls": __name__ + ".two"},
                "plan": ["x ${app}"],
                "byHand": ["y", "z"],
                "drop": "kill",
                "undo": True,
                "compatible": True,
                "touches": ["ssh"],
            },
            frozen[6],
        )
        self.assertEqual(("UnTar('p')", __name__ + ".UnTar"), (frozen[7]["name"], frozen[7]["op"]["calls"]))
        self.assertEqual((None, None, False), (frozen[7]["plan"], frozen[7]["byHand"], frozen[7]["undo"]))

    def test_with_a_problem_there_are_no_jobs(self):
        frozen, problems = freeze([Job(Host.remote, one), Job(Host.remote, one)])
        self.assertEqual(([], 1), (frozen, len(problems)))

    def test_names(self):
        self.assertEqual(["one", "UnTar('a')", "deliver"], [name_of(x) for x in (one, UnTar("a"), builtin.deliver)])
