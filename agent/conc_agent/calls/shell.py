"""``shell``: watches over a shell in a release that a person has in a terminal of its own; the history tells of it."""

from __future__ import annotations

import os
import pwd
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, Optional

from conc_agent import alive, release
from conc_agent.calls.exec import environment, record
from conc_agent.channel import Channel, ChannelClosed
from conc_agent.env import generations

#: Becomes the shell. The variables are in a file that only this user can read, and not in anybody's argv; the
#: application's secrets stay in theirs.
_START = """\
import json, os
os.environ.update(%(env)r)
secrets = %(secrets)r
if secrets:
    with open(secrets, encoding="utf-8") as file:
        for name, value in json.load(file)["values"].items():
            os.environ[name] = os.fsdecode(value.encode("utf-8"))
os.chdir(%(folder)r)
os.execv(%(shell)r, [%(shell)r, "-i"])
"""


def serve(channel: Channel, request: Dict[str, Any]) -> Dict[str, Any]:
    """``{root, release, process, by}``. Says ``{"ready": {release, python, start}}``: with that interpreter that script
    becomes the shell. Waits for ``{"ended": EXIT}``, or for the end of the session. → ``{seconds}``"""
    root = release.root_path(request["root"])
    name = alive.chosen(root, request["release"])
    with alive.held(root, name):
        full = environment(root, name, request["process"], secrets=False)
        env = {key: value for key, value in full.items() if os.environ.get(key) != value}
        folder = Path(tempfile.mkdtemp(prefix="conc-shell-"))
        began = time.monotonic()
        code: Optional[int] = None
        try:
            start = folder / "start.py"
            values = {"env": env, "folder": str(release.folder(root, name)), "shell": _shell()}
            values["secrets"] = _secrets(root, name)
            start.write_bytes((_START % values).encode("utf-8", "surrogateescape"))
            channel.send({"ready": {"release": name, "python": sys.executable, "start": str(start)}})
            _, message = channel.receive()
            code = message.get("ended")
        except ChannelClosed:
            pass
        finally:
            shutil.rmtree(str(folder), ignore_errors=True)
        seconds = round(time.monotonic() - began, 3)
        record(root, name, "shell", request["by"], code, seconds, {})
    return {"seconds": seconds}


def _secrets(root: Path, name: str) -> Optional[str]:
    """The file that has them; None: the release names none. One that can't be read is told before the shell begins."""
    number = generations.of_release(root, name)
    if number is None:
        return None
    generations.values(root, number)
    return str(generations.path_of(root, number))


def _shell() -> str:
    return os.environ.get("SHELL") or pwd.getpwuid(os.getuid()).pw_shell or "/bin/sh"
