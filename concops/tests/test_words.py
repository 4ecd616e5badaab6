import unittest

from concops import Host, Status


def words(cls):
    return {name: value for name, value in vars(cls).items() if not name.startswith("__")}


class WordsTest(unittest.TestCase):
    """The words that go over the wire, into journals and onto terminals."""

    def test_hosts(self):
        self.assertEqual({"local": "local", "remote": "remote"}, words(Host))

    def test_statuses(self):
        self.assertEqual(
            {
                "ok": "OK",
                "blocked": "BLOCKED",
                "failed": "FAILED",
                "stopped": "STOPPED",
                "error": "ERROR",
                "timedout": "TIMED OUT",
            },
            words(Status),
        )

    def test_are_plain_strings(self):
        for word in [*words(Host).values(), *words(Status).values()]:
            self.assertIs(str, type(word))


if __name__ == "__main__":
    unittest.main()
