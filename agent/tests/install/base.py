"""What the tests of install have in common: a root of their own, and the ops run on it in order."""

from __future__ import annotations

import shutil
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, List, Sequence

from conc_agent.ops import deliver, install, verify
from conc_agent.outcome import OK, Outcome

from .local import LocalContext, entry_of, install_request

FIRST = "r1-00000001"
SECOND = "r2-00000002"


class RootCase(unittest.TestCase):
    def setUp(self) -> None:
        self.work = Path(tempfile.mkdtemp(prefix="conc-install-"))
        self.addCleanup(shutil.rmtree, str(self.work), True)
        self.root = self.work / "srv"
        self.root.mkdir()

    def context(self, wheels: Sequence[Path], release: str = FIRST) -> LocalContext:
        context = LocalContext(self.root, wheels, release)
        self.addCleanup(context.beside.stop)
        return context

    def entries(self, wheels: Sequence[Path], application: str = "") -> List[Dict[str, Any]]:
        """In the wheels' order; the one whose file name starts with ``application`` is the application's."""
        return [
            entry_of(path, "application" if application and path.name.startswith(application) else "vendor")
            for path in wheels
        ]

    def deliver(self, context: LocalContext, entries: List[Dict[str, Any]]) -> Outcome:
        return deliver.run(context, {"wheels": entries})

    def install(
        self, wheels: Sequence[Path], release: str = FIRST, application: str = "", tools: Sequence[Dict[str, Any]] = ()
    ) -> Outcome:
        """Deliver and install; the outcome of install."""
        context = self.context(wheels, release)
        entries = self.entries(wheels, application)
        self.deliver(context, entries)
        return install.run(context, install_request(release, entries, tools))

    def installed(self, wheels: Sequence[Path], release: str = FIRST, application: str = "") -> Path:
        """The venv of a release that must come out well."""
        outcome = self.install(wheels, release, application)
        self.assertEqual(outcome.status, OK, outcome)
        return self.venv(release)

    def venv(self, release: str = FIRST) -> Path:
        return self.root / "releases" / release / "venv"

    def verify(self, release: str = FIRST) -> Outcome:
        return verify.run(self.context((), release), {})
