"""Minimal complete releases, as the real install leaves them: a venv, ``.alive``, launchers, ``release.json`` last."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import unittest
import venv
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from conc_agent import durable, history, release, serving
from conc_agent.calls import run
from conc_agent.launchers import place_launchers

from .controller import Controller

FIRST, SECOND, THIRD = "r1-00000001", "r2-00000002", "r3-00000003"
PYTHON = os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)
BUNDLE = "ab" * 32


def process(name: str, command: str, listen: Optional[str] = None, count: int = 1, **env: str) -> Dict[str, Any]:
    return {"name": name, "command": command, "count": count, "listen": listen, "env": env, "stopTimeout": 5}


def make_release(root: Path, name: str, processes: Sequence[Dict[str, Any]] = ()) -> Dict[str, Any]:
    folder = root / "releases" / name
    folder.mkdir(parents=True)
    venv.EnvBuilder(symlinks=True, with_pip=False).create(str(folder / "venv"))
    record = {
        "id": name,
        "bundle": BUNDLE,
        "app": "shop",
        "version": "1.%d" % release.number(name),
        "created": "2026-11-21T10:00:00.000Z",
        "by": "maker@here",
        "attributes": {},
        "interpreter": {"executable": PYTHON, "full": "3", "cacheTag": sys.implementation.cache_tag},
        "wheels": [],
        "processes": list(processes),
    }
    place_launchers(root, folder, record)
    durable.write_json(folder / "release.json", record)
    return record


def job(
    name: str, request: Dict[str, Any], op: Optional[str] = None, timeout: Optional[float] = None
) -> Dict[str, Any]:
    return {"name": name, "op": op or name, "request": request, "timeout": timeout}


def health(command: Optional[str] = "true", **more: Any) -> Dict[str, Any]:
    asked = {"url": None, "status": 200, "command": command, "tries": 1, "interval": 0, "timeout": 20}
    return dict(dict(asked, processes=[], service="none"), **more)


def gate(command: str, timeout: Optional[float] = None) -> Dict[str, Any]:
    """A job before the switch that is as good or bad, and as slow, as a command."""
    return job("gate", health(command), "health", timeout)


def switching(
    root: Path, to: str, asked: Optional[Dict[str, Any]] = None, service: str = "none"
) -> List[Dict[str, Any]]:
    """From the switch to the end."""
    processes = release.processes(root, to)
    return [
        job("switch", {"from": release.current(root), "to": to}),
        job("restart", {"service": service, "processes": processes}),
        job("health", dict(asked or health(), processes=processes, service=service)),
        job("confirm", {}),
        job("prune", {"keep": 5}),
    ]


def request(root: Path, to: str, jobs: List[Dict[str, Any]], until: Optional[str] = None, kind: str = "deploy") -> Any:
    change = {"kind": kind, "release": to, "bundle": BUNDLE, "version": "1", "by": "ann@desk", "conc": "0"}
    expect = {"current": release.current(root), "next": history.next_release(root)}
    return {"root": str(root), "change": change, "expect": expect, "until": until, "jobs": jobs}


class RootCase(unittest.TestCase):
    """A root of its own for each test."""

    def setUp(self) -> None:
        self.work = Path(os.path.realpath(tempfile.mkdtemp(prefix="conc-test-")))
        self.addCleanup(shutil.rmtree, str(self.work), True)
        self.root = self.work / "srv"
        self.root.mkdir()
        self.controller = Controller()

    def run_change(self, to: str, jobs: List[Dict[str, Any]], until: Optional[str] = None) -> Dict[str, Any]:
        return run.serve(self.controller.channel, request(self.root, to, jobs, until))

    def prove(self, to: str, processes: Sequence[Dict[str, Any]] = (), service: str = "none") -> None:
        """Make a release, and bring it to serve."""
        make_release(self.root, to, processes)
        reply = run.serve(Controller().channel, request(self.root, to, switching(self.root, to, None, service)))
        self.assertEqual(reply["outcome"], "proven", reply)

    def serving(self) -> serving.Serving:
        state = serving.read(self.root)
        assert state is not None
        return state

    def assert_serves(self, name: Optional[str]) -> None:
        self.assertEqual(release.current(self.root), name)
        self.assertEqual(serving.chosen(self.root), name)

    def assert_closed(self) -> None:
        left = [entry for entry in os.listdir(str(self.root)) if entry.startswith("change")]
        self.assertEqual(left, [])
