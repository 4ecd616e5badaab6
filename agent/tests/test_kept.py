import json
import os
import resource
import tempfile
import threading
import unittest
import zlib
from pathlib import Path
from typing import Any, Dict
from unittest import mock

from conc_agent import frames, keep, kept
from conc_agent.guard.program import of_sources
from conc_agent.kept import Kept

from tests.node import Node, initial_payload

AGENT = Path(__file__).parents[1] / "conc_agent"
DIGEST = "d" * 64
ONE = "conc_agent.one"
KEPT = Kept(of_sources({ONE: ("ONE = 1\n", False)}), {ONE: False}, {ONE: b"code"})
PROBE = """
from conc_agent import keep, modules

def serve(_channel, request):
    keep.afterwards("proven")
    hook = modules.installed()
    return {
        "compiled": sorted(hook.compiled),
        "source": hook.get_source("conc_agent.calls.probe"),
        "sent": hook.sent(request) if request else None,
    }
"""
ALONE = """
import time
from conc_agent.etc import privileged

def serve(channel, request):
    privileged.fetch()
    channel.send({"fetched": True})
    while not channel.gone:
        time.sleep(0.01)
    with open(request, "wb") as file:
        file.write(privileged.archive())
"""


class Files(unittest.TestCase):
    def setUp(self):
        self.root = self.scratch(tempfile.TemporaryDirectory())
        self.path = Path(self.root, "agent", kept.file_name(DIGEST))

    def scratch(self, context: Any) -> str:
        self.addCleanup(context.cleanup)
        return os.path.realpath(context.name)

    def write(self, digest: str = DIGEST, what: Kept = KEPT) -> None:
        folder = keep.open_or_make(self.root)
        try:
            keep.write(folder, digest, what)
        finally:
            os.close(folder)

    def test_what_was_written_is_read(self):
        self.write()
        self.assertEqual(kept.load(self.root, DIGEST), KEPT)
        self.assertEqual(self.path.stat().st_mode & 0o7777, 0o600)
        self.assertEqual(self.path.parent.stat().st_mode & 0o7777, 0o700)
        self.assertEqual(KEPT.source("conc_agent.one"), "ONE = 1\n")

    def test_nothing_is_read_where_nothing_is(self):
        self.assertIsNone(kept.load(self.root, DIGEST))
        self.assertIsNone(kept.load(self.root + "/none", DIGEST))
        self.assertEqual(os.listdir(self.root), [])

    def test_another_agent_is_not_this_one(self):
        self.write()
        self.assertIsNone(kept.load(self.root, "e" * 64))
        self.path.rename(self.path.with_name(kept.file_name("e" * 64)))
        self.assertIsNone(kept.load(self.root, "e" * 64))

    def test_another_interpreter_has_a_file_of_its_own(self):
        self.write()
        with mock.patch("importlib.util.MAGIC_NUMBER", b"\0\0\r\n"):
            self.assertIsNone(kept.load(self.root, DIGEST))
            self.write()
            self.assertEqual(kept.load(self.root, DIGEST), KEPT)
        self.assertEqual(len(os.listdir(self.path.parent)), 2)

    def test_damage_is_seen(self):
        self.write()
        whole = self.path.read_bytes()
        damaged = [b"", whole[:16], whole[:-1], whole + b"x", whole[:40] + b"\xff" + whole[41:], b"\0" * len(whole)]
        for data in damaged:
            with self.subTest(data[:50]):
                self.path.write_bytes(data)
                self.assertIsNone(kept.load(self.root, DIGEST))

    def test_what_others_may_write_or_own_is_not_read(self):
        self.write()
        folder = self.path.parent
        for path, mode in [(self.path, 0o620), (self.path, 0o602), (folder, 0o770), (folder, 0o701)]:
            before = path.stat().st_mode
            path.chmod(mode)
            with self.subTest(path=path.name[:9], mode=oct(mode)):
                self.assertIsNone(kept.load(self.root, DIGEST))
            path.chmod(before)
        self.assertEqual(kept.load(self.root, DIGEST), KEPT)
        with mock.patch.object(os, "geteuid", lambda: os.getuid() + 1):
            self.assertIsNone(kept.load(self.root, DIGEST))
            self.assertRaises(OSError, self.write)

    def test_root_reads_nothing_below_what_others_may_rename(self):
        real = os.lstat
        for other, well in [("", True), (os.path.dirname(self.root), False), (self.root, False), ("/", False)]:

            def seen(path: str, other: str = other) -> os.stat_result:
                fields = list(real(path))
                fields[4] = 1000 if path == other else 0
                return os.stat_result(fields)

            with self.subTest(other), mock.patch.object(kept.os, "lstat", seen):
                self.assertEqual(kept._is_of_root(self.root), well)

    def test_links_are_not_followed(self):
        self.write()
        elsewhere = self.path.with_name("elsewhere")
        self.path.rename(elsewhere)
        self.path.symlink_to(elsewhere)
        self.assertIsNone(kept.load(self.root, DIGEST))
        self.path.unlink()
        elsewhere.rename(self.path)
        folder = Path(self.root, "folder")
        self.path.parent.rename(folder)
        Path(self.root, "agent").symlink_to(folder)
        self.assertIsNone(kept.load(self.root, DIGEST))
        self.assertRaises(OSError, self.write)

    def test_a_pipe_is_not_waited_for(self):
        self.write()
        self.path.unlink()
        os.mkfifo(self.path, 0o600)
        self.assertIsNone(kept.load(self.root, DIGEST))

    def test_on_a_full_disk_nothing_is_left(self):
        self.write("e" * 64)
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
        try:
            self.assertRaises(OSError, self.write)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        self.assertEqual(os.listdir(self.path.parent), [kept.file_name("e" * 64)])

    def test_what_is_too_long_is_not_kept(self):
        self.write(what=KEPT._replace(program=bytes(kept.LIMIT)))
        self.assertEqual(os.listdir(self.path.parent), [])

    def test_two_write_at_the_same_time(self):
        def work() -> None:
            for _ in range(20):
                try:
                    self.write()
                except FileNotFoundError:
                    pass  # The other one was quicker, and swept.

        writers = [threading.Thread(target=work) for _ in range(2)]
        for writer in writers:
            writer.start()
        while any(writer.is_alive() for writer in writers):
            self.assertIn(kept.load(self.root, DIGEST), (None, KEPT))
        for writer in writers:
            writer.join()
        self.assertEqual(kept.load(self.root, DIGEST), KEPT)
        self.assertEqual(os.listdir(self.path.parent), [self.path.name])

    def test_the_newest_three_stay(self):
        for number in range(5):
            self.write(str(number) * 64)
            os.utime(str(self.path.with_name(kept.file_name(str(number) * 64))), (number, number))
        self.path.with_name(".cut-off").write_bytes(b"half")
        self.write()
        names = sorted(name[0] for name in os.listdir(self.path.parent))
        self.assertEqual(names, ["3", "4", "d"])


class Sessions(unittest.TestCase):
    """A controller that has the whole agent, and a call of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = os.path.realpath(folder.name)
        self.sources = {
            ".".join(["conc_agent", *path.relative_to(AGENT).with_suffix("").parts]): [path.read_text("utf-8"), False]
            for path in AGENT.rglob("*.py")
        }
        for name in [name for name in self.sources if name.endswith(".__init__")]:
            self.sources[name.rpartition(".")[0]] = [self.sources.pop(name)[0], True]
        self.sources["conc_agent.calls.probe"] = [PROBE, False]
        self.sources["conc_agent.calls.alone"] = [ALONE, False]
        self.digest = keep.digest({name: (text, package) for name, (text, package) in self.sources.items()})

    def session(self, request: Any = None, whole: bool = True) -> Dict[str, Any]:
        """Its hello, what it needed, and the reply of the call."""
        said: Dict[str, Any] = {"needs": []}
        with Node(payload=initial_payload(keep=[self.root, self.digest])) as node:
            node.banner()
            said["hello"] = node.heard()[1]
            node.tell({"call": "probe", "channel": 1, "request": request})
            while "reply" not in said:
                _, message = node.heard()
                if "need" in message:
                    said["needs"].append(message["need"])
                    self.answer(node, message["need"])
                elif "needs" in message:
                    said["needs"].append(message["needs"])
                    if whole:
                        wanted = self.sources if message["needs"] is None else message["needs"]
                        node.modules({name[len("conc_agent.") :]: self.sources[name] for name in wanted if "." in name})
                else:
                    said["reply"] = message["reply"]
            self.assertEqual(node.goodbye()[::2], (0, ""))
        return said

    def answer(self, node: Node, name: str) -> None:
        text, package = self.sources.get(name, [None, False])
        node.tell({"module": name, "source": text, "package": package})

    def test_the_second_is_sent_nothing(self):
        first = self.session()
        self.assertNotIn("kept", first["hello"])
        self.assertIn(None, first["needs"])
        self.assertIn("conc_agent.calls.probe", first["needs"])
        second = self.session()
        self.assertIs(second["hello"]["kept"], True)
        self.assertEqual(second["needs"], [])
        self.assertEqual(second["reply"]["compiled"], ["conc_agent", "conc_agent.kept"])
        self.assertEqual(second["reply"]["source"], PROBE)

    def test_a_module_that_was_not_compiled_is_there_too(self):
        self.session()
        path = next(Path(self.root, "agent").iterdir())
        before = path.read_bytes()
        with Node(payload=initial_payload(keep=[self.root, self.digest])) as node:
            node.banner()
            node.heard()
            node.tell({"call": "history", "channel": 1, "request": {"root": self.root, "limit": None}})
            self.assertEqual(node.heard()[1], {"reply": {"entries": [], "damaged": 0}})
            node.goodbye()
        self.assertEqual(path.read_bytes(), before, "a call that reads writes nothing")

    def test_what_was_compiled_since_is_added(self):
        self.session()
        with Node(payload=initial_payload(keep=[self.root, self.digest])) as node:
            node.banner()
            node.heard()
            node.tell({"soon": ["conc_agent.calls.history", "conc_agent.calls.nothing"]})
            node.tell({"call": "probe", "channel": 1, "request": None})
            self.assertIn("conc_agent.calls.history", node.heard()[1]["reply"]["compiled"])
            node.goodbye()
        loaded = kept.load(self.root, self.digest)
        assert loaded is not None
        self.assertIn("conc_agent.calls.history", loaded.codes)
        self.assertIn("conc_agent.calls.probe", loaded.codes)

    def test_what_root_is_to_run_comes_from_the_controller(self):
        self.session()
        self.sources["conc_agent.durable"] = ["# as it was sent\n", False]
        said = self.session(["conc_agent.durable"])
        self.assertEqual(said["needs"], [["conc_agent.durable"]])
        self.assertEqual(said["reply"]["sent"], {"conc_agent.durable": "# as it was sent\n"})

    def test_what_root_is_to_run_is_here_for_an_undo_when_the_controller_is_gone(self):
        self.session()
        place = Path(self.root, "place")
        with Node(payload=initial_payload(keep=[self.root, self.digest])) as node:
            node.banner()
            self.assertIs(node.heard()[1]["kept"], True)
            node.tell({"call": "alone", "channel": 1, "request": str(place)})
            asked = node.heard()[1]["needs"]
            self.assertIn("conc_agent.etc.apply", asked)
            node.modules({name[len("conc_agent.") :]: self.sources[name] for name in asked})
            self.assertEqual(node.heard()[1], {"fetched": True})
            node.end()
        self.assertGreater(len(place.read_bytes()), 10000)

    def test_what_did_not_come_whole_is_not_kept(self):
        self.session(whole=False)
        self.assertNotIn("kept", self.session()["hello"])

    def test_a_damaged_one_is_sent_again_and_mended(self):
        self.session()
        path = next(Path(self.root, "agent").iterdir())
        path.write_bytes(path.read_bytes()[:-100])
        self.assertNotIn("kept", self.session()["hello"])
        self.assertIs(self.session()["hello"]["kept"], True)

    def test_where_nothing_can_be_written_all_is_well(self):
        self.root = "/proc"
        said = self.session()
        self.assertNotIn("kept", said["hello"])
        self.assertNotIn(None, said["needs"], "what can't be kept is not asked for")

    def test_a_long_request_comes_deflated(self):
        import base64

        request = ["conc_agent.kept"] * 500
        packed = base64.b64encode(zlib.compress(json.dumps(request).encode())).decode()
        with Node() as node:
            node.banner()
            node.heard()
            node.module("calls", "", package=True)
            node.module("calls.count", "def serve(_channel, request):\n    return len(request)\n")
            node.tell({"call": "count", "channel": 1, "deflated": packed})
            self.assertEqual(node.heard()[1], {"reply": 500})
        self.assertRaises(frames.FrameError, frames.inflated, base64.b64decode(packed)[:-9])


if __name__ == "__main__":
    unittest.main()
