import pickle
import unittest

from concops import Host, Job, Status


def open_bundle(ncd, sudoPass):
    return Status.ok if ncd["bundle"] else Status.blocked


class UnTar:
    def __init__(self, pattern):
        self.pattern = pattern

    def __call__(self, ncd, sudoPass):
        return Status.stopped

    def __repr__(self):
        return f"UnTar({self.pattern!r})"


class JobTest(unittest.TestCase):
    def test_is_a_pair(self):
        job = Job(Host.remote, open_bundle)
        host, op = job
        self.assertEqual(("remote", open_bundle), (host, op))
        self.assertEqual((Host.remote, open_bundle), job)
        self.assertEqual(2, len(job))

    def test_takes_its_fields_by_name(self):
        self.assertEqual(Job(Host.local, open_bundle), Job(op=open_bundle, host=Host.local))

    def test_needs_both(self):
        with self.assertRaises(TypeError):
            Job(Host.local)  # type: ignore[call-arg]

    def test_cannot_be_changed(self):
        with self.assertRaises(AttributeError):
            Job(Host.local, open_bundle).host = Host.remote  # type: ignore[misc]

    def test_runs_its_op(self):
        ncd = {"bundle": "shop"}
        self.assertEqual("OK", Job(Host.local, open_bundle).op(ncd, None))
        self.assertEqual("STOPPED", Job(Host.local, UnTar("pip-*.tar.gz")).op(ncd, None))

    def test_is_called_as_its_function(self):
        self.assertEqual("open_bundle", Job(Host.remote, open_bundle).name)

    def test_is_called_as_its_function_object(self):
        self.assertEqual("UnTar('pip-*.tar.gz')", Job(Host.remote, UnTar("pip-*.tar.gz")).name)

    def test_can_be_pickled(self):
        job = Job(Host.remote, open_bundle)
        self.assertEqual(job, pickle.loads(pickle.dumps(job)))


if __name__ == "__main__":
    unittest.main()
