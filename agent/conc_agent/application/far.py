"""The application's own ops within a change of a node."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Tuple

from conc_agent import release, states
from conc_agent.application import code
from conc_agent.application.attributes import Attributes
from conc_agent.application.performer import Listed, Performed, Performer
from conc_agent.change.job_context import JobContext
from conc_agent.change.lock import Change
from conc_agent.confidential import keep_out_of_core_files
from conc_agent.env.given import values_for
from conc_agent.env.mask import secrets_of
from conc_agent.outcome import Outcome

#: conc sets these for each op.
OWN = ("name", "host", "venv")


class Application:
    """For as long as one agent runs a change whose sequence has jobs of the application's own.

    ``pinned["application"]``: ``{module, attribute, digests, files, ncd, node, venv}``; see protocol/README.md.
    """

    def __init__(self, change: Change, pinned: Mapping[str, Any]) -> None:
        self._change = change
        self._pinned = pinned
        self._root = change.root
        self._release = change.story.release
        self._folder = change.path / "code"
        self._ncd = Attributes(change.path / "ncd.json", pinned["ncd"])
        self._secret: Optional[Tuple[Optional[str]]] = None
        code.place(self._folder, pinned["files"])
        listed = Listed(pinned["module"], pinned["attribute"], pinned["digests"])
        self._performer = Performer(self._folder, listed, lambda: environment(self._root, self._release))

    def call(self, context: JobContext, request: Dict[str, Any]) -> Outcome:
        """Run an op here. Its interpreter is the release's own as soon as that is complete."""
        python, paths, where = self._interpreter()
        sudo = self._sudo(context) if request["sudo"] else None
        worker = self._performer.open(python, paths, where)
        ncd = self._ncd.given(name=self._pinned["node"], host=self._pinned["node"], venv=self._venv())
        return self._take(
            self._performer.perform(
                worker,
                request,
                ncd,
                sudo,
                context.log,
                context.check_cancelled,
                secrets_of(values_for(self._root, self._release)),
            ),
            request,
        )

    def near(self, context: JobContext, request: Dict[str, Any]) -> Outcome:
        """Have the controller run an op, and wait for what it came to."""
        ncd = self._ncd.given(name=self._pinned["node"], host="localhost", venv=self._venv())
        done = context.ask_near(dict(request, ncd=ncd))
        result = Outcome(done["status"], done["text"], done["evidence"], done.get("code"), done.get("hint"))
        return self._take(Performed(result, done["ncd"], done["removed"], done.get("recorded")), request)

    def close(self) -> None:
        self._performer.close()

    def _take(self, performed: Performed, request: Mapping[str, Any]) -> Outcome:
        self._ncd.take(performed.ncd, performed.removed, OWN)
        if performed.recorded and not request.get("undoing"):
            states.note(self._root, self._release, performed.recorded)
        return performed.outcome

    def _interpreter(self) -> Tuple[str, List[str], str]:
        """Command, folders to import from beside its own, and in words where its code is from."""
        if release.record(self._root, self._release) is not None:
            python = release.folder(self._root, self._release) / "venv" / "bin" / "python"
            return str(python), [], "in the release on the node"
        return sys.executable, [str(self._folder / "application")], "in what was sent to the node"

    def _venv(self) -> str:
        """The release's own. A sequence that installs none by conc's ops has one that stays: nothing sweeps it."""
        if self._pinned["installs"]:
            return str(release.folder(self._root, self._release) / "venv")
        return str(self._root / "venv")

    def _sudo(self, context: JobContext) -> Optional[str]:
        """The password, asked of the controller once; it is held in this process's memory alone."""
        if self._secret is None:
            keep_out_of_core_files()
            self._secret = (context.ask_secret("sudo"),)
        return self._secret[0]


def environment(root: Path, about: str) -> Dict[str, str]:
    """What ops find in their environment beside what a login has: the names that launchers set too; and, once the
    release is there, the application's secrets."""
    own = {"CONC_ROOT": str(root), "CONC_RELEASE": about, "CONC_SHARED": str(root / "shared")}
    return {**values_for(root, about), **own}
