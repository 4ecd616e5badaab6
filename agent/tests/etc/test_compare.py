from __future__ import annotations

from conc_agent.calls import etc as call
from conc_agent.etc.compare import compare

from ..controller import Controller
from ..making import FIRST
from .trees import EtcCase, file

OLD = file("app.conf", "user = a\npassword = old\nport = 1\n", secretLines=[2])
NEW = file("app.conf", "user = a\npassword = new\nport = 2\n", secretLines=[2])


class CompareTest(EtcCase):
    def compare(self, text, wanted, base=None):
        place = self.work / "app.conf"
        if text is not None:
            place.write_text(text)
        return compare(str(place), "app.conf", wanted, base)

    def test_tells_line_by_line(self) -> None:
        plain = file("app.conf", "a\nb\n")
        found = self.compare("a\nc\n", plain, file("app.conf", "a\n"))
        self.assertEqual(found["diff"], ["--- a/app.conf", "+++ b/app.conf", "@@ -1,2 +1,2 @@", " a", "-c", "+b"])
        self.assertEqual(found["edited"][-2:], [" a", "+c"])
        self.assertEqual(self.compare(None, None)["diff"][-2:], ["-a", "-c"])

    def test_shows_no_line_of_a_file_with_secrets_that_is_not_known_to_hold_none(self) -> None:
        text = OLD["text"] + "token = by hand\n"
        found = self.compare(text, NEW, OLD)
        told = "\n".join(found["diff"] + found["edited"])
        for secret in ("old", "new", "by hand"):
            self.assertNotIn(secret, told)
        self.assertIn("-port = 1", found["diff"])
        self.assertIn("+***", found["edited"])

    def test_says_that_secrets_differ_where_nothing_else_does(self) -> None:
        wanted = file("app.conf", OLD["text"].replace("old", "other"), secretLines=[2])
        self.assertEqual(self.compare(OLD["text"], wanted, OLD)["diff"], ["its secrets differ"])

    def test_compares_no_binary_and_no_link(self) -> None:
        (self.work / "app.conf").write_bytes(b"\0\xff")
        self.assertEqual(self.compare(None, NEW)["diff"], None)


class SurveyTest(EtcCase):
    def ask(self, **more):
        request = {"root": str(self.root), "app": "shop", "etc": None, "release": None, "content": False}
        return call.serve(Controller().channel, dict(request, **more))["etc"]

    def test_there_is_nothing_to_tell_without_a_tree(self) -> None:
        self.assertIsNone(self.ask())
        self.assertFalse(self.etc.exists())

    def test_tells_what_is_there_what_conc_wrote_and_what_a_release_wants(self) -> None:
        self.deploy(FIRST, OLD)
        found = self.ask(etc={"root": "etc", "files": [{"path": "app.conf"}, {"path": "new/one"}]})
        self.assertEqual((found["root"], found["sudo"], found["files"]), (str(self.etc), False, None))
        self.assertEqual(found["paths"]["app.conf"]["seen"], found["paths"]["app.conf"]["wrote"])
        self.assertEqual(found["paths"]["new/one"]["seen"], None)
        kept = self.ask(release=FIRST)["files"]
        self.assertEqual([(each["path"], each["sha256"]) for each in kept], [("app.conf", OLD["sha256"])])
        self.assertNotIn("password", str(kept))

    def test_a_tree_that_was_changed_since_it_was_installed_is_refused(self) -> None:
        self.deploy(FIRST, OLD)
        tree = self.root / "releases" / FIRST / "etc.json"
        tree.write_text(tree.read_text().replace("user = a", "user = b"))
        with self.assertRaisesRegex(Exception, "is not what was installed"):
            self.ask(release=FIRST)
