"""Builds on a builder: a source tree and wheels go in, a wheel comes out, nothing stays."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
import unittest
import zipfile
from pathlib import Path
from typing import Any, Dict, List
from unittest import mock

from conc_agent import frames
from conc_agent.calls import build
from conc_agent.channel import CallError, Channel

from .install.local import contents_of, entry_of
from .install.making import make_wheel

BACKEND = """
import json, os, stat, subprocess, sys, zipfile

def build_wheel(to, config_settings=None, metadata_directory=None):
    print("noise on stdout")
    said = subprocess.check_output(["greet"]).decode().strip()
    with open("made", "w"):
        pass
    seen = {
        "environment": dict(os.environ), "tree": os.getcwd(), "files": sorted(os.listdir(".")), "said": said,
        "home": os.listdir(os.environ["HOME"]), "mode": stat.S_IMODE(os.stat("made").st_mode),
    }
    if os.path.exists("fail"):
        sys.exit("it does not compile")
    with zipfile.ZipFile(os.path.join(to, "shop-1.0-py3-none-any.whl"), "w") as wheel:
        wheel.writestr("seen.json", json.dumps(seen))
    return "shop-1.0-py3-none-any.whl"
"""


class Build(unittest.TestCase):
    def setUp(self) -> None:
        self.work = Path(tempfile.mkdtemp(prefix="conc-test-build-"))
        self.addCleanup(shutil.rmtree, str(self.work))
        self.builds = self.work / "builds"
        self.builds.mkdir()
        scripts = "[console_scripts]\ngreet = backend:greet\n"
        source = BACKEND + '\ndef greet():\n    print("hello from a script")\n'
        self.wheel = make_wheel(self.work, "backend", {"backend.py": source}, entry_points=scripts)

    def build(self, tree: Dict[str, str], **more: Any) -> Dict[str, Any]:
        """What the backend saw."""
        blobs: List[bytes] = []
        channel = Channel(1, lambda kind, _number, part: blobs.append(part) if kind == frames.BLOB else None)
        archive = packed(tree)
        request = {
            "what": "shop",
            "source": {"size": len(archive), "sha256": hashlib.sha256(archive).hexdigest()},
            "wheels": [dict(entry_of(self.wheel, "vendor"))],
            "backend": "backend",
            "backendPath": [],
            "umask": 0o077,
            "environment": {"keep": ["PATH", "CFLAGS"], "set": {"TZ": "UTC"}, "add": {"CFLAGS": "-fmap=@TREE@=."}},
        }
        request.update(more)
        for blob in (archive, self.wheel.read_bytes()):
            channel.arrived(frames.Frame(frames.BLOB, 1, blob))
            if blob is archive:
                channel.arrived(frames.Frame(frames.JSON, 1, frames.dump_json({"files": contents_of(self.wheel)})))
        with mock.patch.object(tempfile, "tempdir", str(self.builds)):
            reply = build.serve(channel, request)
        data = b"".join(blobs)
        self.assertEqual(reply, {"wheel": "shop-1.0-py3-none-any.whl", "size": len(data), "sha256": sha256(data)})
        with zipfile.ZipFile(io.BytesIO(data)) as wheel:
            return json.loads(wheel.read("seen.json").decode())

    def test_with_the_wheels_that_came_and_an_environment_of_its_own(self):
        with mock.patch.dict(os.environ, CI_SECRET="x", CFLAGS="-O2"):
            seen = self.build({"a.py": "", "made-by/b.py": ""})
        self.assertEqual(seen["said"], "hello from a script")
        self.assertEqual(seen["files"], ["a.py", "made", "made-by"])
        self.assertEqual(seen["home"], [])
        self.assertEqual(seen["mode"], 0o600)
        environment = seen["environment"]
        self.assertNotIn("CI_SECRET", environment)
        self.assertEqual((environment["TZ"], environment["CFLAGS"]), ("UTC", "-O2 -fmap=%s=." % seen["tree"]))

    def test_nothing_stays(self):
        before = os.umask(0o022)
        try:
            self.build({"a.py": ""})
            self.assertEqual(os.umask(0o022), 0o022)
        finally:
            os.umask(before)
        self.assertEqual(os.listdir(str(self.builds)), [])

    def test_a_failing_backend_is_told_in_its_own_words(self):
        with self.assertRaises(CallError) as caught:
            self.build({"fail": ""})
        self.assertEqual(
            (caught.exception.code, caught.exception.message), ("build.failed", "shop can't be built by its backend")
        )
        self.assertEqual(list(caught.exception.evidence)[-1], "it does not compile")
        self.assertEqual(os.listdir(str(self.builds)), [])

    def test_a_backend_in_the_tree(self):
        self.assertEqual(self.build({"own/mine.py": BACKEND}, backend="mine", backendPath=["own"])["home"], [])

    def test_what_did_not_come_whole_is_not_built(self):
        with self.assertRaises(CallError) as caught:
            self.build({}, source={"size": 3, "sha256": "0" * 64})
        self.assertEqual(caught.exception.code, "protocol.blob-too-long")


def packed(tree: Dict[str, str]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for path, text in dict(tree).items():
            info = tarfile.TarInfo("source/" + path)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    return file.getvalue()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    unittest.main()
