"""A controller in Python, as small as can be: starts the agent as a node would, and talks frames with it."""

import json
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any, Tuple

from conc_agent import frames

ROOT = Path(__file__).parents[2]
LOADER = json.loads((ROOT / "protocol" / "frames.golden.json").read_text(encoding="utf-8"))["loader"]


def initial_payload(**more: Any) -> bytes:
    """What src/gateway/payload.ts sends, but for the comments. ``more``: what a session may say beside it."""
    text = (ROOT / "src" / "gateway" / "payload.ts").read_text(encoding="utf-8")
    listed = re.search(r"INITIAL_MODULES = \[(.*?)\]", text, re.S)
    assert listed is not None
    modules = {"conc_agent": source("__init__")}
    modules.update(("conc_agent." + name, source(name)) for name in re.findall(r"'(\w+)'", listed.group(1)))
    payload = zlib.compress(json.dumps({"boot": source("boot"), "modules": modules, **more}).encode())
    return b"%d\n%s" % (len(payload), payload)


def source(name):
    return (ROOT / "agent" / "conc_agent" / (name + ".py")).read_text(encoding="utf-8")


class Node:
    def __init__(self, python=sys.executable, payload=None, cwd=None, preexec_fn=None):
        self.process = subprocess.Popen(
            [python, "-I", "-c", LOADER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            preexec_fn=preexec_fn,
        )
        assert self.process.stdin and self.process.stdout
        self._to, self._from = self.process.stdin, self.process.stdout
        self.write(initial_payload() if payload is None else payload)

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.process.kill()
        self.process.communicate()

    def banner(self):
        return self._from.readline()

    def write(self, data):
        self._to.write(data)
        self._to.flush()

    def tell(self, message, channel=0):
        self.write(frames.encode(frames.JSON, channel, frames.dump_json(message)))

    def module(self, name, text, package=False):
        self.tell({"module": "conc_agent." + name, "source": text, "package": package})

    def modules(self, named):
        """Several at once: ``{name: [text, package]}``."""
        text = json.dumps({"conc_agent." + name: source for name, source in named.items()})
        self.write(frames.encode(frames.BLOB, 0, zlib.compress(text.encode())))

    def call(self, text, channel=1, request=None):
        """Run ``text`` as a call of its own."""
        self.module("calls", "", package=True)
        self.module("calls.call%d" % channel, text)
        self.tell({"call": "call%d" % channel, "channel": channel, "request": request})

    def frame(self):
        kind, channel, length = struct.unpack(">cII", self._exactly(9))
        return frames.Frame(kind, channel, self._exactly(length))

    def heard(self) -> Tuple[int, Any]:
        """The next frame of JSON, with its channel; (channel, None) for an empty close."""
        frame = self.frame()
        return frame.channel, frames.load_json(frame.payload) if frame.payload else None

    def goodbye(self):
        """Exit code and what it wrote to its real stderr."""
        self.tell({"bye": True})
        return self.end()

    def end(self):
        self._to.close()
        self.process.stdin = None
        rest, words = self.process.communicate(timeout=30)
        return self.process.returncode, rest, words.decode()

    def _exactly(self, length):
        data = self._from.read(length)
        if len(data) < length:
            raise EOFError("the agent ended: %r" % data)
        return data
