"""``build``: makes a wheel of a source tree, offline, in a folder that is gone afterwards.

The request and what follows it stand in protocol/README.md.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any, Dict, List

from conc_agent.channel import CallError, Channel
from conc_agent.install import store
from conc_agent.install.contents import canonical
from conc_agent.install.entry import read_index
from conc_agent.install.environment import Part, make_environment
from conc_agent.install.making import Making
from conc_agent.install.refused import Refused

Request = Dict[str, Any]

#: PEP 517. Its result is told in a file: backends print what they like.
HOOK = """
import importlib, os, sys
backend, to, told, *paths = sys.argv[1:]
sys.argv[1:] = []
sys.path[0:1] = [os.path.abspath(path) for path in paths]
module, _, names = backend.partition(":")
found = importlib.import_module(module)
for name in filter(None, names.split(".")):
    found = getattr(found, name)
name = found.build_wheel(to)
with open(told, "w") as file:
    file.write(name)
"""


def serve(channel: Channel, request: Request) -> Dict[str, Any]:
    work = Path(tempfile.mkdtemp(prefix="conc-build-"))
    before = os.umask(0o022)
    try:
        source = _received(channel, request["source"], request["what"])
        (work / "source.tar").write_bytes(source)
        _stage(channel, request["wheels"], work)
        venv = _environment(request["wheels"], work)
        os.umask(request["umask"])
        wheel = _build(channel, request, _unpacked(work), venv, work)
        data = wheel.read_bytes()
        channel.write(data)
        return {"wheel": wheel.name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    except Refused as refusal:
        raise CallError(refusal.code, "%s was refused: %s" % (refusal.wheel, refusal.reason)) from refusal
    finally:
        os.umask(before)
        shutil.rmtree(str(work), ignore_errors=True)


def _received(channel: Channel, announced: Dict[str, Any], what: str) -> bytes:
    data = b"".join(channel.blobs(announced["size"]))
    if hashlib.sha256(data).hexdigest() != announced["sha256"]:
        raise CallError("build.mismatch", "%s did not come whole" % what)
    return data


def _stage(channel: Channel, wheels: List[Dict[str, Any]], work: Path) -> None:
    """Where the store takes wheels from on a node."""
    for wheel in wheels:
        _, announced = channel.receive()
        staged = store.staged_wheel(work, wheel["sha256"])
        staged.parent.mkdir(parents=True, exist_ok=True)
        staged.with_suffix(".json").write_bytes(canonical(announced["files"]))
        staged.write_bytes(_received(channel, wheel, wheel["file"]))


def _environment(wheels: List[Dict[str, Any]], work: Path) -> Path:
    """A venv with the build requirements, installed as a release's wheels are."""
    tag = sys.implementation.cache_tag
    Making(work).finish(wheels, tag, lambda: None, lambda: None)
    entries = [read_index(store.entry_folder(work, wheel["sha256"], tag)) for wheel in wheels]
    parts = [Part(wheel["file"], entry, False) for wheel, entry in zip(wheels, entries)]
    make_environment(work / "venv", "build", parts, lambda _: None, lambda: None)
    return work / "venv"


def _unpacked(work: Path) -> Path:
    folder = work / "tree"
    safe: Dict[str, Any] = {"filter": "tar"} if hasattr(tarfile, "tar_filter") else {}
    with tarfile.open(str(work / "source.tar")) as archive:
        # The controller packed it, and its digest was compared. What is in it is about to be executed.
        archive.extractall(str(folder), **safe)  # noqa: S202
    return folder / "source"


def _build(channel: Channel, request: Request, tree: Path, venv: Path, work: Path) -> Path:
    (work / "home").mkdir()
    (work / "wheels").mkdir()
    (work / "hook").mkdir()
    hook, told = work / "hook" / "build_wheel.py", work / "hook" / "told"
    hook.write_text(HOOK, encoding="utf-8")
    argv = [str(venv / "bin" / "python"), "-s", str(hook), request["backend"], str(work / "wheels"), str(told)]
    with open(str(work / "output"), "wb") as output:
        process = subprocess.Popen(
            argv + request["backendPath"],
            cwd=str(tree),
            env=_variables(request["environment"], tree, venv, work / "home"),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        exit_code = _wait(channel, process)
    if exit_code != 0:
        said = (work / "output").read_text(encoding="utf-8", errors="replace").strip().split("\n")
        raise CallError("build.failed", "%s can't be built by its backend" % request["what"], evidence=said[-30:])
    return work / "wheels" / os.path.basename(told.read_text(encoding="utf-8"))


def _wait(channel: Channel, process: subprocess.Popen[bytes]) -> int:
    """A build that nobody waits for any more is ended, with all that it started."""
    while True:
        try:
            return process.wait(0.2)
        except subprocess.TimeoutExpired:
            if channel.gone:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                raise


def _variables(asked: Dict[str, Any], tree: Path, venv: Path, home: Path) -> Dict[str, str]:
    """What was named of this machine's environment, and nothing else of it."""
    variables = {name: os.environ[name] for name in asked["keep"] if name in os.environ}
    for name, flags in asked["add"].items():
        variables[name] = (variables.get(name, "") + " " + flags.replace("@TREE@", str(tree))).strip()
    variables.update(asked["set"])
    variables["HOME"] = str(home)
    variables["PATH"] = os.pathsep.join([str(venv / "bin"), variables.get("PATH", os.defpath)])
    return variables
