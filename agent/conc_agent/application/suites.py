"""Test suites: their files placed in a folder, and each run in the interpreter that it wants."""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional

from conc_agent import release
from conc_agent.application import code
from conc_agent.application.performer import worker_code
from conc_agent.env.given import values_for

Tell = Callable[[Dict[str, Any]], None]


class Place(NamedTuple):
    """Where suites are run."""

    root: Path
    #: The release whose interpreter those get that want one; None: there is none.
    release: Optional[str]
    #: An interpreter that has the application installed, in place of the release's: on the controller.
    python: Optional[str] = None


class Suites:
    """``request``: ``{files, suites, builtin, limit, ncd, node, sudo}``; protocol/README.md, ``test``."""

    def __init__(self, folder: Path, place: Place, request: Mapping[str, Any], check: Callable[[], None]) -> None:
        self._folder = folder
        self._place = place
        self._request = request
        #: Seconds that this clock is ahead of the controller's, and what the request was on its way.
        self._skew = time.time() - request.get("now", time.time())
        code.place(folder, request["files"])
        worker_code(folder)
        self._module: Any = importlib.import_module("concops.nodetest.runner")
        self._runner = self._module.Runner(str(folder), str(folder), self._environment(), check)

    def run(self, tell: Tell) -> None:
        """Tell ``{"suite": {module, level, where}}``, then ``{"test": RESULT}`` for each of its tests."""
        for suite in self._listed():
            tell({"suite": {key: suite[key] for key in ("module", "level", "where")}})
            python = self._python(suite)
            if python is None:
                tell({"test": _no_release(suite["module"])})
                continue
            self._runner.run(self._asked(suite, python), lambda found: tell({"test": found}))

    def _listed(self) -> List[Dict[str, Any]]:
        listed = list(self._request["suites"])
        if self._request["builtin"]:
            checks = importlib.import_module("concops.nodechecks")
            own = {"from": "conc", "framework": "unittest", "level": "node", "where": "node", "path": "", "only": []}
            listed += [dict(own, module=module, sudo=True) for module in checks.MODULES]
        return listed

    def _python(self, suite: Mapping[str, Any]) -> Optional[str]:
        if suite["where"] == "node":
            return sys.executable
        if self._place.python is not None:
            return self._place.python
        if self._place.release is None:
            return None
        return str(release.folder(self._place.root, self._place.release) / "venv" / "bin" / "python")

    def _asked(self, suite: Mapping[str, Any], python: str) -> Any:
        installed = python != sys.executable or self._place.python is not None
        paths: List[str] = []
        file = None
        if suite["from"] == "project" or (suite["from"] == "wheel" and not installed):
            top = self._folder / "application" / suite["from"]
            path = top.joinpath(*suite["path"].split("/"))
            # From the innermost folder that is no package: `tests/test_x.py` without `tests/__init__.py` is `test_x`.
            depth = len(suite["module"].split(".")) - (path.name == "__init__.py")
            above = path.parents[depth - 1 + (path.name == "__init__.py")]
            paths = [str(above)] if above == top else [str(above), str(top)]
            file = str(path) if suite["framework"] == "pytest" else None
        ncd = dict(self._request["ncd"], name=self._request["node"], host=self._host(suite))
        ncd["root"] = str(self._place.root)
        if suite["from"] == "conc":
            ncd["clock.skew"] = self._skew
        if self._place.release is not None:
            ncd["venv"] = str(release.folder(self._place.root, self._place.release) / "venv")
        sudo = self._request["sudo"] if suite["sudo"] else None
        return self._module.Suite(
            suite["module"], suite["framework"], file, paths, python, suite["only"], ncd, sudo, self._request["limit"]
        )

    def _host(self, suite: Mapping[str, Any]) -> str:
        return "localhost" if suite["where"] == "near" else self._request["node"]

    def _environment(self) -> Dict[str, str]:
        root = self._place.root
        found = {"CONC_ROOT": str(root), "CONC_SHARED": str(root / "shared")}
        if self._place.release is not None:
            found = {**values_for(root, self._place.release), **found, "CONC_RELEASE": self._place.release}
        return found


def _no_release(module: str) -> Dict[str, Any]:
    return {
        "id": module,
        "class": module,
        "name": "release",
        "status": "SKIPPED",
        "seconds": 0.0,
        "text": "it runs in a release, and none is here",
        "lines": [],
        "output": [],
    }
